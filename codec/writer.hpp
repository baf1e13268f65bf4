#pragma once
/// Writes a message straight into the send buffer, elements in ascending order.
///
///   Writer w(profile, space);  w.begin(mti);
///   w.number(4, 5000);  w.text(41, "POS00001");  ...
///   w.finish()  or  w.finish_with_mac(compute)   → bytes written

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "codec/message.hpp"
#include "codec/mti.hpp"
#include "codec/profile.hpp"

namespace codec {

struct Plan;
struct Step;

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
  void number(int element, std::uint64_t value);
  /// n and z elements from digits as they are; a fixed one must have its exact length.
  void digits(int element, std::string_view digits);
  /// x+n elements.
  void signed_number(int element, char sign, std::uint64_t value);
  /// an elements; a fixed one is padded with blanks at the right.
  void text(int element, std::string_view text);
  /// b elements.
  void bytes(int element, base::ByteView bytes);
  /// The element as it stands in another message; the same encoded bytes when the profiles agree.
  void copy(int element, const Message& from);

  /// Bytes of the whole message, or nothing when it did not fit.
  std::optional<std::size_t> finish();
  /// The same with DE 64, or DE 128 when an element above 64 was written, at its end.
  std::optional<std::size_t> finish_with_mac(MacFunction compute, const void* context);

 private:
  std::uint8_t* start_element(int element, const Step& step, std::size_t length);
  bool make_second_bitmap();
  std::uint8_t* take(std::size_t bytes);
  std::size_t half_size() const { return profile_.bitmap == Binary::raw ? 8 : 16; }
  void put_bitmap();
  const Step& step_of(int element) const;
  void copy_content(int element, const Message& from);

  const Profile& profile_;
  const Plan& plan_;
  base::ByteSpan space_;
  std::size_t used_ = 0;
  int last_element_ = 1;
  std::array<std::uint64_t, 2> bitmap_{};
  bool begun_ = false;
  bool overflow_ = false;
};

}  // namespace codec
