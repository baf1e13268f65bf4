/// 0200/28: an agent pays cash into a card, which is valid anew from today.

#include "codec/de48.hpp"
#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/number_text.hpp"
#include "handlers/originals.hpp"
#include "handlers/spending.hpp"
#include "handlers/validity.hpp"

namespace handlers {
namespace {

using ledger::AccountKey;
using ledger::AccountKind;

constexpr std::int64_t kRechargeStepWon = 10'000;

void answer_recharge(Answer& answer, const ledger::CardRecord& card, std::int64_t prefund_won) {
  add_card_balances(answer, card);
  answer.amounts[answer.amount_count++] = {{'3', '0'}, {'0', '2'}, prefund_won};
  codec::TagWriter tags(answer.tags);
  tags.add(6, date_text(card.last_day).view());
  answer.tags_size = tags.content().size();
  answer.approval = approval_of(answer.sequence);
}

}  // namespace

Refusal recharge(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  const std::int64_t amount = request.amount_won;
  if (amount == 0) return Refusal::amount_zero;
  if (amount % kRechargeStepWon != 0) return Refusal::amount_no_multiple;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, {}, in_hand); refusal != Refusal::none)
    return refusal;
  ledger::CardRecord& card = in_hand.card;
  if (const Refusal refusal = check_cap(exchange, card, amount); refusal != Refusal::none)
    return refusal;
  const AccountKey prefund = AccountKey::of(AccountKind::prefund, request.merchant);
  const std::int64_t before_won = ledger::account_balance_won(context.draft, prefund);
  if (amount > before_won) return Refusal::over_prefund;

  card.last_day = last_day_from_today(exchange, card);
  exchange.decision.previous_recharge = card.last_recharge;
  card.last_recharge = exchange.answer.sequence;
  ledger::write_card(context.draft, in_hand.id, card);
  exchange.decision.entry.move(prefund, AccountKey::card(in_hand.id), amount);
  exchange.decision.moved_won = amount;
  count(exchange, &ledger::TotalsRecord::credits, amount);
  card.balance_won += amount;
  answer_recharge(exchange.answer, card, before_won - amount);
  return Refusal::none;
}

}  // namespace handlers
