/// Statements: which months, which page.

#include "generator.hpp"

namespace simulation {

using model::Card;
using model::Line;
using model::Request;
using model::Won;

namespace {

constexpr model::Time kSecond = 1'000'000;
constexpr model::Time kDay = 86'400 * kSecond;

/// YYYYMM of a count of months.
std::string month_text(int months) {
  return std::to_string((months - 1) / 12 * 100 + (months - 1) % 12 + 1);
}

int month_count(model::Time at) {
  const int month = model::local_date(at) / 100;
  return month / 100 * 12 + month % 100;
}

}  // namespace

/// Mostly the card that has most to tell.
int Generator::card_to_read() {
  if (dice_.percent(40)) return pick_card([](const Card& card) { return card.balance > 0; });
  std::map<int, int> counts;
  int best = pick_card([](const Card&) { return true; });
  for (const Line& line : model_.books().lines)
    if (++counts[line.card] > counts[best]) best = line.card;
  const bool known = !model_.books().cards[static_cast<std::size_t>(best)].number.empty();
  return known ? best : pick_card([](const Card&) { return true; });
}

/// Around one of the card's entries, sometimes as long as may be, or longer, or the wrong way
/// round.
void Generator::add_months(Request& request, int card) {
  model::Time at = now_;
  for (const Line& line : model_.books().lines)
    if (line.card == card && dice_.percent(30)) at = line.time;
  const int length = dice_.one_of(std::vector<int>{1, 1, 2, 3, 24, 24, 24, 25, 0});
  const int middle = month_count(at) - static_cast<int>(dice_.below(3));
  const int from = length == 24 && dice_.percent(60) ? month_count(now_) - 23 : middle;
  request.tags["0040"] = month_text(from);
  request.tags["0041"] = month_text(from + length - 1);
  static const std::vector<std::string> kWrong{"202600", "202613", "2026", "2026AB", ""};
  if (dice_.percent(3)) request.tags[dice_.percent(50) ? "0040" : "0041"] = dice_.one_of(kWrong);
}

Request Generator::statement() {
  if (dice_.percent(55)) {
    const std::size_t some = std::min<std::size_t>(history_.size(), 80);
    for (std::size_t i = 1; i <= some; ++i) {
      const Sent& sent = history_[history_.size() - i];
      if (!sent.reply || !sent.reply->tags.contains("0042")) continue;
      return next_page(sent.request, sent.reply->tags.at("0042"));
    }
  }
  return statement_of(card_to_read());
}

Request Generator::statement_of(int card) {
  Request request = begin(dice_.percent(75) ? "SITE0001" : "OPER0001", "0100",
                          dice_.percent(95) ? "380000" : "381234");
  name_card(request, card);
  if (request.station == "DEMO-SITE" || dice_.percent(20)) add_right_password(request, card);
  add_months(request, card);
  static const std::vector<std::string> kStrange{"0", "987654321987654321", "x", ""};
  if (dice_.percent(4)) request.tags["0042"] = dice_.one_of(kStrange);
  return request;
}

Request Generator::next_page(const Request& earlier, const std::string& cursor) {
  Request request = begin(earlier.get(41), "0100", "380000");
  for (const int element : {2, 52})
    if (earlier.has(element)) request.fields[element] = earlier.get(element);
  request.tags = earlier.tags;
  request.tags["0042"] = cursor;
  if (dice_.percent(3)) request.fields[2] = strange_card();
  if (dice_.percent(3)) name_card(request, card_to_read());  // the cursor is another card's
  return request;
}

/// Many small payments by one card, over the ends of months, so that there is something to turn the
/// pages of.
void Generator::plan_busy_card() {
  const int index = pick_card([&](const Card& card) {
    return card.state == Card::State::active && !card.blocked() && card.balance > 1'000;
  });
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  for (std::size_t i = 34 + dice_.below(40); i-- > 0;) {
    Request request = begin(dice_.percent(70) ? "BANG0001" : "TEL00001", "0200", "000000");
    request.fields[2] = card.number;
    request.fields[52] = card.password;
    set_amount(request, static_cast<Won>(1 + dice_.below(9)));
    const model::Time days = static_cast<model::Time>(dice_.below(9)) * kDay;
    planned_.push_back({request, dice_.percent(12) ? days : kSecond});
    if (dice_.percent(6)) planned_.push_back({statement_of(index), 0});
  }
}

}  // namespace simulation
