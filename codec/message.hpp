#pragma once
/// A view over one received message: nothing is copied, nothing allocated.
///
///   bytes → read_message(): MTI, bitmap, then every present element in order
///         → each length and each digit checked; the first that is wrong ends it with a ParseError
///         → Message: has(4)? number(4), text(41), digits(2, out), bytes(52, out)
///
/// The view is valid as long as the bytes it was read from. Elements are those of ISO 8583:1987.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "codec/error.hpp"
#include "codec/mti.hpp"
#include "codec/profile.hpp"

namespace codec {

/// Digits (or track 2 characters) copied out of a message; no heap.
template <std::size_t Capacity>
struct DigitText {
  std::array<char, Capacity> data{};
  std::size_t size = 0;
  std::string_view view() const { return {data.data(), size}; }
};

class Message {
 public:
  Mti mti() const { return mti_; }
  const Profile& profile() const { return *profile_; }
  /// All bytes from the MTI to the end of the last element.
  base::ByteView raw() const { return raw_; }

  bool has(int element) const {
    return element >= 1 && element <= 128 &&
           (bitmap_[(element - 1) / 64] >> (63 - (element - 1) % 64) & 1) != 0;
  }
  bool has_second_bitmap() const { return has(1); }

  /// Length of a present element in its own units: digits, characters or bytes.
  std::size_t length(int element) const {
    CP_ASSERT(has(element));
    return places_[element].length;
  }
  /// Where the element's content begins, from the first byte of the MTI.
  std::size_t offset(int element) const {
    CP_ASSERT(has(element));
    return places_[element].offset;
  }

  /// Value of a present n element of at most 19 digits; for x+n the digits after the sign.
  std::uint64_t number(int element) const;
  /// The sign of a present x+n element: 'C' or 'D'.
  char sign(int element) const;
  /// Content of a present an element as received, blanks included; a view into the message.
  std::string_view text(int element) const;
  /// Copies the digits of a present n element (without sign), or track 2 characters of a z element
  /// (`=` for the separator); returns how many. `out` must hold length(element).
  std::size_t digits(int element, std::span<char> out) const;
  template <std::size_t Capacity>
  DigitText<Capacity> digits(int element) const {
    DigitText<Capacity> result;
    result.size = digits(element, result.data);
    return result;
  }
  /// Copies the bytes of a present b element (hexadecimal taken apart); returns how many.
  std::size_t bytes(int element, base::ByteSpan out) const;

  /// The element exactly as encoded, length prefix included; for echoing in the same profile.
  base::ByteView encoded(int element) const;

 private:
  friend class MessageReader;
  struct Place {
    std::uint16_t begin;   ///< first byte of the encoded element, prefix included
    std::uint16_t offset;  ///< first byte of its content
    std::uint16_t length;  ///< in the element's own units
  };
  const Profile* profile_ = nullptr;
  base::ByteView raw_;
  std::array<std::uint64_t, 2> bitmap_{};
  Mti mti_;
  /// Only those of present elements are set: clearing all would cost more than reading.
  std::array<Place, 129> places_;
};

/// Reads one message into `message`. On an error with answerable() == true, `message` holds MTI
/// and the elements before the bad one (has() is false for it and all after it), so that the
/// answer can echo them.
/// Trailing bytes are an error (element 0, DE000).
Result<void> read_message(const Profile& profile, base::ByteView bytes, Message& message);

/// The MAC bit of a message whose bitmap is readable: 128 when bit 1 is set, else 64; 0 when that
/// bit is not set. Works on messages that read_message() refused for an element.
int mac_element(const Profile& profile, base::ByteView bytes);

/// Encoded size of a MAC (b8) in this profile: 8 or 16 bytes.
inline std::size_t mac_size(const Profile& profile) {
  return profile.binary == Binary::hex ? 16 : 8;
}

}  // namespace codec
