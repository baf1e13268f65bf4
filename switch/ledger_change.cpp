#include "switch/ledger_change.hpp"

#include <stdexcept>

namespace core {

void commit_now(ledger::Store& store, const ledger::WriteSet& batch) {
  auto outcome = ledger::CommitOutcome::unknown;
  store.commit(batch, [&](ledger::CommitOutcome result) { outcome = result; });
  store.tick();
  if (outcome == ledger::CommitOutcome::refused)
    throw std::runtime_error(
        "the ledger took nothing: look for its lines in the log, make room on the disk, try again");
  if (outcome == ledger::CommitOutcome::unknown)
    throw std::runtime_error(
        "the journal write failed, and nobody knows whether it is on disk: look at the disk, then "
        "restart the switch, which decides; look then whether it is there");
}

void change_ledger(ledger::Store& store, ledger::Directory& directory,
                   const std::function<void(ledger::Draft&)>& write) {
  ledger::WriteSet batch;
  ledger::Draft draft(store, batch);
  write(draft);
  draft.keep();
  commit_now(store, batch);
  directory.refresh(store);
}

}  // namespace core
