#include "fuzz/values.hpp"

#include <array>
#include <string>
#include <string_view>

#include "codec/field_table.hpp"

namespace fuzz {
namespace {

using codec::Content;
using codec::Message;

constexpr std::size_t kMostDigits = 19;  // that number() takes
constexpr std::size_t kMostBytes = 999;  // DE 55

/// An element as text that does not depend on the profile.
std::string value_text(const Message& message, int element) {
  const Content content = codec::field(element).content;
  if (content == Content::an) return std::string(message.text(element));
  std::string value(message.length(element), '\0');
  if (content == Content::b) {
    message.bytes(element, {reinterpret_cast<std::uint8_t*>(value.data()), value.size()});
    return value;
  }
  message.digits(element, value);
  if (content == Content::x_n) value.insert(0, 1, message.sign(element));
  return value;
}

}  // namespace

void put_value(codec::Writer& writer, const Message& from, int element) {
  const codec::Field& field = codec::field(element);
  switch (field.content) {
    case Content::undefined:
      CP_ASSERT(false && "the reader takes defined elements only");
      return;
    case Content::n:
      if (field.length == codec::Length::fixed && field.size <= kMostDigits)
        return writer.number(element, from.number(element));
      [[fallthrough]];
    case Content::z:
      return writer.digits(element, value_text(from, element));
    case Content::an:
      return writer.text(element, from.text(element));
    case Content::x_n:
      return writer.signed_number(element, from.sign(element), from.number(element));
    case Content::b: {
      std::array<std::uint8_t, kMostBytes> bytes;
      const std::size_t size = from.bytes(element, bytes);
      return writer.bytes(element, base::ByteView(bytes).first(size));
    }
  }
}

bool has_same_values(const Message& left, const Message& right) {
  if (left.mti() != right.mti()) return false;
  for (int element = 2; element <= 128; ++element) {
    if (left.has(element) != right.has(element)) return false;
    if (left.has(element) && value_text(left, element) != value_text(right, element)) return false;
  }
  return true;
}

}  // namespace fuzz
