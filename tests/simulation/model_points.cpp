/// Points: what a purchase earns, and what they buy.

#include "model.hpp"

namespace model {
namespace {

constexpr Won kUnit = 1'000;

}  // namespace

/// What is bought earns for good at the rate of this moment; calls and cards of nobody earn
/// nothing.
int Model::points_rate(const Request& request, int index) const {
  const Card& card = books_.cards[static_cast<std::size_t>(index)];
  if (card.owner.empty() || world_.stations.at(request.station).role == "telephone") return 0;
  return world_.products.at(card.face).points_bp;
}

/// `before`: what the purchase had earned until now.
void Model::move_points(const Entry& purchase, Won before) {
  if (purchase.points_bp == 0) return;
  books_.cards[static_cast<std::size_t>(purchase.cards[0])].points += purchase.points() - before;
}

std::string Model::points_amount(int index) const {
  const Won points = books_.cards[static_cast<std::size_t>(index)].points;
  return "0090410" + (points < 0 ? "D" + twelve_digits(-points) : "C" + twelve_digits(points));
}

std::string Model::exchange(const Request& request, Decision& decision) {
  const Won points = std::stoll(request.get(4));
  if (points == 0 || points % kUnit != 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (card.balance + points > world_.balance_cap) {
    decision.answer.reason = "CAP";
    return "61";
  }
  if (points > card.points) return "51";

  card.points -= points;
  books_.promotion += points;
  give(gate.card, points, "PX");
  decision.moved = points;
  decision.cards = {gate.card};
  decision.answer.approval = true;
  decision.answer.amounts = card_amounts(gate.card) + points_amount(gate.card);
  return "00";
}

/// The won must still be there.
std::string Model::undo_exchange(Entry& original, Won back) {
  if (back == 0) return "";
  const int index = original.cards[0];
  if (available(index, now_) < back) return "51";
  give(index, -back, "RV");
  books_.cards[static_cast<std::size_t>(index)].points += back;
  books_.promotion -= back;
  return "";
}

}  // namespace model
