/// Cards: which one is meant, and may it be used.

#include "model.hpp"

namespace model {
namespace {

constexpr int kWrongPasswordsToBlock = 5;

}  // namespace

std::string twelve_digits(Won amount) {
  const std::string digits = std::to_string(amount);
  return std::string(12 - digits.size(), '0') + digits;
}

int Model::find_card(const std::string& digits) const {
  for (std::size_t i = 0; i < books_.cards.size(); ++i) {
    const Card& card = books_.cards[i];
    if (digits.size() == 12 ? card.pin == digits : card.number == digits)
      return static_cast<int>(i);
  }
  return -1;
}

/// The same text for whatever names the same card.
std::string Model::named_card(const Request& request) const {
  if (!request.has(2)) return "none";
  const int card = find_card(request.get(2));
  return card >= 0 ? "card " + std::to_string(card) : "unknown " + request.get(2);
}

bool Model::foreign(const Request& request) const {
  const std::string card = request.get(2);
  return request.has(2) && card.size() != 12 && !card.starts_with(world_.bin);
}

bool Model::expired(const Card& card) const {
  return card.last_day != 0 && local_date(now_) > card.last_day;
}

/// What is known by a key is as old as the transaction that is remembered under it, if one is.
Time Model::key_time(const std::string& key, Time counted) const {
  for (std::size_t i = books_.entries.size(); i-- > 0;)
    if (const Entry& entry = books_.entries[i]; fresh(entry.time) && key_of(*entry.asked) == key)
      return entry.time;
  return counted;
}

/// The same one counts once a key; true when it was the fifth in a row.
bool Model::count_wrong(const Request& request, Card& card) {
  WrongPassword& last = books_.wrong_passwords[key_of(request)];
  const WrongPassword now{named_card(request), request.get(52), now_};
  const bool is_same = last.card == now.card && last.password == now.password;
  if (is_same && fresh(key_time(key_of(request), last.time))) return false;
  last = now;
  if (++card.wrong_passwords != kWrongPasswordsToBlock) return false;
  card.blocks.insert("password");
  return true;
}

/// A card that is not activated is answered 78 to agents and the site, to others only with the
/// right password; wrong ones count all the same, until they block it.
std::string Model::pass_inactive(const Request& request, Card& card) {
  const std::string role = world_.stations.at(request.station).role;
  bool told = role == "agent" || role == "site";
  const bool right = request.has(52) && request.get(52) == card.password;
  told = told || right;
  if (request.has(52) && !card.blocked()) {
    if (right)
      card.wrong_passwords = 0;
    else
      count_wrong(request, card);
  }
  return told ? "78" : "14";
}

/// Card, activated, blocked, expired, password: in this order. Empty: it passes.
std::string Model::pass(const Request& request, Gate& gate) {
  gate.card = find_card(request.get(2));
  if (gate.card < 0) return "14";
  Card& card = books_.cards[static_cast<std::size_t>(gate.card)];
  if (card.state == Card::State::closed) return "14";
  if (card.state != gate.wanted)
    return gate.wanted == Card::State::active ? pass_inactive(request, card) : "57";
  if (card.blocked()) return gate.tolerant ? "" : "62";  // a password is not looked at
  if (expired(card) && !gate.tolerant) return "54";
  if (!request.has(52)) return "";
  if (request.get(52) != card.password) return count_wrong(request, card) ? "75" : "55";
  card.wrong_passwords = 0;
  gate.proven = true;
  return "";
}

/// The merchant's category is in the card's mix, and what DE 18 says is of that category.
std::string Model::mix(const Request& request, const Card& card) const {
  const std::string category = category_of(world_.parties.at(request.get(42)).mcc);
  if (request.has(18) && category_of(std::stoi(request.get(18))) != category) return "57";
  return world_.products.at(card.face).mix.contains(category) ? "" : "57";
}

std::string Model::card_amounts(int card) const {
  const Won balance = books_.cards[static_cast<std::size_t>(card)].balance;
  return "0001410C" + twelve_digits(balance) + "0002410C" + twelve_digits(available(card, now_));
}

Won Model::spent_today(const Card& card) const {
  return card.spent_day == business_day(now_) ? card.spent : 0;
}

/// An amount's own limit, then the business day's.
std::string Model::limits(const Card& card, Won amount, Decision& decision) const {
  if (amount > world_.transaction_limit)
    decision.answer.reason = "TXN";
  else if (spent_today(card) + amount > world_.daily_limit)
    decision.answer.reason = "DAY";
  return decision.answer.reason.empty() ? "" : "61";
}

void Model::pay(int index, const Request& request, Won amount) {
  const bool at_telephone = world_.stations.at(request.station).role == "telephone";
  Card& card = books_.cards[static_cast<std::size_t>(index)];
  card.spent = spent_today(card) + amount;
  card.spent_day = business_day(now_);
  give(index, -amount, at_telephone ? "TE" : "PU");
  books_.payable[request.get(42)] += amount;
}

/// Each move of a card's balance is a line of its statement.
void Model::give(int index, Won amount, const std::string& kind) {
  Card& card = books_.cards[static_cast<std::size_t>(index)];
  card.balance += amount;
  int number = 1;
  for (const Line& line : books_.lines) number += line.card == index;
  const int transaction = static_cast<int>(books_.entries.size());
  books_.lines.push_back({index, transaction, kind, amount, card.balance, number, now_, merchant_});
  card.untouched = false;
  touched_.insert(index);
}

}  // namespace model
