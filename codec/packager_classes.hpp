#pragma once
/// The field classes of jPOS that a packager file may name, and how each stands on the wire. Inside
/// codec only.

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/plan.hpp"

namespace codec {

/// What a field of a class holds.
enum class Holds : std::uint8_t { digits, characters, bytes, amount, bitmap };

struct FieldClass {
  std::string_view name;  ///< without the package `org.jpos.iso.`
  Holds holds = Holds::digits;
  bool packed = false;  ///< digits and amounts two a byte; bytes and bitmaps not as hexadecimal
  Prefix prefix_kind = Prefix::bcd;
  std::uint8_t prefix = 0;    ///< bytes of the length prefix; 0: fixed
  std::uint16_t longest = 0;  ///< that the length prefix may count
};

/// All that are supported.
std::span<const FieldClass> field_classes();

/// The class of this full name (`org.jpos.iso.IFB_NUMERIC`), or nullptr.
const FieldClass* find_field_class(std::string_view full_name);

}  // namespace codec
