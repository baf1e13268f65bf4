#include "codec/de48.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace codec {
namespace {

constexpr std::size_t kTagDigits = 4, kLengthDigits = 3, kHead = kTagDigits + kLengthDigits;
constexpr std::size_t kMaxContent = 999;  // of DE 48, and of what three digits can say

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number that `count` checked digits make.
int to_number(std::string_view digits) {
  int number = 0;
  for (char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

void put_number(char* to, std::size_t count, std::size_t number) {
  for (; count > 0; --count, number /= 10) to[count - 1] = static_cast<char>('0' + number % 10);
}

}  // namespace

Result<TagList> TagList::read(std::string_view content) {
  std::size_t at = 0;
  while (at < content.size()) {
    const std::string_view rest = content.substr(at);
    const bool broken =
        rest.size() < kHead || !std::all_of(rest.begin(), rest.begin() + kHead, is_digit) ||
        rest.size() - kHead <
            static_cast<std::size_t>(to_number(rest.substr(kTagDigits, kLengthDigits)));
    if (broken) return ParseError{Reason::broken_tags, 48, static_cast<std::uint16_t>(at)};
    at += kHead + static_cast<std::size_t>(to_number(rest.substr(kTagDigits, kLengthDigits)));
  }
  TagList list;
  list.content_ = content;
  return list;
}

TagList::Tag TagList::take(std::string_view& rest) {
  const auto length = static_cast<std::size_t>(to_number(rest.substr(kTagDigits, kLengthDigits)));
  const Tag tag{to_number(rest.substr(0, kTagDigits)), rest.substr(kHead, length)};
  rest.remove_prefix(kHead + length);
  return tag;
}

std::optional<std::string_view> TagList::find(int tag) const {
  std::string_view rest = content_;
  while (!rest.empty()) {
    const Tag next = take(rest);
    if (next.number == tag) return next.value;
  }
  return std::nullopt;
}

void TagWriter::add(int tag, std::string_view value) {
  CP_ASSERT(tag >= 0 && tag <= 9'999);
  const std::size_t room = std::min(space_.size(), kMaxContent) - used_;
  CP_ASSERT(room >= kHead && value.size() <= room - kHead);
  char* to = space_.data() + used_;
  put_number(to, kTagDigits, static_cast<std::size_t>(tag));
  put_number(to + kTagDigits, kLengthDigits, value.size());
  std::copy(value.begin(), value.end(), to + kHead);
  used_ += kHead + value.size();
}

TagInfo tag_info(int tag) {
  using enum Sensitivity;
  switch (tag) {
    case 1:
      return {clear, "order"};
    case 2:
      return {clear, "order id"};
    case 3:
      return {clear, "cards"};
    case 4:
      return {card, "PIN#"};
    case 5:
      return {masked, "initial password"};
    case 6:
      return {clear, "last day of validity"};
    case 10:
      return {masked, "new password"};
    case 11:
      return {masked, "password hint"};
    case 12:
      return {masked, "customer id"};
    case 20:
      return {masked, "payer's password"};
    case 21:
      return {clear, "approval code of the funding side"};
    case 30:
      return {masked, "called number"};
    case 31:
      return {clear, "seconds granted"};
    case 32:
      return {clear, "seconds used"};
    case 40:
      return {clear, "statement from"};
    case 41:
      return {clear, "statement to"};
    case 42:
      return {clear, "page cursor"};
    case 43:
      return {masked, "statement entries"};
    case 44:
      return {masked, "statement summary"};
    case 50:
      return {masked, "new key"};
    case 51:
      return {clear, "key check value"};
    case 52:
      return {clear, "which key"};
    default:
      return {};
  }
}

}  // namespace codec
