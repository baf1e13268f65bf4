/// 0200/92: whoever has a sold card and its initial password sets his own and makes it usable.

#include "base/assert.hpp"
#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"

namespace handlers {
namespace {

/// Sets password, hint and owner; the initial password is erased. The tags were checked before.
void set_owner(Exchange& exchange, CardInHand& in_hand) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  auto file = ledger::read_card_file(context.draft, in_hand.id);
  const auto password = request.new_password();
  CP_ASSERT(file.has_value() && password.has_value());
  ledger::set_password(context.vault, in_hand.id, in_hand.card, password->digits());
  file->head.has_initial = 0;
  file->hint = request.tags.find(11).value_or(std::string_view());
  if (const auto customer = request.tags.find(12)) file->customer = *customer;
  ledger::write_card_file(context.draft, *file);
}

}  // namespace

Refusal activate(Exchange& exchange) {
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  GateRules rules;
  rules.wanted = ledger::CardState::sold;
  if (const Refusal refusal = pass_gate(exchange, rules, in_hand); refusal != Refusal::none)
    return refusal;
  in_hand.card.state = ledger::CardState::active;
  set_owner(exchange, in_hand);
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  add_card_balances(exchange.answer, in_hand.card);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
