/// What an owner asks, or the operator for him: password, registration, block, unblock. They return
/// DE 39.

#include "model.hpp"

namespace model {

/// The registered owner who forgot his password: only a block by wrong passwords lets him pass, and
/// a wrong customer id is not counted.
std::string Model::pass_without_password(const Request& request, int& index) const {
  index = find_card(request.get(2));
  if (index < 0) return "14";
  const Card& card = books_.cards[static_cast<std::size_t>(index)];
  if (card.state == Card::State::closed) return "14";
  if (card.state != Card::State::active) return "78";
  if (card.blocks.contains("lost") || card.blocks.contains("operator")) return "62";
  if (expired(card)) return "54";
  return !card.owner.empty() && card.owner == request.tag("0012") ? "" : "55";
}

/// With both, the password decides.
std::string Model::change_password(const Request& request, Decision&) {
  if (stopped_early(request)) return "25";
  Gate gate;
  const std::string code =
      request.has(52) ? pass(request, gate) : pass_without_password(request, gate.card);
  if (!code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  card.password = *request.tag("0010");
  card.hint = request.tag("0011").value_or("");
  card.blocks.clear();
  card.wrong_passwords = 0;
  return "00";
}

std::string Model::register_owner(const Request& request, Decision&) {
  if (stopped_early(request)) return "25";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  books_.cards[static_cast<std::size_t>(gate.card)].owner = *request.tag("0012");
  return "00";
}

/// Blocked and expired cards pass; the operator's password is not looked at, and he reaches cards
/// that are not activated too.
std::string Model::pass_to_block(const Request& request, int& index) {
  index = find_card(request.get(2));
  if (index < 0) return "14";
  Card& card = books_.cards[static_cast<std::size_t>(index)];
  if (card.state == Card::State::closed) return "14";
  if (world_.stations.at(request.station).role == "operator") return "";
  if (card.state != Card::State::active) return pass_inactive(request, card);
  if (card.blocked()) return "";
  if (request.get(52) != card.password) return count_wrong(request, card) ? "75" : "55";
  card.wrong_passwords = 0;
  return "";
}

/// A blocked card is blocked for one more reason.
std::string Model::block(const Request& request, Decision&) {
  if (stopped_early(request)) return "25";
  int index = -1;
  if (const std::string code = pass_to_block(request, index); !code.empty()) return code;
  const bool by_operator = world_.stations.at(request.station).role == "operator";
  books_.cards[static_cast<std::size_t>(index)].blocks.insert(by_operator ? "operator" : "lost");
  return "00";
}

std::string Model::unblock(const Request& request, Decision&) {
  if (stopped_early(request)) return "25";
  int index = -1;
  if (const std::string code = pass_to_block(request, index); !code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(index)];
  card.blocks.clear();
  card.wrong_passwords = 0;
  return "00";
}

}  // namespace model
