#include "codec/message.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "codec/encoding.hpp"
#include "codec/plan.hpp"

namespace codec {
namespace {

bool is_signed(Shape shape) { return shape == Shape::bcd_signed || shape == Shape::ascii_signed; }
bool is_bcd(Shape shape) {
  return shape == Shape::bcd_left || shape == Shape::bcd_right || shape == Shape::bcd_track ||
         shape == Shape::bcd_track_left || shape == Shape::bcd_signed;
}
bool has_digits(Shape shape) {
  return is_bcd(shape) || is_signed(shape) || shape == Shape::ascii || shape == Shape::ascii_track;
}
bool is_track(Shape shape) {
  return shape == Shape::bcd_track || shape == Shape::bcd_track_left || shape == Shape::ascii_track;
}

/// Calls put(nibble value) for each digit of an element, from the left; D is 13.
template <class Put>
void for_each_digit(Shape shape, const std::uint8_t* content, std::size_t length, Put&& put) {
  if (is_signed(shape)) ++content;
  if (!is_bcd(shape)) {
    for (std::size_t i = 0; i < length; ++i) put(content[i] == 'D' ? 0xDu : content[i] & 0x0Fu);
    return;
  }
  const bool pad_left =
      shape == Shape::bcd_left || shape == Shape::bcd_signed || shape == Shape::bcd_track_left;
  const std::size_t first = pad_left ? length % 2 : 0;
  for (std::size_t i = first; i < first + length; ++i)
    put(i % 2 == 0 ? content[i / 2] >> 4u : content[i / 2] & 15u);
}

}  // namespace

std::uint64_t Message::number(int element) const {
  CP_ASSERT(has(element));
  const Shape shape = plan_of(*profile_).steps[element].shape;
  CP_ASSERT(has_digits(shape) && !is_track(shape) && length(element) <= 19);
  std::uint64_t number = 0;
  for_each_digit(shape, raw_.data() + offset(element), length(element),
                 [&](unsigned digit) { number = number * 10 + digit; });
  return number;
}

char Message::sign(int element) const {
  CP_ASSERT(has(element) && is_signed(plan_of(*profile_).steps[element].shape));
  return static_cast<char>(raw_[offset(element)]);
}

std::string_view Message::text(int element) const {
  CP_ASSERT(has(element) && plan_of(*profile_).steps[element].shape == Shape::characters);
  return base::as_text(raw_.subspan(offset(element), length(element)));
}

std::size_t Message::digits(int element, std::span<char> out) const {
  CP_ASSERT(has(element) && out.size() >= length(element));
  const Shape shape = plan_of(*profile_).steps[element].shape;
  CP_ASSERT(has_digits(shape));
  char* to = out.data();
  for_each_digit(shape, raw_.data() + offset(element), length(element),
                 [&](unsigned digit) { *to++ = digit > 9 ? '=' : static_cast<char>('0' + digit); });
  return length(element);
}

std::size_t Message::bytes(int element, base::ByteSpan out) const {
  CP_ASSERT(has(element) && out.size() >= length(element));
  const Shape shape = plan_of(*profile_).steps[element].shape;
  CP_ASSERT(shape == Shape::raw || shape == Shape::hex);
  const std::uint8_t* from = raw_.data() + offset(element);
  if (shape == Shape::hex)
    hex_to_bytes(from, length(element), out.data());
  else
    std::copy_n(from, length(element), out.data());
  return length(element);
}

base::ByteView Message::encoded(int element) const {
  CP_ASSERT(has(element));
  const Place& place = places_[element];
  const Step& step = plan_of(*profile_).steps[element];
  const std::size_t content = step.encoded_size(place.length) + (step.is_signed() ? 1 : 0);
  return raw_.subspan(place.begin, place.offset - place.begin + content);
}

}  // namespace codec
