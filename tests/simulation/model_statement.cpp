/// Statements: what a card's lines say, page by page, and the sums over its life.

#include "model.hpp"

namespace model {
namespace {

constexpr int kMostMonths = 24;
constexpr std::size_t kEntriesAPage = 6;
constexpr const char* kKinds[] = {"SA", "RC", "PU", "TE", "RF", "RV", "DP", "PX", "CL", "FE"};

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_month(const std::string& text) {
  if (text.size() != 6 || !is_number(text)) return false;
  const int month = std::stoi(text.substr(4));
  return month >= 1 && month <= 12;
}

/// Months since year 0.
int month_count(const std::string& text) {
  return std::stoi(text.substr(0, 4)) * 12 + std::stoi(text.substr(4));
}

std::string padded(long long number, std::size_t size) {
  const std::string digits = std::to_string(number);
  return std::string(size - digits.size(), '0') + digits;
}

std::string filled(std::string text, std::size_t size) {
  text.resize(size, ' ');
  return text;
}

std::string direction_and_amount(Won amount) {
  return amount < 0 ? "D" + twelve_digits(-amount) : "C" + twelve_digits(amount);
}

std::string entry_text(const Line& line, const World& world) {
  return std::to_string(local_date(line.time)) + padded(local_time(line.time), 6) + line.kind +
         direction_and_amount(line.amount) + twelve_digits(line.balance) + padded(line.number, 7) +
         filled(line.merchant, 15) + filled(world.parties.at(line.merchant).name, 40);
}

bool in_months(const Line& line, const Request& request) {
  const int month = local_date(line.time) / 100;
  return month >= std::stoi(*request.tag("0040")) && month <= std::stoi(*request.tag("0041"));
}

}  // namespace

bool statement_tags_are_good(const Request& request) {
  const std::string from = request.tag("0040").value_or("");
  const std::string to = request.tag("0041").value_or("");
  if (!is_month(from) || !is_month(to)) return false;
  const int months = month_count(to) - month_count(from) + 1;
  return months >= 1 && months <= kMostMonths && is_number(request.tag("0042").value_or("0"));
}

/// The operator reads blocked cards too and shows no password; an expired one is read by both.
std::string Model::pass_to_read(const Request& request, int& index) {
  index = find_card(request.get(2));
  if (index < 0) return "14";
  Card& card = books_.cards[static_cast<std::size_t>(index)];
  if (card.state == Card::State::closed) return "14";
  const bool by_operator = world_.stations.at(request.station).role == "operator";
  if (card.state != Card::State::active) return by_operator ? "14" : pass_inactive(request, card);
  if (by_operator) return "";
  if (card.blocked()) return "62";
  if (request.get(52) != card.password) return count_wrong(request, card) ? "75" : "55";
  card.wrong_passwords = 0;
  return "";
}

std::string Model::statement(const Request& request, Decision& decision) {
  if (foreign(request)) return "92";
  int card = -1;
  if (const std::string code = pass_to_read(request, card); !code.empty()) return code;
  const std::string wrong = entries_from(card, request, decision);
  if (!wrong.empty()) return wrong;
  if (!request.tag("0042")) decision.answer.summary = summary_of(card);
  return "00";
}

/// Newest first, from the one that the cursor means; the first that has no place any more is what
/// the next cursor means.
std::string Model::entries_from(int card, const Request& request, Decision& decision) const {
  int newest = static_cast<int>(books_.entries.size());
  if (const auto cursor = request.tag("0042")) {
    const auto known = cursors_.find(*cursor);
    bool of_card = false;
    if (known != cursors_.end()) newest = known->second;
    for (const Line& line : books_.lines)
      of_card = of_card || (line.card == card && line.transaction == newest);
    if (known == cursors_.end() || !of_card) {
      decision.answer.reason = "DE048";
      return "30";
    }
  }
  std::size_t count = 0;
  for (std::size_t i = books_.lines.size(); i-- > 0;) {
    const Line& line = books_.lines[i];
    if (line.card != card || line.transaction > newest || !in_months(line, request)) continue;
    if (++count > kEntriesAPage) {
      decision.answer.more = line.transaction;
      break;
    }
    decision.answer.entries += entry_text(line, world_);
  }
  return "";
}

std::string Model::summary_of(int card) const {
  std::string text;
  for (const std::string kind : kKinds) {
    Won sum = 0;
    int latest = 0;
    for (const Line& line : books_.lines) {
      if (line.card != card || line.kind != kind) continue;
      sum += line.amount;
      latest = local_date(line.time);
    }
    if (latest != 0) text += kind + direction_and_amount(sum) + std::to_string(latest);
  }
  const Won balance = books_.cards[static_cast<std::size_t>(card)].balance;
  return text + "BA" + direction_and_amount(balance) + std::to_string(local_date(now_));
}

}  // namespace model
