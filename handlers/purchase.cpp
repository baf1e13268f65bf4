/// 0200/00: the card pays the merchant, all or nothing.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/spending.hpp"

namespace handlers {

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
  if (const Refusal refusal = check_limits(exchange, card, amount); refusal != Refusal::none)
    return refusal;
  if (amount > card.available_won()) return Refusal::not_enough_balance;

  spend(exchange, in_hand.id, card, amount);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
