/// 0100/00: reserves an amount on the card for what is delivered later, or raises such a hold.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

/// The open hold of this merchant and card with the request's DE 37; 0: none.
ledger::Sequence find_open_hold(Exchange& exchange, const std::vector<ledger::Sequence>& holds) {
  const Request& request = exchange.request;
  if (request.keys.reference.empty()) return 0;
  for (const ledger::Sequence hold : holds) {
    const auto first = ledger::read_transaction(exchange.context.draft, hold);
    if (first && is_named_by(request, *first)) return hold;
  }
  return 0;
}

}  // namespace

Refusal hold(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  const std::int64_t amount = request.amount_won;
  if (amount == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  if (const Refusal refusal = check_category(exchange, in_hand.card); refusal != Refusal::none)
    return refusal;
  if (amount > in_hand.card.available_won()) return Refusal::not_enough_balance;

  const std::vector<ledger::Sequence> holds = ledger::open_holds(context.draft, in_hand.id);
  const ledger::Sequence raised = find_open_hold(exchange, holds);
  if (raised == 0 && holds.size() == ledger::kMostOpenHolds) return Refusal::too_many_holds;
  const std::uint32_t lasts_s = context.rules.hold_s;
  const base::TimeUs expires_us = context.now + lasts_s * base::kMicrosPerSecond;
  if (raised != 0)
    ledger::raise_hold(context.draft, raised, amount, expires_us);
  else
    ledger::begin_hold(context.draft, exchange.answer.sequence, in_hand.id, amount, expires_us);

  exchange.decision.moved_won = amount;
  exchange.decision.original = raised;
  exchange.decision.lasts_s = lasts_s;
  in_hand.card.held_won += amount;
  add_card_balances(exchange.answer, in_hand.card);
  // The first message's stays the hold's name.
  exchange.answer.approval = approval_of(raised != 0 ? raised : exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
