/// 0200/92: whoever has a sold card and its initial password sets his own and makes it usable.

#include "handlers/approval.hpp"
#include "handlers/originals.hpp"
#include "handlers/owner.hpp"

namespace handlers {

Refusal activate(Exchange& exchange) {
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  GateRules rules;
  rules.wanted = ledger::CardState::sold;
  if (const Refusal refusal = pass_gate(exchange, rules, in_hand); refusal != Refusal::none)
    return refusal;
  in_hand.card.state = ledger::CardState::active;
  set_new_password(exchange, in_hand);
  if (exchange.request.tags.find(12)) set_owner(exchange, in_hand);
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  add_card_balances(exchange.answer, in_hand.card);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
