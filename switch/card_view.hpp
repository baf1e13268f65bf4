#pragma once
/// A card as the operator sees it: masked, without anything that opens it.

#include <boost/json/object.hpp>
#include <optional>

#include "crypto/card_vault.hpp"
#include "ledger/directory.hpp"
#include "ledger/draft.hpp"

namespace core {

/// As it is at this moment; nothing when there is no such card. The draft is for the caller to
/// drop.
std::optional<boost::json::object> describe_card(ledger::Draft& draft, crypto::CardVault& vault,
                                                 const ledger::Directory& directory,
                                                 ledger::CardId id, base::TimeUs now);

}  // namespace core
