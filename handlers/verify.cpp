/// 0100/33: may this card pay here? Moves no money.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"

namespace handlers {

Refusal verify(Exchange& exchange) {
  if (exchange.request.names_foreign_card(exchange.context.rules.bin)) return Refusal::no_route;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  if (const Refusal refusal = check_category(exchange, in_hand.card); refusal != Refusal::none)
    return refusal;
  add_card_balances(exchange.answer, in_hand.card);
  if (exchange.request.amount_won > in_hand.card.available_won())
    return Refusal::not_enough_balance;
  exchange.answer.approval = random_approval(exchange.context.random);
  return Refusal::none;
}

}  // namespace handlers
