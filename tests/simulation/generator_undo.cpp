/// Reversals, requests that come again, and what is wrong on purpose.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Entry;
using model::Request;
using model::Won;

Request Generator::reversal() {
  static const std::vector<std::string> kMtis{"0400", "0400", "0401", "0420", "0421"};
  Request original;
  std::string reference;
  Won moved = 0, left = 0;
  const int index = pick_entry([&](const Entry& entry) {
    if (entry.operation == "reversal") return false;
    const bool over = entry.operation == "hold" && entry.hold >= 0 &&
                      model_.books().holds[static_cast<std::size_t>(entry.hold)].over();
    if (over && dice_.percent(70)) return false;
    return (entry.approved() && entry.left() > 0) || dice_.percent(15);
  });
  if (index < 0 || dice_.percent(12)) {
    original = late_original();
    reference = original.get(37);
    late_.push_back(original);
  } else {
    const Entry& entry = model_.books().entries[static_cast<std::size_t>(index)];
    original = *entry.asked;
    reference = entry.reference;
    moved = entry.moved;
    left = entry.left();
  }
  if (!model_.world().terminals.contains(original.get(41))) return network();

  Request request = begin(original.get(41), dice_.one_of(kMtis), original.get(3));
  request.fields[42] = original.get(42);
  if (dice_.percent(50)) request.fields.erase(37);
  if (dice_.percent(30)) {
    for (const int element : {11, 12, 13}) request.fields[element] = original.get(element);
    request.fields.erase(37);
  } else {
    name_original(request, original, reference);
  }
  if (dice_.percent(50) && original.has(2)) request.fields[2] = original.get(2);
  if (dice_.percent(40) && original.has(4)) request.fields[4] = original.get(4);
  if (dice_.percent(4)) set_amount(request, 1'234);
  if (dice_.percent(3)) name_card(request, pick_card([](const Card&) { return true; }));
  if (dice_.percent(22)) {
    const Won choices[] = {left / 2, left / 3, left, left + 1, moved, 0, 1};
    const std::string digits = std::to_string(choices[dice_.below(7)]);
    request.fields[95] = std::string(12 - digits.size(), '0') + digits + std::string(30, '0');
    if (dice_.percent(3)) request.fields[95].back() = '1';
  }
  if (dice_.percent(2)) request.fields.erase(12), request.fields.erase(90);
  if (dice_.percent(2) && request.has(90)) request.fields[90].replace(0, 4, "0400");
  return request;
}

/// Comes after its reversal: a payment, mostly.
Request Generator::late_original() {
  using Maker = Request (Generator::*)();
  static constexpr Maker kMakers[] = {
      &Generator::purchase,     &Generator::hold,     &Generator::completion,
      &Generator::refund,       &Generator::sale,     &Generator::activation,
      &Generator::registration, &Generator::block,    &Generator::password_change,
      &Generator::recharge,     &Generator::exchange, &Generator::call,
      &Generator::call_end,     &Generator::deposit};
  return (this->*kMakers[dice_.weighed({40, 20, 12, 10, 6, 6, 4, 6, 4, 8, 8, 8, 8, 6})])();
}

/// Something sent before: exactly, as a repeat, or not quite.
Request Generator::repeat() {
  if (history_.empty()) return purchase();
  const std::size_t some = std::min<std::size_t>(history_.size(), dice_.percent(70) ? 25 : 10'000);
  const Request& earlier = history_[history_.size() - 1 - dice_.below(some)].request;
  Request request = earlier;
  if (dice_.percent(50) && request.mti != "0800") request.mti.back() |= 1;
  if (dice_.percent(30)) request.fields[7] = begin("POS00001", "0200", "").get(7);
  if (dice_.percent(45)) change_content(request);
  return request;
}

void Generator::change_content(Request& request) {
  if (request.mti.starts_with("08")) return;
  switch (dice_.below(7)) {
    case 0:
      if (request.has(4)) {
        set_amount(request, std::stoll(request.get(4)) + 1);
        break;
      }
      [[fallthrough]];
    case 1:
      if (request.has(2) && !request.has(35))
        request.fields[2] =
            model_.books()
                .cards[static_cast<std::size_t>(pick_card([](const Card&) { return true; }))]
                .number;
      break;
    case 2:  // the same card by its other name
      for (const Card& card : model_.books().cards) {
        if (request.has(35) || card.pin.empty() || request.get(2) != card.number) continue;
        request.fields[2] = card.pin;
        break;
      }
      break;
    case 3:
      if (request.mti.starts_with("010") && dice_.percent(60)) {  // a hold's key is a verify's too
        request.fields[3] = request.get(3) == "330000" ? "000000" : "330000";
        if (request.has(52) && dice_.percent(70))
          request.fields[52] = other_password(request.get(52));
      } else if (request.has(3) && request.get(3).starts_with("00")) {
        request.fields[3] = "000010";
      }
      break;
    case 4:
      if (request.has(90)) request.fields[90].back() = '7';
      break;
    case 5:  // another key that a DE 90 could not tell from the first
      if (request.has(12)) request.fields[12] = "235959";
      break;
    default:  // not part of the content
      if (request.has(22)) request.fields[22] = "051";
      break;
  }
}

void Generator::move_to(Request& request, const std::string& terminal) {
  const model::Terminal& place = model_.world().terminals.at(terminal);
  request.station = place.station;
  request.fields[41] = terminal;
  request.fields[42] = place.merchant;
}

void Generator::spoil(Request& request) {
  static const std::vector<std::string> kEverywhere{"POS00001", "AGT00001", "SITE0001", "SITE0017",
                                                    "TEL00001", "BANK0001", "OPER0001", "BANG0001"};
  static const std::vector<std::string> kWithMac{"BANG0001", "TEL00001"};
  if (request.mti.starts_with("08")) {
    move_to(request, dice_.one_of(kWithMac));
    request.mac_wrong = true;
    request.fields.erase(41);
    request.fields.erase(42);
    return;
  }
  switch (dice_.below(11)) {
    case 0: {  // an element left out
      std::vector<int> elements;
      for (const auto& [element, value] : request.fields)
        if (element != 11 || request.mti.starts_with("02")) elements.push_back(element);
      request.fields.erase(dice_.one_of(elements));
      break;
    }
    case 1:
      move_to(request, dice_.one_of(kEverywhere));
      break;
    case 2:
      request.fields[41] = dice_.percent(50) ? "POS99999" : "POS00601";
      break;
    case 3:
      request.fields[42] = dice_.percent(85) ? "NOSUCHMERCHANT0" : "DEMOMART0000001";
      break;
    case 4:
      move_to(request, dice_.one_of(kWithMac));
      request.mac_wrong = true;
      break;
    case 5:
      if (!request.has(4)) break;
      request.unreadable = 4;
      break;
    case 6:
      if (request.station == "DEMO-POS") request.unreadable = 0;
      break;
    case 7:
      if (!request.tags.empty()) request.unreadable = 48;
      break;
    case 8:
      if (request.has(49)) request.fields[49] = "840";
      break;
    case 9:
      if (request.has(2)) request.fields[2] = strange_card();
      break;
    default:
      if (!request.tags.empty()) request.tags.erase(request.tags.begin());
      if (request.has(2)) request.fields[35] = "9410129999999999=9912";
      break;
  }
}

}  // namespace simulation
