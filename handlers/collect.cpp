/// 0100/91: the station that bought cards reads one of them, until it is activated.

#include "base/assert.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/number_text.hpp"
#include "handlers/tag_values.hpp"

namespace handlers {
namespace {

using crypto::Secret;

/// The card with this number in the order, 0: none, or the order is another station's.
ledger::CardId find_ordered_card(Exchange& exchange) {
  const std::string_view order = *exchange.request.tags.find(2);
  const auto number = read_card_place(*exchange.request.tags.find(3));
  CP_ASSERT(number.has_value());  // the catalogue has looked
  const auto bytes = exchange.context.draft.get(ledger::Table::orders, order);
  if (!bytes) return 0;
  const auto head = ledger::record_from<ledger::OrderHead>(*bytes);
  CP_ASSERT(head.has_value());
  if (head->station != exchange.request.station.id || *number == 0 || *number > head->card_count)
    return 0;
  return *ledger::record_from<ledger::CardId>(
      bytes->substr(sizeof *head + (*number - 1) * sizeof(ledger::CardId)));
}

}  // namespace

Refusal collect(Exchange& exchange) {
  Context& context = exchange.context;
  Answer& answer = exchange.answer;
  const ledger::CardId id = find_ordered_card(exchange);
  if (id == 0) return Refusal::order_not_found;
  const auto card = ledger::read_card(context.draft, id);
  const auto file = ledger::read_card_file(context.draft, id);
  CP_ASSERT(card.has_value() && file.has_value());
  if (card->state == ledger::CardState::active) return Refusal::already_activated;
  if (card->state != ledger::CardState::sold) return Refusal::order_not_found;

  const auto& head = file->head;
  const auto number = context.vault.open(Secret::card_number, id, head.seal_key, head.number);
  const auto pin = context.vault.open(Secret::pin_number, id, head.seal_key, head.pin);
  const auto initial =
      context.vault.open(Secret::initial_password, id, head.seal_key, file->initial);
  if (!number || !pin || !initial) return Refusal::system_error;

  const crypto::PinBlock block = crypto::make_pin_block(exchange.request.pin_keys.front(),
                                                        crypto::Password(*initial), *number);
  answer.card.size = number->view().copy(answer.card.data.data(), answer.card.data.size());
  codec::TagWriter tags(answer.tags);
  tags.add(4, *pin);
  tags.add(5, base::to_hex(block));
  tags.add(6, date_text(card->last_day).view());
  answer.tags_size = tags.content().size();
  return Refusal::none;
}

}  // namespace handlers
