/// 0200/00: the card pays the merchant, all or nothing.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"

namespace handlers {
namespace {

/// Purchases of a card and business day, this one included, stay within the limits.
Refusal check_limits(const Exchange& exchange, const ledger::CardRecord& card) {
  const Rules& rules = exchange.context.rules;
  const std::int64_t amount = exchange.request.amount_won;
  if (amount > rules.transaction_limit_won) return Refusal::over_transaction_limit;
  const std::int64_t spent = card.spent_day == exchange.context.business_day() ? card.spent_won : 0;
  return spent + amount > rules.daily_limit_won ? Refusal::over_daily_limit : Refusal::none;
}

void add_to_day(ledger::CardRecord& card, base::Date day, std::int64_t amount_won) {
  if (card.spent_day != day) {
    card.spent_day = day;
    card.spent_won = 0;
  }
  card.spent_won += amount_won;
}

}  // namespace

Refusal purchase(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  const std::int64_t amount = request.amount_won;
  if (amount == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  ledger::CardRecord& card = in_hand.card;
  if (const Refusal refusal = check_category(exchange, card); refusal != Refusal::none)
    return refusal;
  if (const Refusal refusal = check_limits(exchange, card); refusal != Refusal::none)
    return refusal;
  if (amount > card.available_won()) return Refusal::not_enough_balance;

  add_to_day(card, context.business_day(), amount);
  ledger::write_card(context.draft, in_hand.id, card);
  exchange.decision.entry.move(
      ledger::AccountKey::card(in_hand.id),
      ledger::AccountKey::of(ledger::AccountKind::merchant_payable, request.merchant), amount);
  exchange.decision.moved_won = amount;
  count(exchange, &ledger::TotalsRecord::debits, amount);
  card.balance_won -= amount;
  add_card_balances(exchange.answer, card);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
