/// Each transaction but the reversal, holds and what an owner asks. They return DE 39.

#include "model.hpp"

namespace model {
namespace {

Won amount_of(const Request& request) { return request.has(4) ? std::stoll(request.get(4)) : 0; }

std::string prefund_amounts(Won amount) {
  const std::string digits = std::to_string(amount);
  return "3002410C" + std::string(12 - digits.size(), '0') + digits;
}

struct OrderLine {
  Won face = 0;
  int quantity = 0;
};

std::vector<OrderLine> lines_of(const Request& request) {
  std::vector<OrderLine> lines;
  const std::string order = *request.tag("0001");
  for (std::size_t at = 0; at < order.size(); at += 8)
    lines.push_back({std::stoll(order.substr(at, 6)), std::stoi(order.substr(at + 6, 2))});
  return lines;
}

}  // namespace

std::string Model::verify(const Request& request, Decision& decision) {
  if (foreign(request)) return "92";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  const Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (const std::string code = mix(request, card); !code.empty()) return code;
  decision.answer.amounts = card_amounts(gate.card);
  if (amount_of(request) > available(gate.card, now_)) return "51";
  decision.answer.approval = true;
  return "00";
}

std::string Model::inquire(const Request& request, Decision& decision) {
  if (foreign(request)) return "92";
  const std::string role = world_.stations.at(request.station).role;
  Gate gate;
  gate.tolerant = role == "operator" || role == "site";
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  const Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (role != "site" || gate.proven) {
    decision.answer.amounts = card_amounts(gate.card);
    if (!card.owner.empty() || card.points != 0)
      decision.answer.amounts += points_amount(gate.card);
  }
  decision.answer.last_day = std::to_string(card.last_day);
  if (role == "site") decision.answer.hint = card.hint;
  return "00";
}

std::string Model::purchase(const Request& request, Decision& decision) {
  const Won amount = amount_of(request);
  if (amount == 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  const Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (const std::string code = mix(request, card); !code.empty()) return code;
  if (const std::string code = limits(card, amount, decision); !code.empty()) return code;
  if (amount > available(gate.card, now_)) return "51";

  pay(gate.card, request, amount);
  decision.points_bp = points_rate(request, gate.card);
  decision.moved = amount;
  decision.cards = {gate.card};
  decision.answer.amounts = card_amounts(gate.card);
  decision.answer.approval = true;
  return "00";
}

std::string Model::refund(const Request& request, Decision& decision) {
  const Won amount = amount_of(request);
  if (amount == 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  const int index = refund_original(request);
  if (index < 0) return "25";
  Entry& original = books_.entries[static_cast<std::size_t>(index)];
  if (!original.paid()) return "25";
  if (named_card(request) != original.card) return "25";
  const Won left = original.left() - original.refunded;
  if (left == 0) return "25";
  if (amount > left) return "13";
  const int card = original.cards[0];
  if (books_.cards[static_cast<std::size_t>(card)].state == Card::State::closed) return "57";

  const Won points = original.points();
  original.refunded += amount;
  move_points(original, points);
  give(card, amount, "RF");
  books_.payable[request.get(42)] -= amount;
  decision.moved = amount;
  decision.of = index;
  decision.cards = {card};
  decision.answer.amounts = card_amounts(card);
  decision.answer.approval = true;
  return "00";
}

std::string Model::stock_card_for(const Request& request, Won face, int& index) const {
  index = find_card(request.get(2));
  if (index < 0) return "14";
  const Card& card = books_.cards[static_cast<std::size_t>(index)];
  if (card.state == Card::State::closed) return "14";
  if (card.face != face) return "13";
  if (card.state != Card::State::stock) return "57";
  return card.blocked() ? "62" : "";
}

std::string Model::sell(const Request& request, Decision& decision) {
  const std::vector<OrderLine> lines = lines_of(request);
  Won total = 0;
  int count = 0;
  for (const OrderLine& line : lines) {
    if (!world_.products.contains(line.face) || line.quantity == 0) return "13";
    total += line.face * line.quantity;
    count += line.quantity;
  }
  if (amount_of(request) == 0 || total != amount_of(request)) return "13";
  if (request.has(2) && count != 1) return "13";
  if (stopped_early(request)) return "25";
  int stock_card = -1;
  if (request.has(2)) {
    const std::string code = stock_card_for(request, lines[0].face, stock_card);
    if (!code.empty()) return code;
  }
  Won& prefund = books_.prefund[request.get(42)];
  if (total > prefund) {
    decision.answer.reason = "PREFUND";
    return "61";
  }

  prefund -= total;
  for (const OrderLine& line : lines) {
    for (int i = 0; i < line.quantity; ++i) {
      Card made;
      made.face = line.face;
      if (stock_card < 0) books_.cards.push_back(made);
      const int index = stock_card < 0 ? static_cast<int>(books_.cards.size()) - 1 : stock_card;
      give(index, line.face, "SA");
      Card& card = books_.cards[static_cast<std::size_t>(index)];
      card.state = stock_card < 0 ? Card::State::sold : Card::State::active;
      card.untouched = true;
      card.owner = request.tag("0012").value_or("");
      card.sold_on = local_date(now_);
      card.last_day = days_later(card.sold_on, world_.products.at(line.face).days);
      decision.cards.push_back(index);
    }
  }
  decision.moved = total;
  decision.answer.amounts = prefund_amounts(prefund);
  const std::string digits = std::to_string(count);
  decision.answer.card_count = std::string(3 - digits.size(), '0') + digits;
  return "00";
}

/// Into a card, or into the prefund of the agent in DE 103.
std::string Model::deposit(const Request& request, Decision& decision) {
  const Won amount = amount_of(request);
  if (amount == 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  if (request.has(2)) {
    Gate gate;
    if (const std::string code = pass(request, gate); !code.empty()) return code;
    const Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
    if (amount > world_.recharge_limit || card.balance + amount > world_.balance_cap) {
      decision.answer.reason = "CAP";
      return "61";
    }
    give(gate.card, amount, "DP");
    decision.cards = {gate.card};
  } else {
    const auto agent = world_.parties.find(request.get(103));
    if (agent == world_.parties.end() || agent->second.kind != "agent") return "03";
    books_.prefund[request.get(103)] += amount;
  }
  books_.owed[request.get(42)] += amount;
  decision.moved = amount;
  decision.answer.approval = true;
  return "00";
}

std::string Model::collect(const Request& request, Decision& decision) {
  const std::size_t which = static_cast<std::size_t>(std::stoi(*request.tag("0003")));
  for (const Entry& entry : books_.entries) {
    if (entry.order.empty() || entry.order != request.tag("0002")) continue;
    if (entry.station != request.station || which == 0 || which > entry.cards.size()) return "25";
    const int card = entry.cards[which - 1];
    if (books_.cards[static_cast<std::size_t>(card)].state != Card::State::sold) return "25";
    decision.answer.collected = card;
    decision.answer.last_day =
        std::to_string(books_.cards[static_cast<std::size_t>(card)].last_day);
    return "00";
  }
  return "25";
}

std::string Model::activate(const Request& request, Decision& decision) {
  if (stopped_early(request)) return "25";
  Gate gate;
  gate.wanted = Card::State::sold;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  card.state = Card::State::active;
  card.password = *request.tag("0010");
  card.hint = request.tag("0011").value_or("");
  card.owner = request.tag("0012").value_or(card.owner);
  decision.answer.amounts = card_amounts(gate.card);
  decision.answer.approval = true;
  return "00";
}

}  // namespace model
