#include "handlers/card_gate.hpp"

#include "base/assert.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

using ledger::CardState;
using ledger::Role;

enum class PasswordCheck : std::uint8_t { absent, right, wrong };

PasswordCheck check_password(Exchange& exchange, const CardInHand& in_hand) {
  const Request& request = exchange.request;
  if (!request.message.has(52)) return PasswordCheck::absent;
  const auto password = request.password();
  if (!password) return PasswordCheck::wrong;
  return ledger::password_is_right(exchange.context.vault, in_hand.id, in_hand.card,
                                   password->digits())
             ? PasswordCheck::right
             : PasswordCheck::wrong;
}

/// Part of the keyed hash of this card and what DE 52 holds, block or no block.
std::uint64_t tell_password(Exchange& exchange, ledger::CardId id) {
  crypto::CardVault& vault = exchange.context.vault;
  crypto::PasswordVerifier hash;
  if (const auto password = exchange.request.password()) {
    hash = vault.verifier(id, vault.password_key_id(), password->digits());
  } else {
    crypto::PinBlock block;
    exchange.request.message.bytes(52, block);
    hash = vault.verifier(id, vault.password_key_id(), base::as_text(block));
  }
  return base::load_big_endian<std::uint64_t>(hash.data());
}

/// A message that is not remembered may come again: its wrong password counts only once, but
/// another password under the same key is another guess.
bool counts_now(const Exchange& exchange, std::uint64_t password) {
  const auto before = ledger::find_duplicate(exchange.context.draft, exchange.request.keys.request,
                                             exchange.context.age_now);
  return !before || before->wrong_password != password;
}

/// Returns whether this was the fifth.
bool count_wrong(Exchange& exchange, CardInHand& in_hand) {
  const std::uint64_t password = tell_password(exchange, in_hand.id);
  if (!counts_now(exchange, password)) return false;
  const bool fifth = ledger::count_wrong_password(in_hand.card);
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
  ledger::remember_wrong_password(exchange.context.draft, exchange.request.keys.request, password,
                                  exchange.context.now, exchange.context.age_now);
  exchange.decision.wrong_password = password;
  return fifth;
}

void forget_wrong(Exchange& exchange, CardInHand& in_hand) {
  if (in_hand.card.wrong_passwords == 0) return;
  in_hand.card.wrong_passwords = 0;
  ledger::write_card(exchange.context.draft, in_hand.id, in_hand.card);
}

/// Agents and the site are told that the card is not activated; others only when they know the
/// password, else the card does not exist for them. Wrong passwords count all the same; the block
/// they end in comes later in the order of checks and changes neither answer.
Refusal not_activated(Exchange& exchange, const GateRules& rules, CardInHand& in_hand) {
  const Role role = exchange.request.station.role;
  const PasswordCheck password =
      rules.asks_password ? check_password(exchange, in_hand) : PasswordCheck::absent;
  if (in_hand.card.blocked == 0) {
    if (password == PasswordCheck::wrong) count_wrong(exchange, in_hand);
    if (password == PasswordCheck::right) forget_wrong(exchange, in_hand);
  }
  const bool may_know =
      role == Role::agent || role == Role::site || password == PasswordCheck::right;
  return may_know ? Refusal::card_not_activated : Refusal::no_such_card;
}

}  // namespace

Refusal find_named_card(Exchange& exchange, ledger::CardRecord& card) {
  const std::string_view digits = exchange.request.card.view();
  ledger::CardName& name = exchange.decision.card;
  name = ledger::find_card(exchange.context.draft, exchange.context.vault, digits);
  if (name.id == 0) {
    const bool is_pin = digits.size() == ledger::kPinNumberSize;
    return is_pin || ledger::has_valid_luhn(digits) ? Refusal::no_such_card
                                                    : Refusal::wrong_check_digit;
  }
  const auto found = ledger::read_card_at(exchange.context.draft, name.id, exchange.context.now);
  CP_ASSERT(found.has_value());
  card = *found;
  return Refusal::none;
}

Refusal pass_gate(Exchange& exchange, GateRules rules, CardInHand& in_hand) {
  const Refusal missing = find_named_card(exchange, in_hand.card);
  if (missing != Refusal::none) return missing;
  in_hand.id = exchange.decision.card.id;
  const ledger::CardRecord& card = in_hand.card;

  if (card.state == CardState::closed) return Refusal::card_closed;
  if (card.state != rules.wanted && !rules.any_state_passes)
    return rules.wanted == CardState::active ? not_activated(exchange, rules, in_hand)
                                             : Refusal::wrong_card_state;
  if ((card.blocked & ~rules.passing_blocks) != 0) return Refusal::card_blocked;
  if (!rules.expired_passes && card.is_expired(exchange.context.today()))
    return Refusal::card_expired;
  // Who may ask about a blocked card must not be able to guess its password without end.
  if (card.blocked != 0 || !rules.asks_password) return Refusal::none;

  switch (check_password(exchange, in_hand)) {
    case PasswordCheck::wrong:
      return count_wrong(exchange, in_hand) ? Refusal::fifth_wrong_password
                                            : Refusal::wrong_password;
    case PasswordCheck::right:
      forget_wrong(exchange, in_hand);
      in_hand.password_checked = true;
      break;
    case PasswordCheck::absent:
      break;
  }
  return Refusal::none;
}

void add_card_balances(Answer& answer, const ledger::CardRecord& card) {
  answer.amounts[0] = {{'0', '0'}, {'0', '1'}, card.balance_won};
  answer.amounts[1] = {{'0', '0'}, {'0', '2'}, card.available_won()};
  answer.amount_count = 2;
}

void add_points(Answer& answer, const ledger::CardRecord& card) {
  answer.amounts[answer.amount_count++] = {{'0', '0'}, {'9', '0'}, card.points};
}

Refusal check_category(const Exchange& exchange, const ledger::CardRecord& card) {
  const ledger::Directory& directory = exchange.context.directory;
  const Request& request = exchange.request;
  const ledger::MerchantRecord* merchant = directory.merchant(request.merchant);
  const ledger::Category category = directory.category(merchant->mcc);
  if (request.message.has(18)) {
    const auto mcc = static_cast<std::uint16_t>(request.message.number(18));
    if (directory.category(mcc) != category) return Refusal::category_not_the_merchants;
  }
  const ledger::ProductRecord* product = directory.product(card.product);
  CP_ASSERT(product != nullptr);
  return (product->mix & ledger::mix_bit(category)) != 0 ? Refusal::none
                                                         : Refusal::category_not_in_mix;
}

}  // namespace handlers
