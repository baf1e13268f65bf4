#include "tests/codec/reference_reader.hpp"

#include <string>

#include "codec/field_table.hpp"

namespace codec_test {
namespace {

using codec::Content;
using codec::Length;
using codec::ParseError;
using codec::Reason;

class ReferenceReader {
 public:
  ReferenceReader(const codec::Profile& profile, base::ByteView bytes)
      : profile_(profile), bytes_(bytes) {}

  std::optional<ParseError> read() {
    if (!read_mti() || !read_bitmap()) return error_;
    for (std::size_t i = 1; i < bits_.size(); ++i)
      if (bits_[i] && !read_element(static_cast<int>(i) + 1)) return error_;
    if (at_ < bytes_.size()) fail(Reason::trailing_bytes, 0, at_);
    return error_;
  }

 private:
  bool bcd() const { return profile_.digits == codec::Digits::bcd; }
  bool left(std::size_t count) const { return bytes_.size() - at_ >= count; }

  bool fail(Reason reason, int element, std::size_t at) {
    error_ = ParseError{reason, static_cast<std::uint8_t>(element), static_cast<std::uint16_t>(at)};
    return false;
  }

  /// Digits (`=` for a separator when `track`), one after the other; pad: -1 left, 1 right, 0 none.
  bool take_digits(int element, std::size_t count, int pad, bool track, std::string& digits) {
    const std::size_t nibbles = count + (bcd() && count % 2 != 0 ? 1 : 0);
    for (std::size_t i = 0; i < nibbles; ++i) {
      const std::uint8_t byte = bytes_[at_ + (bcd() ? i / 2 : i)];
      const std::size_t where = at_ + (bcd() ? i / 2 : i);
      const char c =
          !bcd() ? static_cast<char>(byte) : "0123456789ABCDEF"[i % 2 == 0 ? byte >> 4 : byte & 15];
      const bool is_pad = nibbles > count && i == (pad < 0 ? 0 : count);
      if (is_pad && c != '0') return fail(Reason::bad_padding, element, where);
      if (is_pad) continue;
      const bool separator = track && (c == 'D' || (!bcd() && c == '='));
      if ((c < '0' || c > '9') && !separator) return fail(Reason::not_a_digit, element, where);
      digits += separator ? '=' : c;
    }
    at_ += bcd() ? nibbles / 2 : count;
    return true;
  }

  bool read_mti() {
    std::string mti;
    const std::size_t size = bcd() ? 2 : 4;
    if (!left(size)) return fail(Reason::bad_mti, 0, at_);
    if (!take_digits(0, 4, 0, false, mti)) return fail(Reason::bad_mti, 0, error_->offset);
    return mti[0] == '0' || fail(Reason::bad_mti, 0, 0);
  }

  bool read_bitmap() {
    const bool raw = profile_.bitmap == codec::Binary::raw;
    for (int half = 0; half < 2; ++half) {
      if (!left(raw ? 8 : 16)) return fail(Reason::bad_bitmap, 0, at_);
      for (std::size_t i = 0; i < 16; ++i) {
        const std::size_t where = at_ + (raw ? i / 2 : i);
        const std::uint8_t byte = bytes_[where];
        const int nibble = raw ? (i % 2 == 0 ? byte >> 4 : byte & 15)
                               : base::hex_digit_value(static_cast<char>(byte));
        if (nibble < 0) return fail(Reason::bad_bitmap, 0, where);
        for (int bit = 3; bit >= 0; --bit) bits_.push_back((nibble >> bit & 1) != 0);
      }
      at_ += raw ? 8 : 16;
      if (!bits_[0]) break;
    }
    return true;
  }

  bool read_element(int element) {
    const codec::Field& field = codec::field(element);
    const std::size_t start = at_;
    if (field.content == Content::undefined) return fail(Reason::not_defined, element, at_);
    std::size_t length = field.size;
    if (field.length != Length::fixed) {
      const std::size_t digits = field.length == Length::ll ? 2 : 3;
      if (!left(bcd() ? digits - 1 : digits)) return fail(Reason::truncated, element, start);
      std::string text;
      if (!take_digits(element, bcd() ? 2 * (digits - 1) : digits, 0, false, text)) return false;
      length = std::stoul(text);
      if (length > field.size) return fail(Reason::length_too_long, element, start);
    }
    if (!left(content_bytes(field, length))) return fail(Reason::truncated, element, start);
    return read_content(element, field, length);
  }

  std::size_t content_bytes(const codec::Field& field, std::size_t length) const {
    switch (field.content) {
      case Content::n:
      case Content::z:
        return bcd() ? (length + 1) / 2 : length;
      case Content::x_n:
        return 1 + (bcd() ? length / 2 : length);
      case Content::b:
        return profile_.binary == codec::Binary::hex ? 2 * length : length;
      default:
        return length;
    }
  }

  bool read_content(int element, const codec::Field& field, std::size_t length) {
    std::string ignored;
    const int pad = field.length == Length::fixed ? -1 : 1;
    switch (field.content) {
      case Content::x_n:
        if (bytes_[at_] != 'C' && bytes_[at_] != 'D') return fail(Reason::bad_sign, element, at_);
        ++at_;
        return take_digits(element, length, pad, false, ignored);
      case Content::n:
        return take_digits(element, length, pad, false, ignored);
      case Content::z:
        return take_digits(element, length, pad, true, ignored);
      case Content::b:
        for (std::size_t i = 0; profile_.binary == codec::Binary::hex && i < 2 * length; ++i)
          if (base::hex_digit_value(static_cast<char>(bytes_[at_ + i])) < 0)
            return fail(Reason::bad_hex, element, at_ + i);
        break;
      default:
        break;
    }
    at_ += content_bytes(field, length);
    return true;
  }

  const codec::Profile& profile_;
  base::ByteView bytes_;
  std::size_t at_ = 0;
  std::vector<bool> bits_;
  std::optional<ParseError> error_;
};

}  // namespace

std::optional<codec::ParseError> reference_read(const codec::Profile& profile,
                                                base::ByteView bytes) {
  return ReferenceReader(profile, bytes).read();
}

}  // namespace codec_test
