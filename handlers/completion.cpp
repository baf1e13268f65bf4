/// 0220/00: what a hold was made for is posted, at most what was held, and the rest is free again.

#include <algorithm>

#include "base/assert.hpp"
#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/spending.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

/// After so long a hold that expired is forgotten: nobody can mean it any more.
bool is_final(const ledger::HoldRecord& hold, base::TimeUs age_now) {
  return hold.state == ledger::HoldState::completed || hold.state == ledger::HoldState::released ||
         age_now - hold.expires_us >= ledger::kRememberedUs;
}

/// Posts; the hold was ended before, so that its amount is available.
void post(Exchange& exchange, std::int64_t amount) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  const ledger::CardId id = exchange.decision.card.id;
  auto card = ledger::read_card(draft, id);
  CP_ASSERT(card.has_value());
  add_to_day(*card, exchange.context.business_day(), amount);
  ledger::write_card(draft, id, *card);
  exchange.decision.entry.move(
      ledger::AccountKey::card(id),
      ledger::AccountKey::of(ledger::AccountKind::merchant_payable, request.merchant), amount);
  exchange.decision.moved_won = amount;
  count(exchange, &ledger::TotalsRecord::debits, amount);
  card->balance_won -= amount;
  add_card_balances(exchange.answer, *card);
  exchange.answer.amount_won = amount;
}

}  // namespace

Refusal complete(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  if (request.amount_won == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;

  const auto number = find_hold(exchange);
  if (!number) return Refusal::hold_not_found;
  ledger::CardRecord card;  // may be blocked or expired: the service was rendered
  const bool is_there = find_named_card(exchange, card) == Refusal::none;
  const ledger::HoldRecord hold = *ledger::read_hold(context.draft, *number);
  if (!is_there || exchange.decision.card.id != hold.card) return Refusal::another_cards_hold;
  if (is_final(hold, context.age_now)) return Refusal::hold_is_over;
  if (card.state == ledger::CardState::closed) return Refusal::card_closed;

  // What a hold reserves is there; what an expired one did, as far as nobody else took it.
  std::int64_t amount = std::min(request.amount_won, hold.amount_won);
  if (hold.state == ledger::HoldState::expired) amount = std::min(amount, card.available_won());
  if (const Refusal refusal = check_limits(exchange, card, amount); refusal != Refusal::none)
    return refusal;
  if (amount == 0) return Refusal::not_enough_balance;

  exchange.decision.original = *number;
  ledger::complete_hold(context.draft, *number, exchange.answer.sequence);
  post(exchange, amount);
  return amount < request.amount_won ? Refusal::approved_for_less : Refusal::none;
}

}  // namespace handlers
