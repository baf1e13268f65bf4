#pragma once
/// Readers of values in DE 48: text in, what it says out, nothing when it is not what the tag
/// holds.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

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

/// Tag 0011: UTF-8 (RFC 3629) of at most 60 bytes.
bool is_hint(std::string_view value);

/// Tag 0012: 1 to 20 characters.
bool is_customer_id(std::string_view value);

}  // namespace handlers
