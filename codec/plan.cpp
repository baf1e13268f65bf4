#include "codec/plan.hpp"

#include "codec/field_list.hpp"
#include "codec/make_step.hpp"

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

constexpr Plan make_plan(Digits digits, Binary binary) {
  const Prefix prefix = digits == Digits::bcd ? Prefix::bcd : Prefix::ascii;
  Plan plan;
  plan.digits = digits;
  for (std::size_t element = 0; element < plan.steps.size(); ++element) {
    const Field& field = kFieldList[element];
    const Coding coding{shape_of(field, digits, binary), prefix, prefix_of(field.length, digits)};
    plan.steps[element] = make_step(field, coding, digits);
  }
  return plan;
}

}  // namespace

constexpr Plan kBcdPlan = make_plan(Digits::bcd, Binary::raw);
constexpr Plan kAsciiPlan = make_plan(Digits::ascii, Binary::raw);
constexpr Plan kAsciiHexPlan = make_plan(Digits::ascii, Binary::hex);

}  // namespace codec
