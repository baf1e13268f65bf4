/// Holds, raises and completions.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Hold;
using model::Request;
using model::Won;

/// The later ones are the likelier ones; -1: none. Only such whose name is known.
int Generator::pick_hold(const std::function<bool(const Hold&)>& wanted) {
  std::vector<int> matching;
  const std::vector<Hold>& holds = model_.books().holds;
  for (std::size_t i = 0; i < holds.size(); ++i)
    if (!holds[i].approval.empty() && wanted(holds[i])) matching.push_back(static_cast<int>(i));
  if (matching.empty()) return -1;
  const std::size_t some = std::min<std::size_t>(matching.size(), dice_.percent(50) ? 4 : 1'000);
  return matching[matching.size() - 1 - dice_.below(some)];
}

/// Mostly its own, else one of the same merchant, or of the same station.
std::string Generator::terminal_for(const Hold& held) {
  if (dice_.percent(80)) return held.terminal;
  const bool same_merchant = dice_.percent(75);
  std::vector<std::string> terminals;
  for (const auto& [id, place] : model_.world().terminals)
    if (place.station == held.station && (!same_merchant || place.merchant == held.merchant))
      terminals.push_back(id);
  return dice_.one_of(terminals);
}

/// Mostly so little that more can follow.
Won Generator::amount_to_hold(int card) {
  if (dice_.percent(35)) return amount_for(card);
  const Won available = model_.available(card, now_);
  return static_cast<Won>(1 + dice_.below(static_cast<std::uint64_t>(available) / 4 + 1));
}

Request Generator::hold() {
  const int index = pick_hold([&](const Hold& held) { return held.open(now_); });
  if (index >= 0 && dice_.percent(35))
    return raise(model_.books().holds[static_cast<std::size_t>(index)]);
  Request request = paying("0100", dice_.percent(95) ? "000000" : "000010");
  for (std::size_t i = 0; i < model_.books().cards.size(); ++i) {
    const Card& card = model_.books().cards[i];
    const bool named = request.get(2) == card.number || request.get(2) == card.pin;
    if (named && !card.number.empty()) set_amount(request, amount_to_hold(static_cast<int>(i)));
  }
  return request;
}

Request Generator::raise(const Hold& held) {
  if (held.rate && dice_.percent(85)) return renewal(held);
  Request request = begin(terminal_for(held), "0100", "000000");
  request.fields[37] = held.reference;
  const int card =
      dice_.percent(95) ? held.card : pick_card([](const Card& c) { return c.balance > 0; });
  name_card(request, card);
  add_password(request, card);
  set_amount(request, amount_to_hold(card));
  return request;
}

/// One that only the amount can stop: all products pay there.
Request Generator::hold_of(int card, Won amount) {
  const Card& known = model_.books().cards[static_cast<std::size_t>(card)];
  Request request = begin("BANG0001", "0100", "000000");
  request.fields[2] = known.number;
  request.fields[52] = known.password;
  set_amount(request, amount);
  return request;
}

Request Generator::completion() {
  int index = pick_hold([](const Hold& held) { return !held.over(); });
  if (index < 0 || dice_.percent(10)) index = pick_hold([](const Hold&) { return true; });
  if (index < 0) {
    Request request = paying("0220", "000000");
    request.fields[37] = "R00000000000";
    request.fields[38] = "ZZZZZZ";
    return request;
  }
  const Hold& held = model_.books().holds[static_cast<std::size_t>(index)];
  Request request = completion_of(held);
  // One that has expired gets what others leave: nothing, or not enough.
  const Won available = model_.available(held.card, now_);
  if (held.over() || held.open(now_) || available == 0 || dice_.percent(40)) return request;
  const Won left = dice_.percent(50) ? 0 : std::min(available - 1, held.amount / 2);
  planned_.push_back({request});
  return hold_of(held.card, available - left);
}

Request Generator::completion_of(const Hold& held) {
  if (held.rate && dice_.percent(92)) return call_end_of(held);
  Request request = begin(terminal_for(held), dice_.percent(95) ? "0220" : "0221",
                          dice_.percent(95) ? "000000" : "000010");
  name_card(request, held.card);
  if (dice_.percent(4)) name_card(request, pick_card([](const Card&) { return true; }));
  request.fields[37] = dice_.percent(97) ? held.reference : "SHARED100000";
  request.fields[38] = dice_.percent(97) ? held.approval : "ZZZZZZ";
  const Won amount = held.amount;
  const Won limit = model_.world().transaction_limit;
  const Won choices[] = {amount, amount,     amount - 1, amount / 2, amount / 3,
                         1,      amount + 1, 2 * amount, limit + 1};
  set_amount(request, dice_.percent(2) ? 0 : choices[dice_.below(9)]);
  // Neither is looked at.
  if (dice_.percent(8)) add_right_password(request, held.card);
  if (dice_.percent(5)) request.fields[18] = "4814";
  return request;
}

void Generator::plan_about_hold(std::size_t index, model::Time now) {
  now_ = now;
  const Hold& held = model_.books().holds[index];
  const Card& card = model_.books().cards[static_cast<std::size_t>(held.card)];
  if (held.approval.empty() || card.number.empty()) return;
  const Won freed = model_.available(held.card, held.expiry);
  switch (dice_.below(5)) {
    case 0:
      planned_.push_front({completion_of(held)});
      break;
    case 1:
      planned_.push_front({raise(held)});
      break;
    case 2: {
      Request request = begin("POS00001", "0100", "310000");
      name_card(request, held.card);
      planned_.push_front({request});
      break;
    }
    default:  // so much as is there without it
      planned_.push_front({hold_of(held.card, freed)});
  }
}

}  // namespace simulation
