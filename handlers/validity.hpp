#pragma once
/// Until when a card is valid: counted from its sale, and from each recharge anew.

#include "handlers/catalogue.hpp"

namespace handlers {

/// The last day of a card that is paid for today.
base::Date last_day_from_today(const Exchange& exchange, const ledger::CardRecord& card);

/// A recharge of the card was undone as a whole: counted is from the newest one left, else from the
/// sale. Writes the card.
void take_back_validity(Exchange& exchange, const ledger::TransactionHead& recharge);

}  // namespace handlers
