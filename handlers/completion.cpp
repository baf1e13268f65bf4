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
bool is_over(const ledger::HoldRecord& hold, base::TimeUs age_now) {
  return hold.state == ledger::HoldState::completed || hold.state == ledger::HoldState::released ||
         age_now - hold.expires_us >= ledger::kRememberedUs;
}

/// The card may be blocked or expired: the service was rendered. Its holds are as of now.
Refusal read_completed_card(Exchange& exchange, ledger::CardRecord& card) {
  const Refusal refusal = find_named_card(exchange, card);
  if (refusal != Refusal::none) return refusal;
  return card.state == ledger::CardState::closed ? Refusal::card_closed : Refusal::none;
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

std::optional<ledger::Sequence> find_hold(Exchange& exchange) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  const auto latest = latest_named(request.message.text(38), exchange.answer.sequence);
  for (ledger::Sequence number = latest.value_or(0); number != 0;
       number = number > kApprovals ? number - kApprovals : 0) {
    if (!ledger::read_hold(draft, number)) continue;
    const auto first = ledger::read_transaction(draft, number);
    CP_ASSERT(first.has_value());
    const Origin origin = origin_of(*first);
    if (first->head.station == request.station.id && origin.merchant == request.merchant &&
        origin.reference == request.keys.reference)
      return number;
  }
  return std::nullopt;
}

Refusal complete(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  if (request.amount_won == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;

  const auto number = find_hold(exchange);
  if (!number) return Refusal::hold_not_found;
  const ledger::CardName name =
      ledger::find_card(context.draft, context.vault, request.card.view());
  if (name.id != ledger::read_hold(context.draft, *number)->card)
    return Refusal::another_cards_hold;
  ledger::CardRecord card;
  const Refusal of_card = read_completed_card(exchange, card);
  const ledger::HoldRecord hold = *ledger::read_hold(context.draft, *number);
  if (is_over(hold, context.age_now)) return Refusal::hold_is_over;
  if (of_card != Refusal::none) return of_card;

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
