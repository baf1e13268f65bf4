#pragma once
/// What a card may spend in one transaction and in one business day: purchases and completions.

#include "handlers/catalogue.hpp"

namespace handlers {

/// Whether this amount stays within both limits; what was spent before counts.
Refusal check_limits(const Exchange& exchange, const ledger::CardRecord& card,
                     std::int64_t amount_won);

/// The card's record is not written.
void add_to_day(ledger::CardRecord& card, base::Date day, std::int64_t amount_won);

/// What is undone of a purchase or completion of the card's latest day counts no longer.
void give_back_to_day(ledger::Draft& draft, const ledger::TransactionHead& spent,
                      std::int64_t amount_won);

}  // namespace handlers
