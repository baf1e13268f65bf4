/// Rated calls: a first grant, renewals, the end.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Hold;
using model::Request;
using model::Won;

namespace {

constexpr model::Time kMinute = 60'000'000;

bool may_pay(const Card& card) {
  return card.state == Card::State::active && card.balance > 0 && !card.blocked();
}

}  // namespace

std::string Generator::called_number() {
  static const std::vector<std::string> kGood{
      "0212345678", "01012345678", "0082112345678", "0312345678",
      "02",         "0",           "114",           "00821123456789012345"};
  static const std::vector<std::string> kBad{"", "008211234567890123456", "02-123", "02 1"};
  return dice_.one_of(dice_.percent(97) ? kGood : kBad);
}

Request Generator::call() {
  static const std::vector<std::string> kTerminals{"TEL00001", "TEL00001", "TEL00002", "TEL00065"};
  const int index = pick_hold([&](const Hold& held) {
    return held.open(now_) && held.station == "DEMO-TEL" && (held.rate || dice_.percent(5));
  });
  if (index >= 0 && dice_.percent(45))
    return renewal(model_.books().holds[static_cast<std::size_t>(index)]);
  const int card = pick_card(dice_.percent(92) ? may_pay : [](const Card&) { return true; });
  Request request =
      begin(dice_.one_of(kTerminals), "0100", dice_.percent(95) ? "000000" : "000010");
  name_card(request, card);
  add_password(request, card);
  set_amount(request, dice_.percent(97) ? 0 : 100);
  request.tags["0030"] = called_number();
  const int mcc = model_.world().parties.at(request.get(42)).mcc;
  if (dice_.percent(8)) request.fields[18] = std::to_string(dice_.percent(60) ? mcc : 5411);
  return request;
}

/// Its number is not looked at.
Request Generator::renewal(const Hold& held) {
  Request request = begin(terminal_for(held), "0100", "000000");
  request.fields[37] = held.reference;
  const int card = dice_.percent(95) ? held.card : pick_card(may_pay);
  name_card(request, card);
  add_password(request, card);
  set_amount(request, 0);
  request.tags["0030"] = called_number();
  return request;
}

Request Generator::call_end() {
  int index = pick_hold([](const Hold& held) { return held.rate && !held.over(); });
  if (index < 0 || dice_.percent(6))
    index = pick_hold([](const Hold& held) { return held.station == "DEMO-TEL"; });
  if (index >= 0) return call_end_of(model_.books().holds[static_cast<std::size_t>(index)]);
  Request request = paying("0220", "000000");
  move_to(request, "TEL00001");
  set_amount(request, 0);
  request.fields[37] = "R00000000000";
  request.fields[38] = "ZZZZZZ";
  request.tags["0032"] = "60";
  return request;
}

Request Generator::call_end_of(const Hold& held) {
  Request request = begin(terminal_for(held), dice_.percent(95) ? "0220" : "0221", "000000");
  name_card(request, held.card);
  if (dice_.percent(4)) name_card(request, pick_card(may_pay));
  request.fields[37] = dice_.percent(97) ? held.reference : "SHARED100000";
  request.fields[38] = dice_.percent(97) ? held.approval : "ZZZZZZ";
  set_amount(request, dice_.percent(98) ? 0 : held.amount);
  const model::Rate rate = held.rate.value_or(model::Rate{"", 39, 180, 0});
  const Won held_units = std::max<Won>(0, (held.amount - rate.connection) / rate.won);
  const Won granted = held_units * rate.seconds;
  const Won choices[] = {0,           granted,          granted,     granted + 1,
                         granted - 1, granted / 2,      granted / 3, 1,
                         60,          rate.seconds + 1, 999'999,     rate.seconds};
  const Won seconds = std::max<Won>(0, choices[dice_.below(12)]);
  std::string text = std::to_string(std::min<Won>(seconds, 999'999));
  if (dice_.percent(30)) text.insert(0, 6 - text.size(), '0');
  static const std::vector<std::string> kBad{"", "1000000", "1x"};
  request.tags["0032"] = dice_.percent(98) ? text : dice_.one_of(kBad);
  return request;
}

/// One that lasts for hours, or two at once by the same card: each renewed about when its seconds
/// end, some too late.
void Generator::plan_calls() {
  const int card = pick_card(may_pay);
  const Card& known = model_.books().cards[static_cast<std::size_t>(card)];
  std::vector<Request> calls;
  for (std::size_t i = 1 + dice_.below(2); i-- > 0;) {
    Request request = begin("TEL00001", "0100", "000000");
    request.fields[37] = "T00000" + request.get(11);
    request.fields[2] = known.number;
    set_amount(request, 0);
    request.tags["0030"] = dice_.percent(60) ? "0082112345678" : "01012345678";
    calls.push_back(request);
    planned_.push_back({request, 0});
  }
  for (std::size_t i = 2 + dice_.below(4); i-- > 0;) {
    const Request& first = dice_.one_of(calls);
    Request request = begin("TEL00001", "0100", "000000");
    for (const int element : {2, 37}) request.fields[element] = first.get(element);
    set_amount(request, 0);
    request.tags["0030"] = called_number();
    const std::vector<model::Time> minutes{1, 10, 40, 55, 60, 65, 69, 70};
    planned_.push_back({request, dice_.one_of(minutes) * kMinute});
  }
}

}  // namespace simulation
