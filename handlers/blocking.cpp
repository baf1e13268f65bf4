/// 0200/96 and 98: a card reported lost or stolen is blocked, by the operator any, and unblocked.

#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"

namespace handlers {
namespace {

/// The operator needs no password and reaches cards that are not activated too: else nobody could
/// free one that guesses have blocked. Of a card that is blocked already no password is looked at.
GateRules rules_for(const Exchange& exchange) {
  const bool by_operator = exchange.request.station.role == ledger::Role::operating;
  GateRules rules;
  rules.passing_blocks = ledger::kBlockReasons;
  rules.expired_passes = true;
  rules.any_state_passes = by_operator;
  rules.asks_password = !by_operator;
  return rules;
}

}  // namespace

Refusal block(Exchange& exchange) {
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, rules_for(exchange), in_hand);
      refusal != Refusal::none)
    return refusal;
  const bool by_operator = exchange.request.station.role == ledger::Role::operating;
  in_hand.card.blocked |= by_operator ? ledger::kBlockedByOperator : ledger::kBlockedByOwner;
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  return Refusal::none;
}

Refusal unblock(Exchange& exchange) {
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, rules_for(exchange), in_hand);
      refusal != Refusal::none)
    return refusal;
  ledger::forget_wrong_passwords(in_hand.card);
  in_hand.card.blocked = 0;
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  return Refusal::none;
}

}  // namespace handlers
