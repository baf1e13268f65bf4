#include "handlers/owner.hpp"

#include "base/assert.hpp"

namespace handlers {
namespace {

ledger::CardFile read_file(Exchange& exchange, ledger::CardId id) {
  const auto file = ledger::read_card_file(exchange.context.draft, id);
  CP_ASSERT(file.has_value());
  return *file;
}

}  // namespace

void set_new_password(Exchange& exchange, CardInHand& in_hand) {
  const Request& request = exchange.request;
  const auto password = request.new_password();
  CP_ASSERT(password.has_value());
  ledger::set_password(exchange.context.vault, in_hand.id, in_hand.card, password->digits());
  ledger::CardFile file = read_file(exchange, in_hand.id);
  file.head.has_initial = 0;
  file.hint = request.tags.find(11).value_or(std::string_view());
  ledger::write_card_file(exchange.context.draft, file);
}

void set_owner(Exchange& exchange, CardInHand& in_hand) {
  in_hand.card.registered = 1;
  ledger::CardFile file = read_file(exchange, in_hand.id);
  file.customer = *exchange.request.tags.find(12);
  ledger::write_card_file(exchange.context.draft, file);
}

}  // namespace handlers
