#pragma once
/// What a card may spend in one transaction and in one business day: purchases and completions.

#include "handlers/catalogue.hpp"

namespace handlers {

/// Whether so much may be paid into the card at once: CAP.
Refusal check_cap(const Exchange& exchange, const ledger::CardRecord& card,
                  std::int64_t amount_won);

/// Whether this amount stays within both limits; what was spent before counts.
Refusal check_limits(const Exchange& exchange, const ledger::CardRecord& card,
                     std::int64_t amount_won);

/// Posts what the card pays to the merchant of the message and the points it earns with it; counts
/// it in the day's sums; tells the balances. `card` is as it is before.
void spend(Exchange& exchange, ledger::CardId id, ledger::CardRecord card, std::int64_t amount_won);

/// What is undone of a purchase or completion of the card's latest day counts no longer.
void give_back_to_day(ledger::Draft& draft, const ledger::TransactionHead& spent,
                      std::int64_t amount_won);

}  // namespace handlers
