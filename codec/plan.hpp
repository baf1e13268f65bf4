#pragma once
/// What reader, view and writer do for each element in one profile: one small row an element,
/// worked out by make_step() from the table of elements, at compile time for the built-in profiles.
/// Inside codec only.

#include <array>
#include <cstdint>

#include "codec/profile.hpp"

namespace codec {

/// How the content of an element stands on the wire.
enum class Shape : std::uint8_t {
  undefined,
  characters,      ///< one byte a character
  raw,             ///< bytes
  hex,             ///< two hexadecimal characters a byte
  bcd_left,        ///< two digits a byte; an odd count has a 0 nibble on the left
  bcd_right,       ///< the same with the 0 nibble on the right
  bcd_track_left,  ///< bcd_left with D for the separator
  bcd_track,       ///< bcd_right with D for the separator
  bcd_signed,      ///< C or D, then bcd_left
  ascii,           ///< digits
  ascii_track,     ///< digits, `=` and D
  ascii_signed,    ///< C or D, then digits
};

/// How a length prefix is written.
enum class Prefix : std::uint8_t {
  bcd,     ///< two digits a byte
  ascii,   ///< a digit a byte
  number,  ///< a big-endian number
};

inline constexpr std::size_t kGlance = 16;
inline constexpr std::uint32_t kNoGlance = 0xFFFFFFFF;  ///< more than any message has

/// One row, in a cache line of its own.
struct alignas(64) Step {
  /// The check at a glance, of what is fixed and short: bits of its first sixteen bytes in which a
  /// fault of digits counts, and bits that must be 0.
  std::array<std::uint8_t, kGlance> glance{}, padding{};
  std::uint64_t too_big = 0;  ///< the first number that a fixed n element cannot hold; 0: none
  std::uint32_t glance_needs = kNoGlance;  ///< bytes that must be left for it
  std::uint16_t size = 0;   ///< digits, characters or bytes: exact when fixed, else the maximum
  std::uint16_t bytes = 0;  ///< encoded size of `size` of them, without the prefix
  Shape shape = Shape::undefined;
  Prefix prefix_kind = Prefix::bcd;
  std::uint8_t prefix = 0;   ///< bytes of the length prefix; 0: fixed
  std::uint8_t nibbles = 2;  ///< that a digit, character or byte takes

  constexpr bool is_fixed() const { return prefix == 0; }
  constexpr bool is_signed() const {
    return shape == Shape::bcd_signed || shape == Shape::ascii_signed;
  }
  /// Bytes that `length` digits, characters or bytes take, without prefix and sign.
  constexpr std::size_t encoded_size(std::size_t length) const {
    return (length * nibbles + 1) / 2;
  }

  bool operator==(const Step&) const = default;
};

struct Plan {
  Digits digits = Digits::bcd;  ///< of the MTI, and of the steps that can be read at a glance
  std::array<Step, 129> steps;

  bool operator==(const Plan&) const = default;
};

inline const Plan& plan_of(const Profile& profile) { return *profile.plan; }

}  // namespace codec
