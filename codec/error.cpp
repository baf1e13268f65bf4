#include "codec/error.hpp"

#include <cstdio>

namespace codec {

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::truncated:
      return "the message ends inside it";
    case Reason::length_too_long:
      return "length over the maximum";
    case Reason::not_a_digit:
      return "not a digit";
    case Reason::bad_padding:
      return "padding is not 0";
    case Reason::bad_sign:
      return "neither C nor D";
    case Reason::bad_hex:
      return "not a hexadecimal digit";
    case Reason::not_defined:
      return "not defined";
    case Reason::trailing_bytes:
      return "bytes after the last element";
    case Reason::bad_mti:
      return "unreadable MTI";
    case Reason::bad_bitmap:
      return "unreadable bitmap";
    case Reason::broken_tags:
      return "broken sequence of tags";
  }
  return "unknown";
}

std::string ParseError::describe() const {
  char place[32];
  std::snprintf(place, sizeof place, "DE%03d at offset %d: ", int{element}, int{offset});
  return std::string(place).append(to_text(reason));
}

}  // namespace codec
