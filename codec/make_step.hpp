#pragma once
/// From an element of the table and its coding to its row in a plan. Inside codec only.

#include <algorithm>

#include "codec/field_table.hpp"
#include "codec/plan.hpp"

namespace codec {

constexpr std::uint8_t nibbles_of(Shape shape) {
  switch (shape) {
    case Shape::bcd_left:
    case Shape::bcd_right:
    case Shape::bcd_track_left:
    case Shape::bcd_track:
    case Shape::bcd_signed:
      return 1;
    case Shape::hex:
      return 4;
    default:
      return 2;
  }
}

/// The bits that a fault of this shape would show up in, for each byte of the content.
constexpr std::uint8_t fault_bits(Shape shape) {
  return shape == Shape::bcd_left ? 0x88 : shape == Shape::ascii ? 0xFF : 0;
}

/// 0 when it is more than 64 bits hold.
constexpr std::uint64_t power_of_ten(std::size_t exponent) {
  if (exponent > 19) return 0;
  std::uint64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

/// How one element is written.
struct Coding {
  Shape shape = Shape::undefined;
  Prefix prefix_kind = Prefix::bcd;
  std::uint8_t prefix = 0;  ///< bytes of the length prefix; 0: fixed
};

/// Whether steps of this shape can be checked at a glance, and that in a plan of these digits.
constexpr bool has_glance(Shape shape, Digits digits) {
  return shape == Shape::characters || shape == Shape::raw ||
         (shape == Shape::bcd_left && digits == Digits::bcd) ||
         (shape == Shape::ascii && digits == Digits::ascii);
}

/// The row of one element in a plan of these digits.
constexpr Step make_step(const Field& field, const Coding& coding, Digits digits) {
  Step step;
  step.shape = coding.shape;
  step.prefix_kind = coding.prefix_kind;
  step.prefix = coding.prefix;
  step.size = field.size;
  step.nibbles = nibbles_of(step.shape);
  step.bytes =
      static_cast<std::uint16_t>(step.encoded_size(field.size) + (step.is_signed() ? 1 : 0));
  step.too_big = power_of_ten(field.size);
  const bool digits_only = step.shape == Shape::bcd_left || step.shape == Shape::ascii;
  if (!step.is_fixed() || !has_glance(step.shape, digits) || (digits_only && step.bytes > kGlance))
    return step;
  step.glance_needs = std::max<std::uint32_t>(kGlance, step.bytes);
  if (digits_only) std::fill_n(step.glance.begin(), step.bytes, fault_bits(step.shape));
  if (step.shape == Shape::bcd_left && field.size % 2 != 0) step.padding[0] = 0xF0;
  return step;
}

}  // namespace codec
