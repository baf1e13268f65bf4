#include "handlers/spending.hpp"

#include "base/assert.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/points.hpp"

namespace handlers {
namespace {

/// The card's record is not written.
void add_to_day(ledger::CardRecord& card, base::Date day, std::int64_t amount_won) {
  if (card.spent_day != day) {
    card.spent_day = day;
    card.spent_won = 0;
  }
  card.spent_won += amount_won;
}

}  // namespace

Refusal check_cap(const Exchange& exchange, const ledger::CardRecord& card,
                  std::int64_t amount_won) {
  const ledger::LimitsRecord& limits = exchange.context.directory.limits();
  return amount_won > limits.recharge_won || card.balance_won + amount_won > limits.balance_won
             ? Refusal::over_cap
             : Refusal::none;
}

Refusal check_limits(const Exchange& exchange, const ledger::CardRecord& card,
                     std::int64_t amount_won) {
  const ledger::LimitsRecord& limits = exchange.context.directory.limits();
  if (amount_won > limits.transaction_won) return Refusal::over_transaction_limit;
  const std::int64_t spent = card.spent_day == exchange.context.business_day() ? card.spent_won : 0;
  return spent + amount_won > limits.daily_won ? Refusal::over_daily_limit : Refusal::none;
}

void spend(Exchange& exchange, ledger::CardId id, ledger::CardRecord card,
           std::int64_t amount_won) {
  add_to_day(card, exchange.context.business_day(), amount_won);
  ledger::write_card(exchange.context.draft, id, card);
  Decision& decision = exchange.decision;
  if (amount_won != 0)
    decision.entry.move(
        ledger::AccountKey::card(id),
        ledger::AccountKey::of(ledger::AccountKind::merchant_payable, exchange.request.merchant),
        amount_won);
  decision.moved_won = amount_won;
  decision.points_bp = points_rate_bp(exchange, card);
  adjust_points(exchange, id, decision.points_bp, 0, amount_won);
  count(exchange, &ledger::TotalsRecord::debits, amount_won);
  card.balance_won -= amount_won;
  add_card_balances(exchange.answer, card);
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
