/// Which request comes next, and what all requests have.

#include "generator.hpp"

#include "base/time.hpp"

namespace simulation {

using model::Card;
using model::Entry;
using model::Request;
using model::Won;

namespace {

/// Two digits each.
std::string pairs(std::initializer_list<int> numbers) {
  std::string digits;
  for (const int number : numbers) {
    digits += static_cast<char>('0' + number / 10);
    digits += static_cast<char>('0' + number % 10);
  }
  return digits;
}

}  // namespace

std::size_t Dice::weighed(const std::vector<int>& weights) {
  int sum = 0;
  for (const int weight : weights) sum += weight;
  int left = static_cast<int>(below(static_cast<std::uint64_t>(sum)));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return 0;
}

Generator::Generator(Dice& dice, const model::Model& model, const std::deque<Sent>& history,
                     ConnectionOf connection_of)
    : dice_(dice), model_(model), history_(history), connection_of_(std::move(connection_of)) {
  favours_ = dice_.percent(20);
}

model::Time Generator::take_pause() {
  return planned_.empty() ? 0 : std::exchange(planned_.front().pause, 0);
}

Request Generator::again(const Request& earlier) {
  Request request = earlier;
  request.connection = connection_of_(request.station);
  // What was wrong may be possible no longer.
  const bool with_mac = request.station == "DEMO-BANG" || request.station == "DEMO-TEL";
  if (!with_mac || request.unreadable >= 0) request.mac_wrong = false;
  if (request.unreadable == 4 && !request.has(4)) request.unreadable = -1;
  if (request.unreadable == 0 && with_mac) request.unreadable = -1;
  return request;
}

Request Generator::sign_on(const std::string& station) {
  for (const auto& [id, terminal] : model_.world().terminals) {
    if (terminal.station != station) continue;
    Request request = begin(id, "0800", "");
    request.fields = {{7, request.get(7)}, {11, request.get(11)}, {70, "001"}};
    return again(request);
  }
  return {};
}

Request Generator::next(model::Time now) {
  now_ = now;
  Request request;
  if (!planned_.empty()) {
    request = planned_.front().request;
    planned_.pop_front();
  } else if (!late_.empty() && dice_.percent(20)) {
    request = late_.back();
    late_.pop_back();
  } else {
    request = random_request();
  }
  request = again(request);
  // Who has to sign on mostly does.
  const bool must_sign_on = model_.world().stations.at(request.station).sign_on_required;
  if (must_sign_on && !signed_on_.contains(request.connection) && dice_.percent(85)) {
    signed_on_.insert(request.connection);
    planned_.push_front({request});
    return sign_on(request.station);
  }
  return request;
}

Request Generator::random_request() {
  using Maker = Request (Generator::*)();
  static constexpr Maker kMakers[] = {&Generator::verify,       &Generator::inquiry,
                                      &Generator::purchase,     &Generator::refund,
                                      &Generator::sale,         &Generator::collect,
                                      &Generator::activation,   &Generator::reversal,
                                      &Generator::repeat,       &Generator::network,
                                      &Generator::other,        &Generator::hold,
                                      &Generator::completion,   &Generator::password_change,
                                      &Generator::registration, &Generator::block,
                                      &Generator::unblock,      &Generator::deposit,
                                      &Generator::recharge,     &Generator::exchange,
                                      &Generator::statement,    &Generator::call,
                                      &Generator::call_end};
  // Without cards there is nothing to pay with: first things first.
  int active = 0, sold = 0;
  for (const Card& card : model_.books().cards) {
    active += card.state == Card::State::active && !card.blocked() && card.balance > 0;
    sold += card.state == Card::State::sold;
  }
  const bool few = active < 3;
  plan_something();
  const std::size_t which = dice_.weighed({7,
                                           7,
                                           22,
                                           14,
                                           few ? 25 : 4,
                                           sold > 0 ? 9 : 2,
                                           sold > 0 ? 9 : 3,
                                           20,
                                           10,
                                           2,
                                           2,
                                           13,
                                           10,
                                           4,
                                           3,
                                           3,
                                           4,
                                           4,
                                           6,
                                           6,
                                           9,
                                           8,
                                           6});
  Request request = (this->*kMakers[which])();
  if (dice_.percent(11)) spoil(request);
  return request;
}

/// Seldom, a row of requests that belong together.
void Generator::plan_something() {
  const std::uint64_t number = dice_.below(10'000);
  if (number < 120) plan_wrong_passwords();
  if (number >= 120 && number < 180) plan_recharges();
  if (number >= 180 && number < 240) plan_calls();
  if (number >= 240 && number < 245) plan_busy_card();
  if (number >= 245 && number < 260) plan_spent_deposit();
}

Request Generator::begin(const std::string& terminal, const std::string& mti,
                         const std::string& processing_code) {
  const model::Terminal& place = model_.world().terminals.at(terminal);
  Request request;
  request.station = place.station;
  request.mti = mti;
  const base::CivilTime utc = base::civil_utc(now_), local = base::civil_seoul(now_);
  if (!processing_code.empty()) request.fields[3] = processing_code;
  request.fields[7] = pairs({utc.month, utc.day, utc.hour, utc.minute, utc.second});
  const std::string stan = std::to_string(++stan_ % 1'000'000);
  request.fields[11] = std::string(6 - stan.size(), '0') + stan;
  request.fields[12] = pairs({local.hour, local.minute, local.second});
  request.fields[13] = pairs({local.month, local.day});
  if (dice_.percent(60))
    request.fields[37] = "R" + std::string(5, '0') + request.fields[11];
  else if (dice_.percent(15))
    request.fields[37] = "SHARED" + std::to_string(100'000 + dice_.below(4));
  request.fields[41] = terminal;
  request.fields[42] = place.merchant;
  if (dice_.percent(15)) request.fields[22] = "012";
  if (dice_.percent(10)) request.fields[25] = "00";
  if (dice_.percent(10)) request.fields[32] = "123456";
  return request;
}

int Generator::pick_card(const std::function<bool(const Card&)>& wanted) {
  std::vector<int> all, matching;
  const std::vector<Card>& cards = model_.books().cards;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (cards[i].number.empty()) continue;
    all.push_back(static_cast<int>(i));
    if (wanted(cards[i])) matching.push_back(static_cast<int>(i));
  }
  if (favours_ && dice_.percent(60) && wanted(cards[static_cast<std::size_t>(favourite())]))
    return favourite();
  return matching.empty() || dice_.percent(10) ? dice_.one_of(all) : dice_.one_of(matching);
}

/// The first that can be used, once there is one.
int Generator::favourite() {
  const std::vector<Card>& cards = model_.books().cards;
  for (std::size_t i = 0; i < cards.size() && favourite_ < 0; ++i)
    if (cards[i].state == Card::State::active && !cards[i].number.empty())
      favourite_ = static_cast<int>(i);
  return std::max(favourite_, 0);
}

/// The later ones are the likelier ones; -1: none.
int Generator::pick_entry(const std::function<bool(const Entry&)>& wanted) {
  std::vector<int> matching;
  const std::vector<Entry>& entries = model_.books().entries;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (wanted(entries[i])) matching.push_back(static_cast<int>(i));
  if (matching.empty()) return -1;
  const std::size_t some = std::min<std::size_t>(matching.size(), dice_.percent(70) ? 6 : 1'000);
  return matching[matching.size() - 1 - dice_.below(some)];
}

void Generator::name_card(Request& request, int index) {
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  const bool by_pin = !card.pin.empty() && dice_.percent(25);
  request.fields[2] = by_pin ? card.pin : card.number;
  if (!by_pin && dice_.percent(5)) request.fields[35] = card.number + "=99121010000000000";
  if (dice_.percent(4)) request.fields[2] = strange_card();
}

std::string Generator::strange_card() {
  std::string digits = "941012" + std::to_string(100'000'000 + dice_.below(900'000'000));
  switch (dice_.below(4)) {
    case 0:
      return digits + model::check_digit(digits);  // no such card
    case 1:
      return digits + static_cast<char>('0' + (model::check_digit(digits) - '0' + 1) % 10);
    case 2:
      return std::to_string(100'000'000'000 + dice_.below(900'000'000'000));  // no such PIN#
    default:
      return "4000001234567899";  // foreign
  }
}

std::string Generator::other_password(const std::string& password) {
  if (dice_.percent(15)) return "";  // no PIN block
  std::string other = password.empty() ? "0000" : password;
  other.back() = other.back() == '9' ? '0' : static_cast<char>(other.back() + 1);
  return other;
}

void Generator::add_password(Request& request, int index) {
  const bool required = model_.world().stations.at(request.station).password_required;
  if (dice_.percent(required ? 97 : 50)) add_right_password(request, index);
}

/// Mostly.
void Generator::add_right_password(Request& request, int index) {
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  request.fields[52] = dice_.percent(88) ? card.password : other_password(card.password);
}

void Generator::set_amount(Request& request, Won amount) {
  const std::string digits = std::to_string(amount < 0 ? 0 : amount);
  request.fields[4] = std::string(12 - digits.size(), '0') + digits;
  request.fields[49] = "410";
}

Won Generator::amount_for(int index) {
  const model::World& world = model_.world();
  const Card& card = model_.books().cards[static_cast<std::size_t>(index)];
  const Won available = model_.available(index, now_);
  switch (dice_.below(10)) {
    case 0:
      return dice_.percent(70) ? available : card.balance;
    case 1:
      return available + 1;
    case 2:
      return world.transaction_limit + (dice_.percent(50) ? 1 : 0);
    case 3:
      return std::min(available, world.transaction_limit);
    case 4:
      return world.daily_limit - card.spent + (dice_.percent(50) ? 1 : 0);
    case 5:
      return 1;
    case 6:
      return dice_.percent(40) ? 0 : 100;
    default:
      return static_cast<Won>(
          1 + dice_.below(static_cast<std::uint64_t>(favours_ ? available / 8 : available) + 1));
  }
}

/// A DE 90, a DE 37 or neither; the requester's own DE 37 stays where there is a DE 90.
void Generator::name_original(Request& request, const Request& original,
                              const std::string& reference) {
  request.fields[90] = original.mti + original.get(11) + original.get(7) + std::string(22, '0');
  if (dice_.percent(10)) request.fields[90].replace(3, 1, "1");  // as a repeat of it
  if (dice_.percent(40) || reference.empty()) return;
  request.fields.erase(90);
  request.fields[37] = reference;
}

}  // namespace simulation
