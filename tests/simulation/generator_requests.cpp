/// Each kind of request.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Entry;
using model::Request;
using model::Won;

namespace {

bool is_usable(const Card& card) {
  return card.state == Card::State::active && card.balance > 0 && !card.blocked();
}

std::string padded(Won number, std::size_t size) {
  const std::string digits = std::to_string(number);
  return std::string(size - digits.size(), '0') + digits;
}

/// One that is asked before the password is looked at.
Won small_amount(const std::string& operation) {
  return operation == "recharge" ? 10'000 : operation == "exchange" ? 1'000 : 100;
}

}  // namespace

Request Generator::paying(const std::string& mti, const std::string& processing_code) {
  static const std::vector<std::string> kTerminals{"POS00001", "POS00001", "POS00001", "POS00002",
                                                   "POS00601", "POS00603", "BANG0001", "BANG0001",
                                                   "BANG0002", "TEL00001", "TEL00001", "TEL00002",
                                                   "TEL00065", "SITE0017", "VEN00001", "ASC00001"};
  const int card = pick_card(dice_.percent(92) ? is_usable : [](const Card&) { return true; });
  Request request = begin(dice_.one_of(kTerminals), mti, processing_code);
  name_card(request, card);
  add_password(request, card);
  set_amount(request, amount_for(card));
  const int mcc = model_.world().parties.at(request.get(42)).mcc;
  if (dice_.percent(10)) request.fields[18] = std::to_string(dice_.percent(60) ? mcc : 4814);
  return request;
}

Request Generator::verify() {
  Request request = paying("0100", "330000");
  if (dice_.percent(40)) request.fields.erase(4);
  if (dice_.percent(60)) request.fields.erase(49);
  return request;
}

Request Generator::purchase() { return paying("0200", dice_.percent(95) ? "000000" : "000010"); }

Request Generator::inquiry() {
  static const std::vector<std::string> kTerminals{"POS00001", "BANG0001", "TEL00001", "AGT00001",
                                                   "SITE0001", "SITE0001", "SITE0017", "OPER0001"};
  const int card = pick_card([](const Card& c) { return c.state == Card::State::active; });
  Request request = begin(dice_.one_of(kTerminals), "0100", "310000");
  name_card(request, card);
  add_password(request, card);
  return request;
}

Request Generator::refund() {
  const int index = pick_entry(
      [&](const Entry& entry) { return entry.paid() && entry.left() - entry.refunded > 0; });
  const int any = pick_entry([](const Entry& entry) { return entry.operation != "reversal"; });
  const int chosen = index < 0 || dice_.percent(12) ? any : index;
  if (chosen < 0) return paying("0200", "200000");
  const Entry& original = model_.books().entries[static_cast<std::size_t>(chosen)];
  const std::string terminal =
      dice_.percent(20) && original.station == "DEMO-POS" ? "POS00003" : original.asked->get(41);
  Request request = begin(terminal, "0200", "200000");
  request.fields[2] = original.asked->has(2) ? original.asked->get(2) : strange_card();
  if (!original.cards.empty() && dice_.percent(10)) name_card(request, original.cards[0]);
  if (dice_.percent(5)) name_card(request, pick_card(is_usable));
  const Won left = original.left() - original.refunded;
  const Won choices[] = {left, left, left / 2, left + 1, 100, left / 3};
  set_amount(request, dice_.percent(2) ? 0 : choices[dice_.below(6)]);
  request.fields.erase(37);
  const std::string name = original.name();
  name_original(request, *original.asked, name.empty() ? "" : original.reference);
  if (!request.has(90)) request.fields[38] = dice_.percent(95) ? name : "ZZZZZZ";
  return request;
}

void Generator::add_order(Request& request) {
  static const std::vector<Won> kFaces{5'000, 10'000, 20'000, 20'000, 30'000, 50'000, 100'000};
  const std::size_t lines = dice_.percent(75) ? 1 : 1 + dice_.below(4);
  std::string order;
  Won total = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    Won face = dice_.one_of(kFaces);
    Won quantity = dice_.percent(80) ? 1 : static_cast<Won>(1 + dice_.below(3));
    if (dice_.percent(1)) face = 7'000;
    if (dice_.percent(1)) quantity = 0;
    order += padded(face, 6) + padded(quantity, 2);
    total += face * quantity;
  }
  set_amount(request, dice_.percent(2) ? total + 1'000 : total);
  if (dice_.percent(2)) set_amount(request, 0);
  request.tags["0001"] = order;
}

void Generator::sell_stock_card(Request& request) {
  const int index = pick_card([](const Card& card) { return card.state == Card::State::stock; });
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  name_card(request, index);
  request.fields.erase(35);
  const Won face = dice_.percent(93) ? card.face : 50'000;
  const Won quantity = dice_.percent(95) ? 1 : 2;
  set_amount(request, face * quantity);
  request.tags["0001"] = padded(face, 6) + padded(quantity, 2);
}

Request Generator::sale() {
  static const std::vector<std::string> kTerminals{"AGT00001", "AGT00001", "AGT00002", "AGT00065"};
  Request request = begin(dice_.percent(97) ? dice_.one_of(kTerminals) : "SITE0001", "0200",
                          dice_.percent(97)   ? "900000"
                          : dice_.percent(50) ? "905500"
                                              : "900010");
  if (dice_.percent(50))
    sell_stock_card(request);
  else
    add_order(request);
  if (dice_.percent(40)) request.tags["0012"] = random_customer();
  return request;
}

/// Into a card or a prefund, seldom into both or nowhere.
Request Generator::deposit() {
  static const std::vector<std::string> kAgents{"DEMOAGENT000001", "DEMOAGENT000002",
                                                "DEMOAGENT000002", "DEMOMART0000001", "NOBODY"};
  Request request = begin("BANK0001", "0200", "210000");
  const bool into_card = dice_.percent(70);
  const int index = pick_card([](const Card& card) { return card.state == Card::State::active; });
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  if (into_card) name_card(request, index);
  if (dice_.percent(into_card ? 2 : 96)) request.fields[103] = dice_.one_of(kAgents);
  const Won room = model_.world().balance_cap - card.balance;
  const Won amounts[] = {0, 1, room, room + 1, 1'000'000, 1'000'001, 12'345};
  set_amount(request, dice_.percent(50) ? static_cast<Won>(1 + dice_.below(60'000))
                                        : amounts[dice_.below(7)]);
  return request;
}

Request Generator::collect() {
  const auto not_activated = [&](const Entry& entry) {
    if (entry.order.empty()) return false;
    for (const int card : entry.cards)
      if (model_.books().cards[static_cast<std::size_t>(card)].state == Card::State::sold)
        return true;
    return false;
  };
  int index = pick_entry(not_activated);
  if (index < 0 || dice_.percent(10))
    index = pick_entry([](const Entry& entry) { return !entry.order.empty(); });
  Request request = begin(dice_.percent(95) ? "AGT00001" : "SITE0001", "0100", "910000");
  request.tags["0002"] = "2026010100000000";
  request.tags["0003"] = "001";
  if (index < 0) return request;
  const Entry& sale = model_.books().entries[static_cast<std::size_t>(index)];
  const std::uint64_t count = sale.cards.size();
  request.tags["0002"] = dice_.percent(97) ? sale.order : "2026010100000000";
  const std::uint64_t which = dice_.percent(95) ? 1 + dice_.below(count) : count + dice_.below(2);
  request.tags["0003"] = padded(static_cast<Won>(dice_.percent(98) ? which : 0), 3);
  return request;
}

Request Generator::activation() {
  const int index = pick_card([](const Card& card) { return card.state == Card::State::sold; });
  Request request = begin(dice_.percent(60) ? "SITE0001" : "AGT00001", "0200", "920000");
  name_card(request, index);
  add_right_password(request, index);
  add_new_password(request);
  if (dice_.percent(20)) request.tags["0012"] = random_customer();
  if (dice_.percent(2)) request.tags["0012"] = std::string(21, '1');
  return request;
}

void Generator::plan_wrong_passwords() {
  const auto wanted = [&](const Card& card) { return !card.blocked() && !card.number.empty(); };
  const int index = pick_card(wanted);
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  using Maker = Request (Generator::*)();
  static const std::vector<Maker> kMakers{&Generator::purchase,     &Generator::purchase,
                                          &Generator::verify,       &Generator::inquiry,
                                          &Generator::hold,         &Generator::hold,
                                          &Generator::block,        &Generator::password_change,
                                          &Generator::registration, &Generator::recharge,
                                          &Generator::exchange,     &Generator::statement,
                                          &Generator::statement,    &Generator::call};
  const bool activates = card.state == Card::State::sold && dice_.percent(50);
  const Maker maker = activates ? &Generator::activation : dice_.one_of(kMakers);
  const std::size_t count = 3 + dice_.below(5);
  for (std::size_t i = 0; i < count; ++i) {
    Request request = (this->*maker)();
    request.fields.erase(35);
    request.fields[2] = card.pin.empty() || i % 2 == 0 ? card.number : card.pin;
    request.fields[52] = other_password(card.password);
    if (request.has(4)) set_amount(request, small_amount(model::operation_of(request)));
    if (request.tag("0030")) set_amount(request, 0);
    planned_.push_back({request});
    if (dice_.percent(15)) planned_.push_back({request});  // the same again counts once
  }
}

Request Generator::network() {
  static const std::vector<std::string> kTerminals{"POS00001", "BANG0001", "TEL00001",
                                                   "VEN00001", "SITE0001", "BANK0001"};
  static const std::vector<std::string> kWhat{"301", "301", "001", "002", "777"};
  Request request = begin(dice_.one_of(kTerminals), "0800", "");
  request.fields = {{7, request.get(7)}, {11, request.get(11)}, {70, dice_.one_of(kWhat)}};
  if (dice_.percent(10)) request.fields.erase(dice_.percent(50) ? 70 : 7);
  return request;
}

Request Generator::other() {
  Request request = paying("0200", "000000");
  switch (dice_.below(3)) {
    case 0:
      request.fields[3] = "770000";
      break;
    case 1:
      request.mti = "0600";
      break;
    default:
      request.mti = "0300";
      break;
  }
  return request;
}

}  // namespace simulation
