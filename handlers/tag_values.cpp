#include "handlers/tag_values.hpp"

#include <cstdint>

#include "handlers/number_text.hpp"

namespace handlers {
namespace {

constexpr std::size_t kFaceDigits = 6, kQuantityDigits = 2, kLine = kFaceDigits + kQuantityDigits;
constexpr std::size_t kOrderId = 16, kPlaceDigits = 3, kMostHint = 60, kMostCustomer = 20;
constexpr int kMostMonths = 24;
constexpr std::size_t kMostCalled = 20, kMostSecondsDigits = 6;

/// Of checked digits.
unsigned number_of(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<unsigned>(digit - '0');
  return value;
}

/// What the first bytes of a UTF-8 character allow: how many follow, and which the second one may
/// be. That bound keeps out what would be too long a form, half of a pair, or beyond the last one.
struct Utf8Lead {
  std::uint8_t first, last;  // lead bytes from … to
  std::size_t size;
  std::uint8_t second_first, second_last;
};
constexpr std::array<Utf8Lead, 9> kUtf8Leads{{
    {0x00, 0x7F, 1, 0, 0},
    {0xC2, 0xDF, 2, 0x80, 0xBF},
    {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F},
    {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF},
    {0xF4, 0xF4, 4, 0x80, 0x8F},
}};

/// Bytes of the UTF-8 character that the text begins with; 0: none.
std::size_t utf8_size(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  for (const Utf8Lead& lead : kUtf8Leads) {
    if (byte(0) < lead.first || byte(0) > lead.last) continue;
    if (text.size() < lead.size) return 0;
    if (lead.size > 1 && (byte(1) < lead.second_first || byte(1) > lead.second_last)) return 0;
    for (std::size_t at = 2; at < lead.size; ++at)
      if ((byte(at) & 0xC0) != 0x80) return 0;
    return lead.size;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace

std::optional<OrderLines> read_order_lines(std::string_view value) {
  if (value.empty() || value.size() % kLine != 0 || value.size() > OrderLines::kMost * kLine ||
      !is_digits(value))
    return std::nullopt;
  OrderLines order;
  for (; !value.empty(); value.remove_prefix(kLine))
    order.lines[order.count++] = {number_of(value.substr(0, kFaceDigits)),
                                  number_of(value.substr(kFaceDigits, kQuantityDigits))};
  return order;
}

bool is_order_id(std::string_view value) { return value.size() == kOrderId; }

std::optional<unsigned> read_card_place(std::string_view value) {
  if (value.size() != kPlaceDigits || !is_digits(value)) return std::nullopt;
  return number_of(value);
}

std::optional<Period> read_period(std::string_view from, std::string_view to) {
  const auto is_month = [](std::string_view text) {
    return text.size() == 6 && is_digits(text) && number_of(text.substr(4)) >= 1 &&
           number_of(text.substr(4)) <= 12;
  };
  if (!is_month(from) || !is_month(to)) return std::nullopt;
  const auto month_count = [](std::string_view text) {
    return static_cast<int>(number_of(text.substr(0, 4)) * 12 + number_of(text.substr(4)));
  };
  const int months = month_count(to) - month_count(from) + 1;
  if (months < 1 || months > kMostMonths) return std::nullopt;
  // No month has a day after the 31st: as a bound it need not be one.
  return Period{number_of(from) * 100 + 1, number_of(to) * 100 + 31};
}

std::optional<ledger::Sequence> read_cursor(std::string_view value) {
  constexpr std::size_t kMostDigits = 18;
  if (value.empty() || value.size() > kMostDigits || !is_digits(value)) return std::nullopt;
  ledger::Sequence sequence = 0;
  for (const char digit : value)
    sequence = sequence * 10 + static_cast<ledger::Sequence>(digit - '0');
  return sequence;
}

bool is_hint(std::string_view value) { return value.size() <= kMostHint && is_utf8(value); }

bool is_customer_id(std::string_view value) {
  return !value.empty() && value.size() <= kMostCustomer;
}

bool is_called_number(std::string_view value) {
  return !value.empty() && value.size() <= kMostCalled && is_digits(value);
}

std::optional<unsigned> read_seconds(std::string_view value) {
  if (value.empty() || value.size() > kMostSecondsDigits || !is_digits(value)) return std::nullopt;
  return number_of(value);
}

}  // namespace handlers
