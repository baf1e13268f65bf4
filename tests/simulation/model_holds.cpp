/// Holds, raises and completions. They return DE 39.

#include <algorithm>

#include "model.hpp"

namespace model {
namespace {

constexpr Time kDay = 86'400'000'000;
constexpr Time kLifetime = kDay;         // of a hold, from its latest raise on
constexpr Time kCompletable = 8 * kDay;  // after its expiry
constexpr int kOpenAtMost = 64;          // of a card

Won amount_of(const Request& request) { return std::stoll(request.get(4)); }

/// Started units count whole.
Won cost_of(int seconds, const Rate& rate) {
  const Won units = (seconds + rate.seconds - 1) / rate.seconds;
  return seconds == 0 ? 0 : rate.connection + units * rate.won;
}

}  // namespace

Won Model::available(int card, Time at) const {
  Won left = books_.cards[static_cast<std::size_t>(card)].balance;
  for (const Hold& held : books_.holds)
    if (held.card == card && held.open(at)) left -= held.amount;
  return left;
}

int Model::open_holds(int card) const {
  int count = 0;
  for (const Hold& held : books_.holds) count += held.card == card && held.open(now_);
  return count;
}

/// The open one of the same station, merchant, card and DE 37; -1: none.
int Model::hold_to_raise(const Request& request, int card) const {
  if (!request.has(37)) return -1;
  for (std::size_t i = 0; i < books_.holds.size(); ++i) {
    const Hold& held = books_.holds[i];
    if (held.open(now_) && held.station == request.station && held.merchant == request.get(42) &&
        held.card == card && held.reference == request.get(37))
      return static_cast<int>(i);
  }
  return -1;
}

std::string Model::hold(const Request& request, Decision& decision) {
  if (is_rated_hold(request, world_)) return grant(request, decision);
  const Won amount = amount_of(request);
  if (amount == 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  int index = hold_to_raise(request, find_card(request.get(2)));
  if (index >= 0 && books_.holds[static_cast<std::size_t>(index)].rate) return "25";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (const std::string code = mix(request, card); !code.empty()) return code;
  if (amount > available(gate.card, now_)) return "51";

  if (index < 0) {
    if (open_holds(gate.card) >= kOpenAtMost) return "96";
    Hold made;
    made.station = request.station;
    made.merchant = request.get(42);
    made.terminal = request.get(41);
    made.card = gate.card;
    made.reference = request.get(37);
    books_.holds.push_back(made);
    index = static_cast<int>(books_.holds.size()) - 1;
  }
  Hold& held = books_.holds[static_cast<std::size_t>(index)];
  held.amount += amount;
  held.expiry = std::max(held.expiry, now_ + kLifetime);
  card.untouched = false;
  decision.moved = amount;
  decision.hold = index;
  decision.cards = {gate.card};
  decision.answer.amounts = card_amounts(gate.card);
  decision.answer.approval = true;
  decision.answer.hold = index;
  return "00";
}

/// The latest of this station and merchant with that DE 37 and DE 38, one of the same card if there
/// is any; -1: none.
int Model::hold_to_complete(const Request& request) const {
  int same_card = -1, any = -1;
  const int card = find_card(request.get(2));
  for (std::size_t i = 0; i < books_.holds.size(); ++i) {
    const Hold& held = books_.holds[i];
    if (held.station != request.station || held.merchant != request.get(42) ||
        held.reference != request.get(37) || held.approval != request.get(38))
      continue;
    any = static_cast<int>(i);
    if (held.card == card) same_card = any;
  }
  return same_card >= 0 ? same_card : any;
}

/// Posts at most what was held; of an expired hold at most what is available. A call tells its
/// seconds instead of an amount; it may have cost nothing.
std::string Model::complete(const Request& request, Decision& decision) {
  const bool rated = is_rated_completion(request, world_);
  if ((amount_of(request) == 0) != rated) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  const int index = hold_to_complete(request);
  if (index < 0) return "25";
  Hold& held = books_.holds[static_cast<std::size_t>(index)];
  if (held.card != find_card(request.get(2))) return "25";
  if (held.rate.has_value() != rated) return "25";
  if (held.over() || now_ - held.expiry >= kCompletable) return "25";
  const Card& card = books_.cards[static_cast<std::size_t>(held.card)];
  if (card.state == Card::State::closed) return "14";
  const Won amount =
      rated ? cost_of(std::stoi(*request.tag("0032")), *held.rate) : amount_of(request);
  Won posted = std::min(amount, held.amount);
  if (!held.open(now_)) posted = std::min(posted, available(held.card, now_));
  if (const std::string code = limits(card, posted, decision); !code.empty()) return code;
  if (posted == 0 && amount > 0) return "51";

  held.completed = true;
  if (posted > 0) pay(held.card, request, posted);
  decision.points_bp = points_rate(request, held.card);
  decision.moved = posted;
  decision.hold = index;
  decision.cards = {held.card};
  decision.answer.amount = twelve_digits(posted);
  decision.answer.amounts = card_amounts(held.card);
  return posted == amount ? "00" : "10";
}

}  // namespace model
