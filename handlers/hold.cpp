/// 0100/00: reserves an amount on the card for what is delivered later, or raises such a hold; of a
/// rated call what the longest one that the card pays costs.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/rated_call.hpp"
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

/// A call goes on by calls, and any other hold by amounts; asked before the card, as the order of
/// checks has it. Only exchanges hold for calls.
Refusal check_kind(Exchange& exchange, bool is_rated) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  ledger::CardRecord card;
  if (request.station.role != ledger::Role::telephone || request.keys.reference.empty() ||
      find_named_card(exchange, card) != Refusal::none)
    return Refusal::none;
  const auto raised =
      find_open_hold(exchange, ledger::open_holds(draft, exchange.decision.card.id));
  const auto open = raised != 0 ? ledger::read_hold(draft, raised) : std::nullopt;
  if (!open || is_call(*open) == is_rated) return Refusal::none;
  return is_rated ? Refusal::hold_is_no_call : Refusal::hold_is_a_call;
}

/// What this message reserves: its DE 4, or the longest call that the card pays.
Refusal decide_grant(const Exchange& exchange, const ledger::CardRecord& card,
                     const ledger::HoldRecord* open, Grant& grant) {
  const auto called = called_number(exchange.request);
  if (called) return grant_call(exchange, *called, open, card.available_won(), grant);
  grant.won = exchange.request.amount_won;
  grant.lasts_s = exchange.context.rules.hold_s;
  return grant.won > card.available_won() ? Refusal::not_enough_balance : Refusal::none;
}

/// Begins the hold, or raises the open one.
void reserve(Exchange& exchange, ledger::CardId card, ledger::Sequence raised, const Grant& grant) {
  ledger::Draft& draft = exchange.context.draft;
  const base::TimeUs expires_us = exchange.context.now + grant.lasts_s * base::kMicrosPerSecond;
  if (raised != 0)
    ledger::raise_hold(draft, raised, grant.won, expires_us, grant.seconds);
  else
    ledger::begin_hold(draft, exchange.answer.sequence, card, grant.won, expires_us,
                       {grant.rate, grant.seconds});
  exchange.decision.moved_won = grant.won;
  exchange.decision.original = raised;
  exchange.decision.lasts_s = grant.lasts_s;
}

}  // namespace

Refusal hold(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  const bool is_rated = called_number(request).has_value();
  if (is_rated && request.amount_won != 0) return Refusal::amount_not_zero;
  if (!is_rated && request.amount_won == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  if (const Refusal refusal = check_kind(exchange, is_rated); refusal != Refusal::none)
    return refusal;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  if (const Refusal refusal = check_category(exchange, in_hand.card); refusal != Refusal::none)
    return refusal;

  const std::vector<ledger::Sequence> holds = ledger::open_holds(context.draft, in_hand.id);
  const ledger::Sequence raised = find_open_hold(exchange, holds);
  const auto open = raised != 0 ? ledger::read_hold(context.draft, raised) : std::nullopt;
  Grant grant;
  if (const Refusal refusal = decide_grant(exchange, in_hand.card, open ? &*open : nullptr, grant);
      refusal != Refusal::none)
    return refusal;
  if (raised == 0 && holds.size() == ledger::kMostOpenHolds) return Refusal::too_many_holds;

  reserve(exchange, in_hand.id, raised, grant);
  in_hand.card.held_won += grant.won;
  add_card_balances(exchange.answer, in_hand.card);
  if (is_rated) add_granted(exchange.answer, grant.seconds);
  // The first message's stays the hold's name.
  exchange.answer.approval = approval_of(raised != 0 ? raised : exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
