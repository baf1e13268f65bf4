#include "codec/plan.hpp"

#include <algorithm>

#include "codec/field_list.hpp"

namespace codec {
namespace {

constexpr Shape shape_of(const Field& field, Digits digits, Binary binary) {
  const bool bcd = digits == Digits::bcd;
  switch (field.content) {
    case Content::undefined:
      return Shape::undefined;
    case Content::an:
      return Shape::characters;
    case Content::b:
      return binary == Binary::raw ? Shape::raw : Shape::hex;
    case Content::x_n:
      return bcd ? Shape::bcd_signed : Shape::ascii_signed;
    case Content::z:
      return bcd ? Shape::bcd_track : Shape::ascii_track;
    case Content::n:
      if (!bcd) return Shape::ascii;
      return field.length == Length::fixed ? Shape::bcd_left : Shape::bcd_right;
  }
  return Shape::undefined;
}

constexpr std::uint8_t prefix_of(Length length, Digits digits) {
  if (length == Length::fixed) return 0;
  if (digits == Digits::ascii) return length == Length::ll ? 2 : 3;
  return length == Length::ll ? 1 : 2;
}

constexpr std::uint8_t nibbles_of(Shape shape) {
  switch (shape) {
    case Shape::bcd_left:
    case Shape::bcd_right:
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

constexpr Step make_step(const Field& field, Digits digits, Binary binary) {
  Step step;
  step.shape = shape_of(field, digits, binary);
  step.prefix = prefix_of(field.length, digits);
  step.size = field.size;
  step.nibbles = nibbles_of(step.shape);
  step.bytes =
      static_cast<std::uint16_t>(step.encoded_size(field.size) + (step.is_signed() ? 1 : 0));
  step.too_big = power_of_ten(field.size);
  const bool unchecked = step.shape == Shape::characters || step.shape == Shape::raw;
  const bool digits_only = step.shape == Shape::bcd_left || step.shape == Shape::ascii;
  if (!step.is_fixed() || !(unchecked || (digits_only && step.bytes <= kGlance))) return step;
  step.glance_needs = std::max<std::uint32_t>(kGlance, step.bytes);
  if (digits_only) std::fill_n(step.glance.begin(), step.bytes, fault_bits(step.shape));
  if (step.shape == Shape::bcd_left && field.size % 2 != 0) step.padding[0] = 0xF0;
  return step;
}

constexpr Plan make_plan(Digits digits, Binary binary) {
  Plan plan;
  plan.digits = digits;
  for (std::size_t element = 0; element < plan.steps.size(); ++element)
    plan.steps[element] = make_step(kFieldList[element], digits, binary);
  return plan;
}

}  // namespace

constexpr Plan kPlans[2][2] = {
    {make_plan(Digits::bcd, Binary::raw), make_plan(Digits::bcd, Binary::hex)},
    {make_plan(Digits::ascii, Binary::raw), make_plan(Digits::ascii, Binary::hex)},
};

}  // namespace codec
