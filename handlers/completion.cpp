/// 0220/00: what a hold was made for is posted, at most what was held, and the rest is free again.
/// What a rated call costs follows from its seconds.

#include <algorithm>

#include "base/assert.hpp"
#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/rated_call.hpp"
#include "handlers/spending.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

/// After so long a hold that expired is forgotten: nobody can mean it any more.
bool is_final(const ledger::HoldRecord& hold, base::TimeUs age_now) {
  return hold.state == ledger::HoldState::completed || hold.state == ledger::HoldState::released ||
         age_now - hold.expires_us >= ledger::kRememberedUs;
}

/// A call's completion says how long it was, any other how much.
Refusal check_kind(const ledger::HoldRecord& hold, bool is_rated) {
  if (is_rated && !is_call(hold)) return Refusal::hold_is_no_call;
  if (!is_rated && is_call(hold)) return Refusal::hold_is_a_call;
  return Refusal::none;
}

}  // namespace

Refusal complete(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  const auto used_s = seconds_used(request);
  if (used_s && request.amount_won != 0) return Refusal::amount_not_zero;
  if (!used_s && request.amount_won == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;

  const auto number = find_hold(exchange);
  if (!number) return Refusal::hold_not_found;
  ledger::CardRecord card;  // may be blocked or expired: the service was rendered
  const bool is_there = find_named_card(exchange, card) == Refusal::none;
  const ledger::HoldRecord hold = *ledger::read_hold(context.draft, *number);
  if (!is_there || exchange.decision.card.id != hold.card) return Refusal::another_cards_hold;
  if (const Refusal refusal = check_kind(hold, used_s.has_value()); refusal != Refusal::none)
    return refusal;
  if (is_final(hold, context.age_now)) return Refusal::hold_is_over;
  if (card.state == ledger::CardState::closed) return Refusal::card_closed;

  const std::int64_t wanted = used_s ? ledger::price_won(hold.rate, *used_s) : request.amount_won;
  // What a hold reserves is there; what an expired one did, as far as nobody else took it.
  std::int64_t amount = std::min(wanted, hold.amount_won);
  if (hold.state == ledger::HoldState::expired) amount = std::min(amount, card.available_won());
  if (wanted != 0) {
    if (const Refusal refusal = check_limits(exchange, card, amount); refusal != Refusal::none)
      return refusal;
    if (amount == 0) return Refusal::not_enough_balance;
  }

  exchange.decision.original = *number;
  ledger::complete_hold(context.draft, *number, exchange.answer.sequence);
  // The hold was ended: its amount is available.
  const auto freed = ledger::read_card(context.draft, hold.card);
  CP_ASSERT(freed.has_value());
  spend(exchange, hold.card, *freed, amount);
  exchange.answer.amount_won = amount;
  return amount < wanted ? Refusal::approved_for_less : Refusal::none;
}

}  // namespace handlers
