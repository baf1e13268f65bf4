/// Recharges and points.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Request;
using model::Won;

namespace {

constexpr model::Time kDay = 86'400'000'000;

bool is_active(const Card& card) { return card.state == Card::State::active; }
bool is_usable(const Card& card) { return is_active(card) && !card.blocked(); }

std::string order_line(Won face, Won quantity) {
  return std::to_string(1'000'000 + face).substr(1) + std::to_string(100 + quantity).substr(1);
}
Won rounded_down(Won amount, Won unit) { return amount / unit * unit; }

}  // namespace

Request Generator::recharge() {
  static const std::vector<std::string> kTerminals{"AGT00001", "AGT00001", "AGT00002", "AGT00065"};
  static const std::vector<std::string> kOtherCodes{"282000", "283000", "285500", "280010"};
  const int index = pick_card(dice_.percent(85) ? is_usable : [](const Card&) { return true; });
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  Request request = begin(dice_.percent(96) ? dice_.one_of(kTerminals) : "SITE0001", "0200",
                          dice_.percent(96) ? "280000" : dice_.one_of(kOtherCodes));
  name_card(request, index);
  if (dice_.percent(30)) add_right_password(request, index);
  if (dice_.percent(3)) request.fields[14] = "2712";
  if (dice_.percent(3)) request.fields[102] = "1101234567890";
  const Won room = rounded_down(model_.world().balance_cap - card.balance, 10'000);
  const Won prefund = model_.books().prefund.at("DEMOAGENT000002");
  const Won amounts[] = {
      10'000,    20'000,
      room,      room + 10'000,
      1'000'000, 1'010'000,
      0,         15'000,
      10'001,    rounded_down(prefund, 10'000) + (dice_.percent(50) ? 10'000 : 0)};
  set_amount(request, dice_.percent(60) ? 10'000 : amounts[dice_.below(10)]);
  return request;
}

Request Generator::exchange() {
  const int index = pick_card(
      dice_.percent(75) ? [](const Card& card) { return card.points >= 1'000; } : is_active);
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  Request request = begin(dice_.percent(90) ? "SITE0001" : "SITE0017", "0200",
                          dice_.percent(95) ? "970000" : "971234");
  name_card(request, index);
  add_right_password(request, index);
  const Won all = rounded_down(card.points, 1'000);
  const Won room = rounded_down(model_.world().balance_cap - card.balance, 1'000);
  const Won amounts[] = {all,   all + 1'000, room, room + 1'000, 1'000'000, 1'000,
                         2'000, 1'500,       0,    card.points};
  set_amount(request, amounts[dice_.below(10)]);
  return request;
}

void Generator::plan_inquiry(int index, model::Time pause) {
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  Request request = begin("SITE0001", "0100", "310000");
  request.fields[2] = card.number;
  request.fields[52] = card.password;
  planned_.push_back({request, pause});
}

/// Several of one card, days apart, then some or all of them reversed, in any order, some in parts,
/// and its validity asked for in between.
void Generator::plan_recharges() {
  const int index = pick_card([&](const Card& card) {
    return is_usable(card) && card.balance + 30'000 <= model_.world().balance_cap;
  });
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  std::vector<Request> recharges;
  for (std::size_t i = 2 + dice_.below(2); i-- > 0;) {
    Request request = begin("AGT00001", "0200", "280000");
    request.fields[37] = "G00000" + request.get(11);
    request.fields[2] = card.number;
    set_amount(request, 10'000);
    planned_.push_back({request, static_cast<model::Time>(dice_.below(3)) * kDay});
    recharges.push_back(request);
  }
  plan_inquiry(index, 0);
  while (!recharges.empty() && dice_.percent(90)) {
    const std::size_t which = dice_.below(recharges.size());
    Request request = begin("AGT00001", "0400", "280000");
    name_original(request, recharges[which], recharges[which].get(37));
    if (dice_.percent(30))
      request.fields[95] = "000000004000" + std::string(30, '0');
    else
      recharges.erase(recharges.begin() + static_cast<std::ptrdiff_t>(which));
    planned_.push_back({request, dice_.percent(30) ? kDay : 0});
    plan_inquiry(index, 0);
  }
}

/// An agent sells for all that it has, and then a deposit into its prefund is reversed.
void Generator::plan_spent_deposit() {
  constexpr Won kDeposit = 20'000;
  Request deposit = begin("BANK0001", "0200", "210000");
  deposit.fields[103] = "DEMOAGENT000002";
  set_amount(deposit, kDeposit);
  const Won tens = (model_.books().prefund.at("DEMOAGENT000002") + kDeposit) / 10'000;
  Request sale = begin("AGT00065", "0200", "900000");
  std::string& order = sale.tags["0001"];
  if (tens >= 10) order += order_line(100'000, tens / 10);
  if (tens % 10 > 0) order += order_line(10'000, tens % 10);
  set_amount(sale, tens * 10'000);
  Request reversal = begin("BANK0001", "0400", "210000");
  name_original(reversal, deposit, deposit.get(37));
  for (const Request& request : {deposit, sale, reversal}) planned_.push_back({request});
}

}  // namespace simulation
