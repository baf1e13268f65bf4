/// Recharges, and how long a card is valid with and without them.

#include <algorithm>

#include "model.hpp"

namespace model {
namespace {

constexpr Won kUnit = 10'000;

}  // namespace

std::string Model::recharge(const Request& request, Decision& decision) {
  const Won amount = std::stoll(request.get(4));
  if (amount == 0 || amount % kUnit != 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  Won& prefund = books_.prefund[request.get(42)];
  if (amount > world_.recharge_limit || card.balance + amount > world_.balance_cap)
    decision.answer.reason = "CAP";
  else if (amount > prefund)
    decision.answer.reason = "PREFUND";
  if (!decision.answer.reason.empty()) return "61";

  prefund -= amount;
  give(gate.card, amount, "RC");
  const int days = world_.products.at(card.face).days;
  card.last_day = std::max(card.last_day, days_later(local_date(now_), days));
  decision.moved = amount;
  decision.cards = {gate.card};
  decision.answer.approval = true;
  decision.answer.amounts = card_amounts(gate.card) + "3002410C" + twelve_digits(prefund);
  decision.answer.last_day = std::to_string(card.last_day);
  return "00";
}

/// It must still be there. A part that is left keeps the validity.
std::string Model::undo_recharge(Entry& original, Won back) {
  if (back == 0) return "";
  const int index = original.cards[0];
  if (available(index, now_) < back) return "51";
  give(index, -back, "RV");
  books_.prefund[original.asked->get(42)] += back;
  if (original.left() == back)
    books_.cards[static_cast<std::size_t>(index)].last_day = validity_without(original);
  return "";
}

/// From the newest other recharge of which anything is left, else from the sale.
int Model::validity_without(const Entry& recharge) const {
  const Card& card = books_.cards[static_cast<std::size_t>(recharge.cards[0])];
  int since = card.sold_on;
  for (const Entry& entry : books_.entries) {
    const bool counts = entry.operation == "recharge" && entry.approved() && entry.left() > 0 &&
                        entry.cards == recharge.cards && entry.number != recharge.number;
    if (counts) since = local_date(entry.time);
  }
  return days_later(since, world_.products.at(card.face).days);
}

}  // namespace model
