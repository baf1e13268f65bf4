#pragma once
/// What reader, view and writer do for each element in one profile, worked out at compile time from
/// the table of elements: one small row an element. Inside codec only.

#include <array>
#include <cstdint>

#include "codec/profile.hpp"

namespace codec {

/// How the content of an element stands on the wire.
enum class Shape : std::uint8_t {
  undefined,
  characters,    ///< one byte a character
  raw,           ///< bytes
  hex,           ///< two hexadecimal characters a byte
  bcd_left,      ///< two digits a byte; an odd count has a 0 nibble on the left (fixed length)
  bcd_right,     ///< the same with the 0 nibble on the right (variable length)
  bcd_track,     ///< bcd_right with D for the separator
  bcd_signed,    ///< C or D, then bcd_left
  ascii,         ///< digits
  ascii_track,   ///< digits, `=` and D
  ascii_signed,  ///< C or D, then digits
};

struct Step {
  Shape shape = Shape::undefined;
  std::uint8_t prefix = 0;  ///< bytes of the length prefix; 0: fixed
  std::uint16_t size = 0;   ///< digits, characters or bytes: exact when fixed, else the maximum
  std::uint16_t bytes = 0;  ///< encoded size of `size` of them, without the prefix

  bool is_fixed() const { return prefix == 0; }
};

/// Bytes that `length` digits, characters or bytes take in this shape.
constexpr std::size_t content_size(Shape shape, std::size_t length) {
  switch (shape) {
    case Shape::hex:
      return 2 * length;
    case Shape::bcd_left:
    case Shape::bcd_right:
    case Shape::bcd_track:
      return (length + 1) / 2;
    case Shape::bcd_signed:
      return 1 + (length + 1) / 2;
    case Shape::ascii_signed:
      return 1 + length;
    default:
      return length;
  }
}

struct Plan {
  Digits digits = Digits::bcd;
  std::array<Step, 129> steps;
};

extern const Plan kPlans[2][2];  ///< by digits and binary

inline const Plan& plan_of(const Profile& profile) {
  return kPlans[static_cast<int>(profile.digits)][static_cast<int>(profile.binary)];
}

}  // namespace codec
