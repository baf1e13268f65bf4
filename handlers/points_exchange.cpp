/// 0200/97: the owner's points become balance, a won for a point.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/spending.hpp"

namespace handlers {

namespace {
constexpr std::int64_t kExchangeStep = 1'000;
}

Refusal exchange_points(Exchange& exchange) {
  using ledger::AccountKey;
  const Request& request = exchange.request;
  const std::int64_t points = request.amount_won;
  if (points == 0) return Refusal::amount_zero;
  if (points % kExchangeStep != 0) return Refusal::amount_no_multiple;
  if (request.names_foreign_card(exchange.context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  ledger::CardRecord& card = in_hand.card;
  if (const Refusal refusal = check_cap(exchange, card, points); refusal != Refusal::none)
    return refusal;
  if (points > card.points) return Refusal::not_enough_points;

  ledger::Entry& entry = exchange.decision.entry;
  entry.move(AccountKey::card_points(in_hand.id), AccountKey::points_expense(), points);
  entry.move(AccountKey::promotion_expense(), AccountKey::card(in_hand.id), points);
  exchange.decision.moved_won = points;
  card.balance_won += points;
  card.points -= points;
  add_card_balances(exchange.answer, card);
  add_points(exchange.answer, card);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
