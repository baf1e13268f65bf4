#pragma once
/// Why received bytes are no message. Names the place, never holds the content.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace codec {

enum class Reason : std::uint8_t {
  truncated,        ///< the message ends inside the element
  length_too_long,  ///< a length prefix over the element's maximum
  not_a_digit,      ///< a nibble or character that is no digit where one must be
  bad_padding,      ///< a pad nibble that is not 0
  bad_sign,         ///< neither C nor D before an x+n amount
  bad_hex,          ///< a character that is no hexadecimal digit
  not_defined,      ///< a bit whose element the profile does not define
  trailing_bytes,   ///< bytes after the last element
  bad_mti,          ///< the MTI is unreadable
  bad_bitmap,       ///< the bitmap is unreadable
  broken_tags,      ///< a DE 48 that is no sequence of tags
};

std::string_view to_text(Reason reason);

/// `element` 0 stands for what is no element: the MTI, the bitmap, bytes after the last element.
struct ParseError {
  Reason reason = Reason::truncated;
  std::uint8_t element = 0;
  std::uint16_t offset = 0;  ///< from the first byte of the MTI

  /// MTI and bitmap could be read: the message can be answered with 30.
  bool answerable() const { return reason != Reason::bad_mti && reason != Reason::bad_bitmap; }
  /// `DE004 at offset 21: not a digit`
  std::string describe() const;
};

template <class T>
using Result = base::Result<T, ParseError>;

}  // namespace codec
