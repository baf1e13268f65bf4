#include "compare.hpp"

#include <cctype>

namespace simulation {
namespace {

using Fields = std::map<int, std::string>;
using Tags = std::map<std::string, std::string>;

constexpr int kEchoed[] = {2, 3, 4, 7, 11, 12, 13, 18, 22, 25, 32, 37, 41, 42, 49, 70, 90, 103};

std::string answer_mti(const std::string& mti) {
  std::string answer = model::without_repeat(mti);
  ++answer[2];
  return answer;
}

bool is_made_of(const std::string& text, std::size_t size, bool letters) {
  if (text.size() != size) return false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9', letter = c >= 'A' && c <= 'Z';
    if (!digit && !(letters && letter)) return false;
  }
  return true;
}

std::string compare_fields(const Fields& expected, const Fields& got) {
  for (const auto& [element, value] : expected) {
    const auto found = got.find(element);
    if (found == got.end()) return "DE " + std::to_string(element) + " is missing";
    if (found->second != value && element == 2) return "DE 2 is another";
    if (found->second != value)
      return "DE " + std::to_string(element) + " is " + found->second + ", expected " + value;
  }
  for (const auto& [element, value] : got)
    if (!expected.contains(element)) return "DE " + std::to_string(element) + " is too much";
  return "";
}

/// What only the switch can know is taken from the answer, if it looks right.
std::string take_made(const model::Answer& expected, const Fields& got, const model::Model& model,
                      Fields& fields) {
  if (expected.approval) {
    if (!got.contains(38) || !is_made_of(got.at(38), 6, true)) return "no good DE 38";
    fields[38] = got.at(38);
  }
  if (expected.hold >= 0) {  // a raised hold keeps its name
    const auto& name = model.books().holds[static_cast<std::size_t>(expected.hold)].approval;
    if (!name.empty()) fields[38] = name;
  }
  if (expected.made_reference) {
    if (!got.contains(37) || !is_made_of(got.at(37), 12, false)) return "no good DE 37";
    fields[37] = got.at(37);
  }
  return "";
}

/// A cursor is as at first, and no other one's.
std::string take_cursor(const Tags& got, int meant, const model::Model& model, Tags& tags) {
  const auto found = got.find("0042");
  if (found == got.end()) return "no cursor";
  const std::string& cursor = found->second;
  if (cursor.empty() || !is_made_of(cursor, cursor.size(), false)) return "no good cursor";
  for (const auto& [known, means] : model.cursors())
    if ((known == cursor) != (means == meant)) return "the cursor is another";
  tags["0042"] = cursor;
  return "";
}

std::string compare_tags(const model::Answer& expected, const Reply& reply,
                         const model::Card* collected, const model::Model& model) {
  Tags tags;
  if (!expected.last_day.empty()) tags["0006"] = expected.last_day;
  if (!expected.hint.empty()) tags["0011"] = expected.hint;
  if (!expected.granted.empty()) tags["0031"] = expected.granted;
  if (!expected.entries.empty()) tags["0043"] = expected.entries;
  if (!expected.summary.empty()) tags["0044"] = expected.summary;
  if (expected.more >= 0) {
    const std::string wrong = take_cursor(reply.tags, expected.more, model, tags);
    if (!wrong.empty()) return wrong;
  }
  if (!expected.card_count.empty()) {
    tags["0003"] = expected.card_count;
    const auto order = reply.tags.find("0002");
    if (order == reply.tags.end() || !is_made_of(order->second, 16, false)) return "no order id";
    tags["0002"] = order->second;
  }
  if (collected != nullptr) {
    const auto pin = reply.tags.find("0004"), password = reply.tags.find("0005");
    if (pin == reply.tags.end() || !is_made_of(pin->second, 12, false)) return "no PIN#";
    if (password == reply.tags.end() || !is_made_of(password->second, 8, false))
      return "no initial password";
    const bool known = !collected->number.empty();
    tags["0004"] = known ? collected->pin : pin->second;
    tags["0005"] = known ? collected->initial_password : password->second;
  }
  for (const auto& [number, value] : tags) {
    const auto found = reply.tags.find(number);
    if (found == reply.tags.end() || found->second != value)
      return "DE 48 differs: tag " + number + " should be " + value;
  }
  return tags == reply.tags ? "" : "DE 48 has a tag too much";
}

std::string take_card(const model::Card& collected, const Fields& got, Fields& fields) {
  if (!got.contains(2)) return "no card number";
  const std::string& number = got.at(2);
  if (!is_made_of(number, 16, false) || model::check_digit(number.substr(0, 15)) != number.back())
    return "no good card number";
  fields[2] = collected.number.empty() ? number : collected.number;
  return "";
}

}  // namespace

std::string difference(const Sent& sent, const model::Answer& expected, const Sent* first,
                       const model::Model& model) {
  const Reply& reply = *sent.reply;
  if (!reply.mac_right) return "the MAC is wrong";
  if (reply.mti != answer_mti(sent.request.mti)) return "the MTI is " + reply.mti;
  const std::string code = reply.fields.contains(39) ? reply.fields.at(39) : "none";
  if (code != expected.code)
    return "DE 39 is " + code + ", expected " + expected.code + " " + expected.reason;
  if (first != nullptr && first->reply) {
    Fields fields = first->reply->fields;
    fields[7] = sent.request.get(7);
    if (first->reply->tags != reply.tags) return "DE 48 is not as at first";
    return compare_fields(fields, reply.fields);
  }

  const model::Request& echoed = first != nullptr ? first->request : sent.request;
  Fields fields;
  for (const int element : kEchoed)
    if (echoed.has(element)) fields[element] = echoed.get(element);
  if (first != nullptr) fields[7] = sent.request.get(7);
  fields[39] = expected.code;
  if (!expected.reason.empty()) fields[44] = expected.reason;
  if (!expected.business_day.empty()) fields[15] = expected.business_day;
  if (!expected.amount.empty()) fields[4] = expected.amount;
  if (!expected.amounts.empty()) fields[54] = expected.amounts;
  const model::Card* collected =
      expected.collected < 0 ? nullptr
                             : &model.books().cards[static_cast<std::size_t>(expected.collected)];
  if (collected != nullptr) {
    const std::string wrong = take_card(*collected, reply.fields, fields);
    if (!wrong.empty()) return wrong;
  }
  const std::string made = take_made(expected, reply.fields, model, fields);
  if (!made.empty()) return made;
  if (sent.request.unreadable >= 0) return "";  // what was readable is echoed, no more is known
  const std::string wrong = compare_fields(fields, reply.fields);
  return wrong.empty() ? compare_tags(expected, reply, collected, model) : wrong;
}

}  // namespace simulation
