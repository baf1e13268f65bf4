#pragma once
/// Readers of values in DE 48: text in, what it says out, nothing when it is not what the tag
/// holds.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "ledger/records.hpp"

namespace handlers {

/// Tag 0001: one to six lines of face value (6 digits) and quantity (2 digits). Whether there is
/// such a product, and any of it is wanted, is not looked at.
struct OrderLines {
  struct Line {
    unsigned face_won = 0;
    unsigned quantity = 0;
  };
  static constexpr std::size_t kMost = 6;
  std::array<Line, kMost> lines{};
  std::size_t count = 0;
};
std::optional<OrderLines> read_order_lines(std::string_view value);

/// Tag 0002: an order id.
bool is_order_id(std::string_view value);

/// Tag 0003 of a collect: which card of the order, three digits.
std::optional<unsigned> read_card_place(std::string_view value);

/// Tags 0040 and 0041: local months from … to, both in it.
struct Period {
  base::Date first = 0, last = 0;  ///< days
};
/// Nothing when one is no month, they are upside down, or more than 24.
std::optional<Period> read_period(std::string_view from, std::string_view to);

/// Tag 0042: the transaction at which the next page begins.
std::optional<ledger::Sequence> read_cursor(std::string_view value);

/// Tag 0011: UTF-8 (RFC 3629) of at most 60 bytes.
bool is_hint(std::string_view value);

/// Tag 0012: 1 to 20 characters.
bool is_customer_id(std::string_view value);

/// Tag 0030: 1 to 20 digits.
bool is_called_number(std::string_view value);

/// Tag 0032: one to six digits.
std::optional<unsigned> read_seconds(std::string_view value);

}  // namespace handlers
