#pragma once
/// Byte views, big-endian numbers and hexadecimal text.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Read-only bytes owned by someone else; valid as long as the owner says.
using ByteView = std::span<const std::uint8_t>;
/// Writable bytes owned by someone else.
using ByteSpan = std::span<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Integer>
void store_big_endian(std::uint8_t* to, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    to[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(Integer) - 1 - i)));
}

template <class Integer>
Integer load_big_endian(const std::uint8_t* from) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value = static_cast<Integer>((value << 8) | from[i]);
  return value;
}

/// Upper-case hexadecimal, two characters a byte.
std::string to_hex(ByteView bytes);

/// The value of one hexadecimal digit in either case, or -1.
int hex_digit_value(char digit);

/// The bytes of hexadecimal text in either case; blanks and line ends between bytes are skipped.
/// Nothing when a character is no hexadecimal digit or the digits are odd in number.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

}  // namespace base
