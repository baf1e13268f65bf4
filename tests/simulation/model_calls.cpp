/// Rated calls: a hold for the longest call that can be paid, raised while the call lasts. What it
/// cost is posted as any completion, see model_holds.cpp.

#include <algorithm>

#include "model.hpp"

namespace model {
namespace {

constexpr Time kSecond = 1'000'000;
constexpr Time kGrace = 600 * kSecond;            // after the seconds that were granted
constexpr Time kLongest = 31 * 86'400 * kSecond;  // of a hold
constexpr Won kMostSeconds = 3'600;               // of a grant
constexpr int kOpenAtMost = 64;                   // of a card

bool at_telephone(const Request& request, const World& world) {
  return world.stations.at(request.station).role == "telephone";
}

bool is_number_of(const std::string& text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool is_rated_hold(const Request& request, const World& world) {
  return operation_of(request) == "hold" && request.tag("0030") && at_telephone(request, world);
}

bool is_rated_completion(const Request& request, const World& world) {
  return operation_of(request) == "completion" && request.tag("0032") &&
         at_telephone(request, world);
}

std::string covered_as(const Request& request, const World& world) {
  const bool rated = is_rated_hold(request, world) || is_rated_completion(request, world);
  return (rated ? "rated_" : "") + operation_of(request);
}

/// At other stations both tags are unknown.
bool call_tags_are_good(const Request& request, const std::string& operation, const World& world) {
  if (!at_telephone(request, world)) return true;
  if (operation == "hold") return is_number_of(request.tag("0030").value_or("0"), 20);
  if (operation == "completion") return is_number_of(request.tag("0032").value_or("0"), 6);
  return true;
}

/// The longest prefix of the table in force.
Rate Model::rate_of(const std::string& called) const {
  const RateTable* in_force = nullptr;
  for (const RateTable& table : world_.rates)
    if (table.from <= now_) in_force = &table;
  Rate best;
  bool found = false;
  for (const Rate& rate : in_force->rates) {
    if (!called.starts_with(rate.prefix)) continue;
    if (!found || rate.prefix.size() > best.prefix.size()) best = rate;
    found = true;
  }
  return best;
}

/// The first grant of a call takes the rate of that moment and the connection fee, the further
/// ones go on from where the granted seconds end.
std::string Model::grant(const Request& request, Decision& decision) {
  if (std::stoll(request.get(4)) != 0) return "13";
  if (foreign(request)) return "92";
  if (stopped_early(request)) return "25";
  int index = hold_to_raise(request, find_card(request.get(2)));
  const bool begins = index < 0;
  if (!begins && !books_.holds[static_cast<std::size_t>(index)].rate) return "25";
  Gate gate;
  if (const std::string code = pass(request, gate); !code.empty()) return code;
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (const std::string code = mix(request, card); !code.empty()) return code;

  Hold call;
  if (begins) {
    call.station = request.station;
    call.merchant = request.get(42);
    call.terminal = request.get(41);
    call.card = gate.card;
    call.reference = request.get(37);
    call.rate = rate_of(*request.tag("0030"));
  } else {
    call = books_.holds[static_cast<std::size_t>(index)];
  }
  const Rate& rate = *call.rate;
  const Won fee = begins ? rate.connection : 0;
  const Won payable = available(gate.card, now_) - fee;
  if (payable < rate.won) return "51";
  const Won units = std::min(payable / rate.won, kMostSeconds / rate.seconds);
  if (begins && open_holds(gate.card) >= kOpenAtMost) return "96";
  const Time from = begins ? now_ : std::max(call.expiry - kGrace, now_);
  const Time length = from - now_ + units * rate.seconds * kSecond + kGrace;
  const Time whole_seconds = (length + kSecond - 1) / kSecond;
  if (whole_seconds * kSecond > kLongest) return "96";

  call.amount += fee + units * rate.won;
  call.expiry = now_ + whole_seconds * kSecond;
  if (begins) {
    books_.holds.push_back(call);
    index = static_cast<int>(books_.holds.size()) - 1;
  } else {
    books_.holds[static_cast<std::size_t>(index)] = call;
  }
  card.untouched = false;
  decision.moved = fee + units * rate.won;
  decision.hold = index;
  decision.cards = {gate.card};
  decision.answer.amounts = card_amounts(gate.card);
  decision.answer.approval = true;
  decision.answer.hold = index;
  decision.answer.granted = std::to_string(units * rate.seconds);
  return "00";
}

}  // namespace model
