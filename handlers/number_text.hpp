#pragma once
/// Numbers as fixed digits on the stack, for DE 48; and text that is digits.

#include <string_view>

#include "base/time.hpp"
#include "codec/message.hpp"

namespace handlers {

/// `Size` digits, zeros at the left.
template <std::size_t Size>
codec::DigitText<Size> number_text(std::uint64_t value) {
  codec::DigitText<Size> text;
  text.size = Size;
  for (std::size_t i = Size; i-- > 0; value /= 10)
    text.data[i] = static_cast<char>('0' + value % 10);
  return text;
}

inline codec::DigitText<8> date_text(base::Date date) { return number_text<8>(date); }

/// Nothing but decimal digits, or nothing at all.
inline bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace handlers
