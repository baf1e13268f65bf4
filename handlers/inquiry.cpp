/// 0100/31: what is on the card, until when is it valid.

#include "codec/de48.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/number_text.hpp"

namespace handlers {

Refusal inquire(Exchange& exchange) {
  using ledger::Role;
  const Role role = exchange.request.station.role;
  if (exchange.request.names_foreign_card(exchange.context.rules.bin)) return Refusal::no_route;
  CardInHand in_hand;
  GateRules rules;
  if (role == Role::operating || role == Role::site) {
    rules.passing_blocks = ledger::kBlockReasons;
    rules.expired_passes = true;
  }
  if (const Refusal refusal = pass_gate(exchange, rules, in_hand); refusal != Refusal::none)
    return refusal;

  Answer& answer = exchange.answer;
  if (role != Role::site || in_hand.password_checked) {
    add_card_balances(answer, in_hand.card);
    if (in_hand.card.registered != 0 || in_hand.card.points != 0) add_points(answer, in_hand.card);
  }
  codec::TagWriter tags(answer.tags);
  tags.add(6, date_text(in_hand.card.last_day).view());
  if (role == Role::site) {
    const auto file = ledger::read_card_file(exchange.context.draft, in_hand.id);
    if (file && !file->hint.empty()) tags.add(11, file->hint);
  }
  answer.tags_size = tags.content().size();
  return Refusal::none;
}

}  // namespace handlers
