/// 0200/93: a new password, by who knows the old one, or by the site for the registered owner who
/// has forgotten it.

#include "base/assert.hpp"
#include "handlers/originals.hpp"
#include "handlers/owner.hpp"

namespace handlers {
namespace {

/// The customer id in 0012 is the owner's; a card without an owner is nobody's.
bool names_the_owner(Exchange& exchange, ledger::CardId id) {
  const auto file = ledger::read_card_file(exchange.context.draft, id);
  CP_ASSERT(file.has_value());
  return !file->customer.empty() && file->customer == *exchange.request.tags.find(12);
}

}  // namespace

Refusal change_password(Exchange& exchange) {
  const bool forgotten = !exchange.request.message.has(52);
  GateRules rules;
  // Wrong passwords are what he who has forgotten his own has tried.
  if (forgotten) rules.passing_blocks = ledger::kBlockedByPassword;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, rules, in_hand); refusal != Refusal::none)
    return refusal;
  if (forgotten) {
    if (!names_the_owner(exchange, in_hand.id)) return Refusal::not_the_owner;
    ledger::forget_wrong_passwords(in_hand.card);
  }
  set_new_password(exchange, in_hand);
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  return Refusal::none;
}

}  // namespace handlers
