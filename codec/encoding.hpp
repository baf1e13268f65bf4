#pragma once
/// Digits, hexadecimal and short copies, eight or sixteen bytes at a time. Inside codec only.

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

/// Eight bytes, the first one highest.
inline std::uint64_t load_big_endian_word(const std::uint8_t* from) {
  return __builtin_bswap64(load_word(from));
}
inline void store_big_endian_word(std::uint8_t* to, std::uint64_t word) {
  word = __builtin_bswap64(word);
  std::memcpy(to, &word, sizeof word);
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

/// Copies bytes that are few: in steps of a word that overlap at the end.
inline void copy_few(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  if (count < 8) return store_part(to, load_part(from, count), count);
  for (std::size_t at = 0; at + 8 < count; at += 8) std::memcpy(to + at, from + at, 8);
  std::memcpy(to + count - 8, from + count - 8, 8);
}

/// Sixteen bytes side by side; the compiler's vectors, so that they suit any machine.
using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
using Bytes8 = std::uint8_t __attribute__((vector_size(8)));
using Lanes16 = std::uint16_t __attribute__((vector_size(16)));
using Words16 = std::uint64_t __attribute__((vector_size(16)));

inline Bytes16 load_bytes16(const std::uint8_t* from) {
  Bytes16 bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

inline bool any(Bytes16 bits) {
  const auto words = reinterpret_cast<Words16>(bits);
  return (words[0] | words[1]) != 0;
}

/// Bits set where a nibble is over 9: its 8 together with its 4 or its 2.
template <class Word>  // std::uint64_t or Words16
inline Word bcd_faults(Word word) {
  return word & (word << 1 | word << 2) & every_byte(0x88);
}

/// The same, D allowed as well: of A to F the only one without the 2 and with the 1.
inline std::uint64_t bcd_track_faults(std::uint64_t word) {
  return word & (word << 2 | (word << 1 & ~(word << 3))) & every_byte(0x88);
}

/// Bits set where a byte is no character of '0' to '9'; and none of track 2.
inline Bytes16 digit_faults(Bytes16 characters) {
  return reinterpret_cast<Bytes16>(characters - std::uint8_t{'0'} > 9);
}
inline Bytes16 track_faults(Bytes16 characters) {
  return digit_faults(characters) & reinterpret_cast<Bytes16>(characters != '=') &
         reinterpret_cast<Bytes16>(characters != 'D');
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

/// Up to sixteen characters, with '0' where there is nothing.
inline Bytes16 load_characters(const std::uint8_t* from, std::size_t count) {
  if (count >= 16) return load_bytes16(from);
  const std::size_t first = count < 8 ? count : 8, second = count - first;
  const std::uint64_t zeros = every_byte('0');
  const Words16 words{load_part(from, first) | (first < 8 ? zeros << (8 * first) : 0),
                      load_part(from + first, second) | zeros << (8 * second)};
  return reinterpret_cast<Bytes16>(words);
}

template <class Faults>
inline bool has_no_faults(const std::uint8_t* from, std::size_t count, Faults faults_of) {
  Bytes16 faults{};
  for (; count > 16; count -= 16, from += 16) faults |= faults_of(load_bytes16(from));
  return !any(faults | faults_of(load_characters(from, count)));
}
inline bool all_ascii_digits(const std::uint8_t* from, std::size_t count) {
  return has_no_faults(from, count, digit_faults);
}
inline bool all_ascii_track(const std::uint8_t* from, std::size_t count) {
  return has_no_faults(from, count, track_faults);
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

/// The nibbles of checked digits or track characters, one a byte: a D takes 9 to its low nibble, 4,
/// to be the same as `=`.
inline Bytes16 nibbles_of(Bytes16 characters) {
  return (characters & 0x0F) + (reinterpret_cast<Bytes16>(characters == 'D') & 9);
}

inline std::uint64_t pack16(Bytes16 characters) {
  const auto nibbles = reinterpret_cast<Lanes16>(nibbles_of(characters));
  const Lanes16 pairs = (nibbles << 4 | nibbles >> 8) & 0xFF;
  return reinterpret_cast<std::uint64_t>(__builtin_convertvector(pairs, Bytes8));
}

/// Packs checked digits or track characters two a byte; of an odd count the last one has a 0 nibble
/// to its right.
inline void pack_characters(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  for (; count >= 16; count -= 16, from += 16, to += 8)
    store_part(to, pack16(load_bytes16(from)), 8);
  if (count > 0) store_part(to, pack16(load_characters(from, count)), (count + 1) / 2);
}

/// 0 to 99 as BCD, and as two characters.
inline constexpr auto kBcdPairs = [] {
  std::array<std::uint8_t, 100> pairs{};
  for (int i = 0; i < 100; ++i) pairs[i] = static_cast<std::uint8_t>(i / 10 << 4 | i % 10);
  return pairs;
}();
inline constexpr auto kTextPairs = [] {
  std::array<std::array<char, 2>, 100> pairs{};
  for (int i = 0; i < 100; ++i)
    pairs[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
  return pairs;
}();

/// Writes a number of at most `2 * bytes` digits as BCD, zeros in front.
template <class Number>
inline void put_bcd_number(std::uint8_t* to, std::size_t bytes, Number number) {
  for (; bytes > 1; number /= 100) to[--bytes] = kBcdPairs[number % 100];
  *to = kBcdPairs[number];
}

/// Writes a number of at most `count` digits as characters, zeros in front.
template <class Number>
inline void put_ascii_number(std::uint8_t* to, std::size_t count, Number number) {
  for (; count > 1; number /= 100) {
    count -= 2;
    std::memcpy(to + count, kTextPairs[number % 100].data(), 2);
  }
  if (count > 0) *to = static_cast<std::uint8_t>('0' + number);
}

}  // namespace codec
