#pragma once
/// Digits on the wire, eight bytes at a time. Inside codec only.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace codec {

static_assert(std::endian::native == std::endian::little,
              "first in memory is lowest in a word: all of the arithmetic here rests on it");

constexpr std::uint64_t every_byte(std::uint8_t byte) { return 0x0101010101010101u * byte; }

inline std::uint64_t load_word(const std::uint8_t* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Up to eight bytes, the first one lowest, zeros above them; reads nothing beyond them.
inline std::uint64_t load_part(const std::uint8_t* from, std::size_t count) {
  if (count >= 8) return load_word(from);
  if (count >= 4) {  // two loads that overlap: the common bytes are the same in both
    std::uint32_t first, last;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + count - 4, 4);
    return first | static_cast<std::uint64_t>(last) << (8 * (count - 4));
  }
  if (count == 0) return 0;
  return from[0] | static_cast<std::uint64_t>(from[count / 2]) << (8 * (count / 2)) |
         static_cast<std::uint64_t>(from[count - 1]) << (8 * (count - 1));
}

/// The `count` (up to eight) lowest bytes of a word, the lowest one first; writes nothing beyond.
inline void store_part(std::uint8_t* to, std::uint64_t word, std::size_t count) {
  if (count >= 8) {
    std::memcpy(to, &word, 8);
  } else if (count >= 4) {  // two stores that overlap: the common bytes are the same in both
    const std::uint64_t last = word >> (8 * (count - 4));
    std::memcpy(to, &word, 4);
    std::memcpy(to + count - 4, &last, 4);
  } else {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(word >> (8 * i));
  }
}

/// Not 0 when a nibble is over 9: its 8 is set together with its 4 or its 2.
inline std::uint64_t bcd_faults(std::uint64_t word) {
  return word & (word << 1 | word << 2) & every_byte(0x88);
}

/// The same, D allowed as well: of A to F the only one without the 2 and with the 1.
inline std::uint64_t bcd_track_faults(std::uint64_t word) {
  return word & (word << 2 | (word << 1 & ~(word << 3))) & every_byte(0x88);
}

/// Not 0 when a byte is none of '0' to '9': its high nibble must be 3, and still after adding 6.
inline std::uint64_t ascii_faults(std::uint64_t word) {
  const std::uint64_t high = every_byte(0xF0), zeros = every_byte('0');
  return ((word & high) ^ zeros) | (((word + every_byte(6)) & high) ^ zeros);
}

inline bool all_bcd(const std::uint8_t* from, std::size_t bytes) {
  std::uint64_t faults = 0;
  for (; bytes > 8; bytes -= 8, from += 8) faults |= bcd_faults(load_word(from));
  return (faults | bcd_faults(load_part(from, bytes))) == 0;
}

inline bool all_bcd_track(const std::uint8_t* from, std::size_t bytes) {
  std::uint64_t faults = 0;
  for (; bytes > 8; bytes -= 8, from += 8) faults |= bcd_track_faults(load_word(from));
  return (faults | bcd_track_faults(load_part(from, bytes))) == 0;
}

inline bool all_ascii_digits(const std::uint8_t* from, std::size_t count) {
  std::uint64_t faults = 0;
  for (; count > 8; count -= 8, from += 8) faults |= ascii_faults(load_word(from));
  const std::uint64_t unused = count == 8 ? 0 : ~std::uint64_t{0} << (8 * count);
  return (faults | ascii_faults(load_part(from, count) | (every_byte('0') & unused))) == 0;
}

inline constexpr std::array<std::int8_t, 256> kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) values['A' + i] = values['a' + i] = static_cast<std::int8_t>(10 + i);
  return values;
}();

inline bool all_hex(const std::uint8_t* from, std::size_t count) {
  int sum = 0;  // negative as soon as one of them is
  for (std::size_t i = 0; i < count; ++i) sum |= kHexValues[from[i]];
  return sum >= 0;
}

/// Takes checked hexadecimal apart into `count` bytes.
inline void hex_to_bytes(const std::uint8_t* from, std::size_t count, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = static_cast<std::uint8_t>(kHexValues[from[2 * i]] << 4 | kHexValues[from[2 * i + 1]]);
}

/// Upper-case hexadecimal of `count` bytes.
inline void bytes_to_hex(const std::uint8_t* from, std::size_t count, std::uint8_t* to) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (std::size_t i = 0; i < count; ++i) {
    to[2 * i] = static_cast<std::uint8_t>(kDigits[from[i] >> 4]);
    to[2 * i + 1] = static_cast<std::uint8_t>(kDigits[from[i] & 15]);
  }
}

/// The value of a track character (digit, `=` or D) as a nibble, or -1.
inline int track_nibble(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  return character == '=' || character == 'D' ? 0xD : -1;
}

/// Eight nibble values, the first one lowest, as four bytes: the first of each two is the high one.
inline std::uint32_t pack_nibbles(std::uint64_t nibbles) {
  std::uint64_t pairs = (nibbles << 4 | nibbles >> 8) & 0x00FF00FF00FF00FFu;
  pairs = (pairs | pairs >> 8) & 0x0000FFFF0000FFFFu;
  return static_cast<std::uint32_t>(pairs | pairs >> 16);
}

/// Eight digits of a number below 10^8 as nibble values, the most significant lowest.
inline std::uint64_t split_digits(std::uint32_t number) {
  // Halves of four digits, then pairs, then digits; n * 10486 >> 20 is n / 100 for n < 10^4 and
  // n * 103 >> 10 is n / 10 for n < 100.
  const std::uint64_t halves = number / 10'000 | static_cast<std::uint64_t>(number % 10'000) << 32;
  const std::uint64_t hundreds = (halves * 10'486 >> 20) & 0x0000007F0000007Fu;
  const std::uint64_t pairs = hundreds | (halves - hundreds * 100) << 16;
  const std::uint64_t tens = (pairs * 103 >> 10) & 0x000F000F000F000Fu;
  return tens | (pairs - tens * 10) << 8;
}

}  // namespace codec
