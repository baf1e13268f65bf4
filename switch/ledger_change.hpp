#pragma once
/// Ledger data that an operator's command changes while the switch runs.
///
///   between two rounds: write(draft) → one commit, durable → the directory reads it again
///   → the command's answer; the next message meets the new data
///
/// The ledger's thread, while no commit of the engine is on its way: in a piece of the control desk
/// (ControlDesk::later), or before the switch serves.

#include <functional>

#include "ledger/directory.hpp"
#include "ledger/draft.hpp"
#include "ledger/store.hpp"

namespace core {

/// Commits and waits. Throws std::runtime_error with a sentence when the store does not take it or
/// does not know whether it has. The store must commit before it returns.
void commit_now(ledger::Store& store, const ledger::WriteSet& batch);

/// All that `write` puts into the draft, or nothing; what it throws goes to the caller, who finds
/// everything as it was.
void change_ledger(ledger::Store& store, ledger::Directory& directory,
                   const std::function<void(ledger::Draft&)>& write);

}  // namespace core
