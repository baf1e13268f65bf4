/// Passwords, owners, blocking and unblocking.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Request;

namespace {

bool is_active(const Card& card) { return card.state == Card::State::active; }

bool may_be_forgotten(const Card& card) {
  return is_active(card) && !card.owner.empty() && card.blocks.contains("password");
}

}  // namespace

std::string Generator::random_customer() { return "customer" + std::to_string(dice_.below(30)); }

/// Tags 0010 and 0011, sometimes not as they must be.
void Generator::add_new_password(Request& request) {
  const std::size_t size = dice_.percent(80) ? 4 : 4 + dice_.below(9);
  std::string password;
  for (std::size_t i = 0; i < size; ++i)
    password += static_cast<char>('0' + static_cast<char>(dice_.below(10)));
  request.tags["0010"] = dice_.percent(97) ? password : "123";
  if (dice_.percent(40)) request.tags["0011"] = "my dog's name";
  if (dice_.percent(2)) request.tags["0011"] = "it is " + request.tags["0010"] + "!";
  if (dice_.percent(2)) request.tags["0011"] = std::string(61, 'x');
}

/// By the password, by the customer id, by both, seldom by neither.
Request Generator::password_change() {
  const int index = pick_card(dice_.percent(40) ? may_be_forgotten : is_active);
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  Request request = begin(dice_.percent(90) ? "SITE0001" : "SITE0017", "0200", "930000");
  name_card(request, index);
  add_new_password(request);
  const bool forgotten = card.blocks.contains("password") ? dice_.percent(75) : dice_.percent(35);
  if (!forgotten) add_right_password(request, index);
  const bool with_customer = forgotten ? dice_.percent(95) : dice_.percent(15);
  if (!with_customer) return request;
  const bool right = !card.owner.empty() && dice_.percent(80);
  request.tags["0012"] = right ? card.owner : random_customer();
  if (dice_.percent(3)) request.tags["0012"] = std::string(21, '1');
  return request;
}

Request Generator::registration() {
  const int index = pick_card(is_active);
  Request request = begin(dice_.percent(90) ? "SITE0001" : "SITE0017", "0200", "940000");
  name_card(request, index);
  add_password(request, index);
  request.tags["0012"] = random_customer();
  if (dice_.percent(2)) request.tags["0012"] = std::string(21, '1');
  if (dice_.percent(5)) request.tags["0012"] = std::string(20, '1');
  return request;
}

Request Generator::block() {
  const bool used = dice_.percent(80);
  const int index = pick_card([&](const Card& card) {
    return used ? is_active(card) && (!card.blocked() || dice_.percent(20)) : !is_active(card);
  });
  Request request = begin(dice_.percent(75) ? "SITE0001" : "OPER0001", "0200", "960000");
  name_card(request, index);
  add_password(request, index);
  return request;
}

Request Generator::unblock() {
  const bool used = dice_.percent(85);
  const int index = pick_card([&](const Card& card) {
    return used ? is_active(card) && (card.blocked() || dice_.percent(5)) : !is_active(card);
  });
  Request request = begin(dice_.percent(95) ? "OPER0001" : "SITE0001", "0200", "980000");
  name_card(request, index);
  add_password(request, index);
  return request;
}

}  // namespace simulation
