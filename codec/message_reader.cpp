#include <bit>

#include "codec/encoding.hpp"
#include "codec/message.hpp"
#include "codec/plan.hpp"

namespace codec {
namespace {

constexpr std::uint64_t kFirstBit = std::uint64_t{1} << 63;

bool are_digits(Digits digits, const std::uint8_t* from, std::size_t bytes) {
  return digits == Digits::bcd ? all_bcd(from, bytes) : all_ascii_digits(from, bytes);
}

/// The number of two to four checked digits.
unsigned small_number(Digits digits, const std::uint8_t* from, std::size_t bytes) {
  unsigned number = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    number = digits == Digits::bcd ? number * 100 + (from[i] >> 4) * 10u + (from[i] & 15u)
                                   : number * 10 + (from[i] & 15u);
  return number;
}

bool is_digit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }
bool is_hex(std::uint8_t byte) { return kHexValues[byte] >= 0; }
bool is_track(std::uint8_t byte) { return is_digit(byte) || byte == '=' || byte == 'D'; }

/// The first byte that is none of what `allowed` allows; there must be one.
std::size_t first_bad_byte(const std::uint8_t* from, bool (*allowed)(std::uint8_t)) {
  std::size_t at = 0;
  while (allowed(from[at])) ++at;
  return at;
}

bool is_sign(std::uint8_t byte) { return byte == 'C' || byte == 'D'; }

bool is_readable_half(Binary encoding, const std::uint8_t* from) {
  return encoding == Binary::raw || all_hex(from, 16);
}

/// One half of a bitmap, already known to be readable.
std::uint64_t read_half(Binary encoding, const std::uint8_t* from) {
  if (encoding == Binary::raw) return load_big_endian_word(from);
  std::uint64_t bits = 0;
  for (int i = 0; i < 16; ++i) bits = bits << 4 | static_cast<std::uint64_t>(kHexValues[from[i]]);
  return bits;
}

struct Fault {
  Reason reason;
  std::size_t at;  // byte within the content
};

/// What the nibbles of a BCD element may be.
struct NibbleRule {
  std::size_t padding;  // which nibble is padding; beyond them all when none
  bool track;
};

/// Why the content was refused, looking at it once more, from its first nibble on: only here is it
/// worth anything to know where.
Fault find_bcd_fault(const std::uint8_t* content, std::size_t nibbles, NibbleRule rule) {
  for (std::size_t i = 0; i < nibbles; ++i) {
    const int nibble = i % 2 == 0 ? content[i / 2] >> 4 : content[i / 2] & 15;
    if (i == rule.padding) {
      if (nibble != 0) return {Reason::bad_padding, i / 2};
    } else if (nibble > 9 && !(rule.track && nibble == 0xD)) {
      return {Reason::not_a_digit, i / 2};
    }
  }
  return {Reason::not_a_digit, 0};
}

[[gnu::cold]] Fault find_fault(Shape shape, const std::uint8_t* content, std::size_t length) {
  const std::size_t nibbles = (length + 1) / 2 * 2;
  const bool odd = length % 2 != 0;
  switch (shape) {
    case Shape::bcd_left:
    case Shape::bcd_track_left:
      return find_bcd_fault(content, nibbles, {odd ? 0 : nibbles, shape == Shape::bcd_track_left});
    case Shape::bcd_right:
    case Shape::bcd_track:
      return find_bcd_fault(content, nibbles, {odd ? length : nibbles, shape == Shape::bcd_track});
    case Shape::bcd_signed:
    case Shape::ascii_signed: {
      if (!is_sign(*content)) return {Reason::bad_sign, 0};
      const Shape rest = shape == Shape::bcd_signed ? Shape::bcd_left : Shape::ascii;
      const Fault fault = find_fault(rest, content + 1, length);
      return {fault.reason, fault.at + 1};
    }
    case Shape::hex:
      return {Reason::bad_hex, first_bad_byte(content, is_hex)};
    case Shape::ascii_track:
      return {Reason::not_a_digit, first_bad_byte(content, is_track)};
    default:
      return {Reason::not_a_digit, first_bad_byte(content, is_digit)};
  }
}

/// Whether digits and padding of a short fixed element are right. Sixteen bytes must be readable.
template <Digits kDigits>
bool is_right_at_a_glance(const Step& step, const std::uint8_t* content) {
  const Bytes16 bytes = load_bytes16(content), counts = load_bytes16(step.glance.data());
  if constexpr (kDigits == Digits::ascii) return !any(digit_faults(bytes) & counts);
  const auto faults = reinterpret_cast<Bytes16>(bcd_faults(reinterpret_cast<Words16>(bytes)));
  return !any((faults & counts) | (bytes & load_bytes16(step.padding.data())));
}

}  // namespace

/// Reads one message from front to back; every step either advances at_ or sets error_.
class MessageReader {
 public:
  MessageReader(const Profile& profile, base::ByteView bytes, Message& message)
      : profile_(profile),
        plan_(plan_of(profile)),
        begin_(bytes.data()),
        at_(begin_),
        end_(begin_ + bytes.size()),
        message_(message) {}

  Result<void> read() {
    message_.profile_ = &profile_;
    message_.mti_ = {};
    message_.bitmap_ = {};
    message_.raw_ = {};
    const bool good = read_mti() && read_bitmap() && read_elements() && nothing_left();
    message_.raw_ = {begin_, static_cast<std::size_t>(at_ - begin_)};
    if (!good) return error_;
    return {};
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  std::size_t mti_size() const { return plan_.digits == Digits::bcd ? 2 : 4; }

  /// Where in an MTI or a length prefix that is not all digits.
  static std::size_t first_bad_digit(Digits digits, const std::uint8_t* from, std::size_t bytes) {
    const bool bcd = digits == Digits::bcd;
    return find_fault(bcd ? Shape::bcd_left : Shape::ascii, from, bcd ? 2 * bytes : bytes).at;
  }

  bool fail(Reason reason, int element, const std::uint8_t* where) {
    error_ = {reason, static_cast<std::uint8_t>(element),
              static_cast<std::uint16_t>(where - begin_)};
    return false;
  }

  bool read_mti() {
    if (left() < mti_size()) return fail(Reason::bad_mti, 0, at_);
    const std::size_t bytes = mti_size();
    if (!are_digits(plan_.digits, at_, bytes))
      return fail(Reason::bad_mti, 0, at_ + first_bad_digit(plan_.digits, at_, bytes));
    const unsigned mti = small_number(plan_.digits, at_, bytes);
    if (mti >= 1'000) return fail(Reason::bad_mti, 0, at_);
    message_.mti_.value = static_cast<std::uint16_t>(mti);
    at_ += bytes;
    return true;
  }

  bool read_bitmap() {
    const std::size_t half = profile_.bitmap == Binary::raw ? 8 : 16;
    std::array<std::uint64_t, 2> bits{};
    for (int i = 0; i < 2; ++i) {
      if (left() < half) return fail(Reason::bad_bitmap, 0, at_);
      if (!is_readable_half(profile_.bitmap, at_))
        return fail(Reason::bad_bitmap, 0, at_ + first_bad_byte(at_, is_hex));
      bits[i] = read_half(profile_.bitmap, at_);
      at_ += half;
      if ((bits[0] & kFirstBit) == 0) break;
    }
    message_.bitmap_ = bits;
    return true;
  }

  bool read_elements() {
    if (plan_.digits == Digits::bcd)
      return read_half_of_elements<Digits::bcd>(0) && read_half_of_elements<Digits::bcd>(1);
    return read_half_of_elements<Digits::ascii>(0) && read_half_of_elements<Digits::ascii>(1);
  }

  /// Most elements are fixed and short: those are checked at a glance, without a branch on what
  /// they are. All others, the last ones of a message, and whatever looks wrong go the long way.
  template <Digits kDigits>
  bool read_half_of_elements(int half) {
    std::uint64_t bits = message_.bitmap_[half];
    if (half == 0) bits &= ~kFirstBit;  // says that there is a second half; no element
    while (bits != 0) {
      const int lead = std::countl_zero(bits);
      const int element = 64 * half + lead + 1;
      bits &= ~(kFirstBit >> lead);
      const Step& step = plan_.steps[element];
      if (left() >= step.glance_needs && is_right_at_a_glance<kDigits>(step, at_)) [[likely]] {
        put_place(element, at_, at_, step.size);
        at_ += step.bytes;
      } else if (!read_element(element, step)) {
        message_.bitmap_[half] &= ~(~std::uint64_t{0} >> lead);
        if (half == 0) message_.bitmap_[1] = 0;
        return false;
      }
    }
    return true;
  }

  void put_place(int element, const std::uint8_t* begin, const std::uint8_t* content,
                 std::size_t length) {
    message_.places_[element] = {static_cast<std::uint16_t>(begin - begin_),
                                 static_cast<std::uint16_t>(content - begin_),
                                 static_cast<std::uint16_t>(length)};
  }

  bool read_element(int element, const Step& step) {
    const std::uint8_t* const start = at_;
    const std::uint8_t* content = at_;
    std::size_t length = step.size;
    std::size_t bytes = step.bytes;
    if (!step.is_fixed()) {
      if (!read_length(element, step, length)) return false;
      content += step.prefix;
      bytes = step.encoded_size(length);
    }
    if (static_cast<std::size_t>(end_ - content) < bytes)
      return fail(Reason::truncated, element, start);
    if (!check_content(element, step.shape, content, length, bytes)) return false;
    put_place(element, start, content, length);
    at_ = content + bytes;
    return true;
  }

  bool read_length(int element, const Step& step, std::size_t& length) {
    if (left() < step.prefix) return fail(Reason::truncated, element, at_);
    if (step.prefix_kind == Prefix::number) {
      length = step.prefix == 1 ? *at_ : base::load_big_endian<std::uint16_t>(at_);
    } else {
      const Digits digits = step.prefix_kind == Prefix::bcd ? Digits::bcd : Digits::ascii;
      if (!are_digits(digits, at_, step.prefix))
        return fail(Reason::not_a_digit, element, at_ + first_bad_digit(digits, at_, step.prefix));
      length = small_number(digits, at_, step.prefix);
    }
    if (length > step.size) return fail(Reason::length_too_long, element, at_);
    return true;
  }

  bool check_content(int element, Shape shape, const std::uint8_t* content, std::size_t length,
                     std::size_t bytes) {
    const bool odd = length % 2 != 0;
    switch (shape) {
      case Shape::undefined:
        return fail(Reason::not_defined, element, at_);
      case Shape::characters:
      case Shape::raw:
        return true;
      case Shape::bcd_left:
        if (all_bcd(content, bytes) && !(odd && content[0] > 0x0F)) return true;
        break;
      case Shape::bcd_right:
        if (all_bcd(content, bytes) && !(odd && (content[bytes - 1] & 0x0F) != 0)) return true;
        break;
      case Shape::bcd_track_left:
        if (all_bcd_track(content, bytes) && !(odd && content[0] > 0x0F)) return true;
        break;
      case Shape::bcd_track:
        if (all_bcd_track(content, bytes) && !(odd && (content[bytes - 1] & 0x0F) != 0))
          return true;
        break;
      case Shape::bcd_signed:
        if (is_sign(*content) && all_bcd(content + 1, bytes - 1)) return true;
        break;
      case Shape::ascii:
        if (all_ascii_digits(content, bytes)) return true;
        break;
      case Shape::ascii_track:
        if (all_ascii_track(content, bytes)) return true;
        break;
      case Shape::ascii_signed:
        if (is_sign(*content) && all_ascii_digits(content + 1, bytes - 1)) return true;
        break;
      case Shape::hex:
        if (all_hex(content, bytes)) return true;
        break;
    }
    const Fault fault = find_fault(shape, content, length);
    return fail(fault.reason, element, content + fault.at);
  }

  bool nothing_left() { return left() == 0 || fail(Reason::trailing_bytes, 0, at_); }

  const Profile& profile_;
  const Plan& plan_;
  const std::uint8_t* const begin_;
  const std::uint8_t* at_;
  const std::uint8_t* const end_;
  Message& message_;
  ParseError error_;
};

int mac_element(const Profile& profile, base::ByteView bytes) {
  const std::size_t mti = profile.digits == Digits::bcd ? 2 : 4;
  const std::size_t half = profile.bitmap == Binary::raw ? 8 : 16;
  if (bytes.size() < mti + half) return 0;
  const std::uint8_t* at = bytes.data() + mti;
  if (!is_readable_half(profile.bitmap, at)) return 0;
  const std::uint64_t first = read_half(profile.bitmap, at);
  if ((first & kFirstBit) == 0) return (first & 1) != 0 ? 64 : 0;
  at += half;
  if (bytes.size() < mti + 2 * half || !is_readable_half(profile.bitmap, at)) return 0;
  return (read_half(profile.bitmap, at) & 1) != 0 ? 128 : 0;
}

Result<void> read_message(const Profile& profile, base::ByteView bytes, Message& message) {
  return MessageReader(profile, bytes, message).read();
}

}  // namespace codec
