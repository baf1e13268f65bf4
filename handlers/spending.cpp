#include "handlers/spending.hpp"

#include "base/assert.hpp"

namespace handlers {

Refusal check_limits(const Exchange& exchange, const ledger::CardRecord& card,
                     std::int64_t amount_won) {
  const Rules& rules = exchange.context.rules;
  if (amount_won > rules.transaction_limit_won) return Refusal::over_transaction_limit;
  const std::int64_t spent = card.spent_day == exchange.context.business_day() ? card.spent_won : 0;
  return spent + amount_won > rules.daily_limit_won ? Refusal::over_daily_limit : Refusal::none;
}

void add_to_day(ledger::CardRecord& card, base::Date day, std::int64_t amount_won) {
  if (card.spent_day != day) {
    card.spent_day = day;
    card.spent_won = 0;
  }
  card.spent_won += amount_won;
}

void give_back_to_day(ledger::Draft& draft, const ledger::TransactionHead& spent,
                      std::int64_t amount_won) {
  auto card = ledger::read_card(draft, spent.card);
  CP_ASSERT(card.has_value());
  if (card->spent_day != spent.business_day) return;
  card->spent_won -= amount_won;
  ledger::write_card(draft, spent.card, *card);
}

}  // namespace handlers
