#include "codec/describe.hpp"

#include <cstdio>

#include "codec/de48.hpp"
#include "codec/field_table.hpp"

namespace codec {
namespace {

constexpr std::size_t kPinNumberDigits = 12, kPinNumberShown = 8;
constexpr std::size_t kCardFirst = 6, kCardLast = 4, kShortestCard = 13;
constexpr std::size_t kAccountLast = 4;

/// Characters that a terminal or a log could take for something else become a question mark.
std::string printable(std::string_view text) {
  std::string shown(text);
  for (char& c : shown)
    if (c < ' ' || c > '~') c = '?';
  return shown;
}

std::string without_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string masked(std::size_t length) { return "[masked " + std::to_string(length) + "]"; }

std::string mask_account(std::string_view account) {
  const std::size_t hidden = account.size() - std::min(account.size(), kAccountLast);
  return std::string(hidden, '*') + printable(account.substr(hidden));
}

/// The digits of an n element, for x+n with the sign in front.
std::string digits_text(const Message& message, int element) {
  std::string digits(message.length(element), '0');
  message.digits(element, digits);
  if (field(element).content == Content::x_n) digits.insert(0, 1, message.sign(element));
  return digits;
}

std::string clear_text(const Message& message, int element) {
  switch (field(element).content) {
    case Content::n:
    case Content::x_n:
      return digits_text(message, element);
    case Content::an:
      return without_blanks(printable(message.text(element)));
    default:
      return masked(message.length(element));
  }
}

std::string value_text(const Message& message, int element) {
  switch (field(element).sensitivity) {
    case Sensitivity::clear:
      return clear_text(message, element);
    case Sensitivity::card:
      return mask_card(digits_text(message, element));
    case Sensitivity::account:
      return mask_account(message.text(element));
    case Sensitivity::tags:
      if (TagList::read(message.text(element))) return "[tags]";
      break;
    case Sensitivity::masked:
      break;
  }
  return masked(message.length(element));
}

bool is_pin_number(std::string_view value) {
  return value.size() == kPinNumberDigits &&
         value.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string tag_text(const TagInfo& info, std::string_view value) {
  if (info.sensitivity == Sensitivity::clear) return printable(value);
  if (info.sensitivity == Sensitivity::card && is_pin_number(value)) return mask_card(value);
  return masked(value.size());
}

/// `48.0004 PIN# | 90345678****`, a line a tag.
void append_tags(const Message& message, std::string& text) {
  const auto tags = TagList::read(message.text(48));
  if (!tags) return;
  tags->for_each([&](const TagList::Tag& tag) {
    const TagInfo info = tag_info(tag.number);
    char number[16];
    std::snprintf(number, sizeof number, "48.%04d ", tag.number);
    text.append(number).append(info.name).append(" | ").append(tag_text(info, tag.value));
    text += '\n';
  });
}

}  // namespace

void mask_card_in_place(std::span<char> digits) {
  std::size_t first = 0, last = 0;  // digits that stay
  if (digits.size() == kPinNumberDigits) {
    first = kPinNumberShown;
  } else if (digits.size() >= kShortestCard) {
    first = kCardFirst;
    last = kCardLast;
  }
  for (char& digit : digits.subspan(first, digits.size() - first - last)) digit = '*';
}

std::string mask_card(std::string_view digits) {
  std::string shown(digits);
  mask_card_in_place(shown);
  return shown;
}

std::string describe(const Message& message) {
  char head[16];
  std::snprintf(head, sizeof head, "MTI %04d ", int{message.mti().value});
  std::string text = head;
  text.append(mti_name(message.mti())) += '\n';
  for (int element = 2; element <= 128; ++element) {
    if (!message.has(element)) continue;
    std::snprintf(head, sizeof head, "DE %03d ", element);
    text.append(head).append(field(element).name).append(" | ");
    text.append(value_text(message, element)) += '\n';
    if (field(element).sensitivity == Sensitivity::tags) append_tags(message, text);
  }
  return text;
}

}  // namespace codec
