/// 0200/94: whoever has the card and its password becomes its registered owner.

#include "handlers/originals.hpp"
#include "handlers/owner.hpp"

namespace handlers {

Refusal register_owner(Exchange& exchange) {
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  set_owner(exchange, in_hand);
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  return Refusal::none;
}

}  // namespace handlers
