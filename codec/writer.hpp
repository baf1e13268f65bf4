#pragma once
/// Writes a message straight into the send buffer, elements in ascending order.
///
///   Writer w(profile, space);  w.begin(mti);
///   w.number(4, 5000);  w.text(41, "POS00001");  ...
///   w.finish()  or  w.finish_with_mac(compute)   → bytes written

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "codec/encoding.hpp"
#include "codec/message.hpp"
#include "codec/mti.hpp"
#include "codec/plan.hpp"
#include "codec/profile.hpp"

namespace codec {

/// Computes an eight-byte MAC over all bytes of the message before it.
using MacFunction = void (*)(const void* context, base::ByteView message,
                             std::span<std::uint8_t, 8> mac);

/// Not enough room is remembered and told by finish(); everything else a caller can do wrong
/// (order, an undefined element, a value too long for its element) is an assertion.
class Writer {
 public:
  /// `space` and `profile` must outlive the writer.
  Writer(const Profile& profile, base::ByteSpan space);

  /// Begins a message at the front of the space; what was written before is forgotten.
  void begin(Mti mti);

  /// n elements: right-justified with zeros when fixed; without leading zeros when variable.
  void number(int element, std::uint64_t value) {
    const Step& step = mark(element);
    step.is_fixed() ? put_fixed_number(step, value) : put_variable_number(step, value);
  }
  /// n and z elements from digits as they are; a fixed one must have its exact length.
  void digits(int element, std::string_view digits) { put_digits(mark(element), digits); }
  /// x+n elements.
  void signed_number(int element, char sign, std::uint64_t value) {
    put_signed_number(mark(element), sign, value);
  }
  /// an elements; a fixed one is padded with blanks at the right.
  void text(int element, std::string_view text) {
    const Step& step = mark(element);
    step.is_fixed() ? put_fixed_text(step, text) : put_variable_text(step, text);
  }
  /// b elements.
  void bytes(int element, base::ByteView bytes) { put_bytes(mark(element), bytes); }
  /// The element as it stands in another message; the same encoded bytes when the profiles agree.
  void copy(int element, const Message& from) { put_copy(mark(element), element, from); }

  /// Bytes of the whole message, or nothing when it did not fit.
  std::optional<std::size_t> finish();
  /// The same with DE 64, or DE 128 when an element above 64 was written, at its end.
  std::optional<std::size_t> finish_with_mac(MacFunction compute, const void* context);

 private:
  /// Elements come in ascending order, each one once. Sets the bit. Here, as the commonest contents
  /// are, since most elements are known where they are written, and little of it is then left.
  const Step& mark(int element) {
    CP_ASSERT(element > last_element_ && element <= 128);
    if (element > 64 && !has_second_bitmap()) make_second_bitmap();
    last_element_ = element;
    const auto bit = static_cast<unsigned>(element - 1);
    bitmap_[bit / 64] |= std::uint64_t{1} << (63 - bit % 64);
    return plan_.steps[static_cast<unsigned>(element)];
  }
  /// Goes on by so many bytes if there is room for them; too little is remembered.
  bool advance(std::size_t bytes) {
    if (room() < bytes) [[unlikely]] {
      overflow_ = true;
      end_ = at_;
      return false;
    }
    at_ += bytes;
    return true;
  }
  /// Most numbers are short, and for those division is cheaper.
  void put_fixed_number(const Step& step, std::uint64_t value) {
    CP_ASSERT(value < step.too_big || step.too_big == 0);
    std::uint8_t* const to = at_;
    if (!advance(step.bytes)) return;
    const auto low = static_cast<std::uint32_t>(value);
    if (step.shape == Shape::bcd_left)
      return value == low ? put_bcd_number(to, step.bytes, low)
                          : put_bcd_number(to, step.bytes, value);
    if (step.shape == Shape::ascii)
      return value == low ? put_ascii_number(to, step.bytes, low)
                          : put_ascii_number(to, step.bytes, value);
    put_padded_number(to, step, value);
  }
  /// What is left of the n elements: a packager file's odd ones with the 0 nibble behind.
  [[gnu::cold]] static void put_padded_number(std::uint8_t* to, const Step& step,
                                              std::uint64_t value);
  void put_fixed_text(const Step& step, std::string_view text) {
    CP_ASSERT(step.shape == Shape::characters && text.size() <= step.size);
    std::uint8_t* const to = at_;
    if (!advance(step.size)) return;
    copy_few(to, base::as_bytes(text).data(), text.size());
    if (text.size() < step.size) std::memset(to + text.size(), ' ', step.size - text.size());
  }
  bool has_second_bitmap() const { return bitmap_[0] >> 63 != 0; }
  void make_second_bitmap();

  void put_variable_number(const Step& step, std::uint64_t value);
  void put_digits(const Step& step, std::string_view digits);
  void put_signed_number(const Step& step, char sign, std::uint64_t value);
  void put_variable_text(const Step& step, std::string_view text);
  void put_bytes(const Step& step, base::ByteView bytes);
  void put_copy(const Step& step, int element, const Message& from);
  void put_content(const Step& step, int element, const Message& from);
  void put_bitmap();
  std::uint8_t* start(const Step& step, std::size_t length);
  std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }
  std::size_t half_size() const { return profile_.bitmap == Binary::raw ? 8 : 16; }

  static constexpr int kNothingMayFollow = 128;

  const Profile& profile_;
  const Plan& plan_;
  base::ByteSpan space_;
  std::uint8_t* at_;   // where the next element goes
  std::uint8_t* end_;  // moved to at_ when something did not fit: nothing fits any more
  int last_element_ = kNothingMayFollow;  // until begin()
  std::array<std::uint64_t, 2> bitmap_{};
  bool overflow_ = false;
};

}  // namespace codec
