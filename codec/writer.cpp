#include "codec/writer.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "codec/encoding.hpp"
#include "codec/field_table.hpp"
#include "codec/plan.hpp"

namespace codec {
namespace {

constexpr std::uint64_t kSecondBitmapBit = std::uint64_t{1} << 63;
constexpr std::size_t kMaxDigits = 42;   // DE 90
constexpr std::size_t kMaxBinary = 999;  // DE 55

constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Digits of a number, without leading zeros; 0 has one.
std::size_t count_digits(std::uint64_t number) {
  // 1233 / 4096 is a little over log10(2): right or one too many.
  const std::size_t guess =
      static_cast<std::size_t>(64 - std::countl_zero(number | 1)) * 1'233 >> 12;
  return guess + ((number | 1) >= kPowersOfTen[guess] ? 1 : 0);
}

bool fits(std::uint64_t number, std::size_t digits) {
  return digits >= kPowersOfTen.size() || number < kPowersOfTen[digits];
}

/// Writes the last `count` digits of a number as ASCII, zeros in front.
void put_ascii_number(std::uint8_t* to, std::size_t count, std::uint64_t number) {
  while (count > 0) {
    const std::uint64_t digits =
        split_digits(static_cast<std::uint32_t>(number % 100'000'000)) | every_byte('0');
    number /= 100'000'000;
    const std::size_t part = std::min<std::size_t>(count, 8);
    count -= part;
    store_part(to + count, digits >> (8 * (8 - part)), part);
  }
}

/// Writes the last `2 * bytes` digits of a number as BCD, zeros in front.
void put_bcd_number(std::uint8_t* to, std::size_t bytes, std::uint64_t number) {
  while (bytes > 0) {
    const std::uint32_t packed =
        pack_nibbles(split_digits(static_cast<std::uint32_t>(number % 100'000'000)));
    number /= 100'000'000;
    const std::size_t part = std::min<std::size_t>(bytes, 4);
    bytes -= part;
    store_part(to + bytes, packed >> (8 * (4 - part)), part);
  }
}

void put_length(Digits digits, std::uint8_t* to, std::size_t bytes, std::size_t length) {
  for (; bytes > 0; --bytes) {
    if (digits == Digits::ascii) {
      to[bytes - 1] = static_cast<std::uint8_t>('0' + length % 10);
      length /= 10;
    } else {
      to[bytes - 1] = static_cast<std::uint8_t>(length / 10 % 10 << 4 | length % 10);
      length /= 100;
    }
  }
}

/// Packs digits two a byte; of an odd count the last one has a 0 nibble to its right.
void put_bcd_digits(std::uint8_t* to, std::string_view digits) {
  const std::uint8_t* from = base::as_bytes(digits).data();
  std::size_t left = digits.size();
  while (left > 0) {
    const std::size_t part = std::min<std::size_t>(left, 8);
    const std::uint32_t packed = pack_nibbles(load_part(from, part) & every_byte(0x0F));
    store_part(to, packed, (part + 1) / 2);
    from += part;
    to += 4;
    left -= part;
  }
}

void put_bcd_track(std::uint8_t* to, std::string_view track) {
  for (std::size_t i = 0; i < track.size(); ++i) {
    const int nibble = track_nibble(track[i]);
    if (i % 2 == 0)
      to[i / 2] = static_cast<std::uint8_t>(nibble << 4);
    else
      to[i / 2] = static_cast<std::uint8_t>(to[i / 2] | nibble);
  }
}

bool is_track_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return track_nibble(c) >= 0; });
}

bool are_digits(std::string_view text) {
  return all_ascii_digits(base::as_bytes(text).data(), text.size());
}

}  // namespace

Writer::Writer(const Profile& profile, base::ByteSpan space)
    : profile_(profile), plan_(plan_of(profile)), space_(space) {}

/// Room for so many more bytes, or nullptr; too little is remembered.
std::uint8_t* Writer::take(std::size_t bytes) {
  if (overflow_ || space_.size() - used_ < bytes) {
    overflow_ = true;
    return nullptr;
  }
  std::uint8_t* const at = space_.data() + used_;
  used_ += bytes;
  return at;
}

const Step& Writer::step_of(int element) const {
  CP_ASSERT(element >= 2 && element <= 128);
  return plan_.steps[element];
}

void Writer::begin(Mti mti) {
  CP_ASSERT(mti.value < 1'000);
  begun_ = true;
  overflow_ = false;
  used_ = 0;
  last_element_ = 1;
  bitmap_ = {};
  const bool bcd = plan_.digits == Digits::bcd;
  std::uint8_t* const to = take(bcd ? 2 : 4);
  if (to != nullptr) {
    if (bcd)
      put_bcd_number(to, 2, mti.value);
    else
      put_ascii_number(to, 4, mti.value);
  }
  take(half_size());
}

/// Moves what was written up, when the first element above 64 comes: only then is it known.
bool Writer::make_second_bitmap() {
  const std::size_t elements_at = (plan_.digits == Digits::bcd ? 2 : 4) + half_size();
  const std::size_t tail = used_ - elements_at;
  bitmap_[0] |= kSecondBitmapBit;
  if (take(half_size()) == nullptr) return false;
  std::uint8_t* const from = space_.data() + elements_at;
  std::memmove(from + half_size(), from, tail);
  return true;
}

/// Checks the order, sets the bit, writes the length prefix. Where the content goes, or nullptr.
std::uint8_t* Writer::start_element(int element, const Step& step, std::size_t length) {
  CP_ASSERT(begun_ && element > last_element_);
  CP_ASSERT(step.is_fixed() ? length == step.size : length <= step.size);
  last_element_ = element;
  if (element > 64 && bitmap_[0] < kSecondBitmapBit && !overflow_ && !make_second_bitmap())
    return nullptr;
  bitmap_[(element - 1) / 64] |= kSecondBitmapBit >> ((element - 1) % 64);
  const std::size_t content = step.is_fixed() ? step.bytes : content_size(step.shape, length);
  std::uint8_t* const to = take(step.prefix + content);
  if (to == nullptr || step.is_fixed()) return to;
  put_length(plan_.digits, to, step.prefix, length);
  return to + step.prefix;
}

void Writer::number(int element, std::uint64_t value) {
  const Step& step = step_of(element);
  const std::size_t length = step.is_fixed() ? step.size : count_digits(value);
  CP_ASSERT(fits(value, length));
  switch (step.shape) {
    case Shape::bcd_left:
      if (auto* to = start_element(element, step, length)) put_bcd_number(to, step.bytes, value);
      return;
    case Shape::bcd_right:
      if (auto* to = start_element(element, step, length)) {
        std::uint8_t text[20];
        put_ascii_number(text, length, value);
        put_bcd_digits(to, base::as_text({text, length}));
      }
      return;
    case Shape::ascii:
      if (auto* to = start_element(element, step, length)) put_ascii_number(to, length, value);
      return;
    default:
      CP_ASSERT(!"number() is for n elements");
  }
}

void Writer::digits(int element, std::string_view digits) {
  const Step& step = step_of(element);
  const bool track = step.shape == Shape::bcd_track || step.shape == Shape::ascii_track;
  CP_ASSERT(track ? is_track_text(digits) : are_digits(digits));
  std::uint8_t* to = start_element(element, step, digits.size());
  if (to == nullptr) return;
  switch (step.shape) {
    case Shape::bcd_left:
      if (digits.size() % 2 != 0) {
        *to++ = static_cast<std::uint8_t>(digits.front() - '0');
        digits.remove_prefix(1);
      }
      return put_bcd_digits(to, digits);
    case Shape::bcd_right:
      return put_bcd_digits(to, digits);
    case Shape::bcd_track:
      return put_bcd_track(to, digits);
    case Shape::ascii:
    case Shape::ascii_track:
      std::memcpy(to, digits.data(), digits.size());
      return;
    default:
      CP_ASSERT(!"digits() is for n and z elements");
  }
}

void Writer::signed_number(int element, char sign, std::uint64_t value) {
  const Step& step = step_of(element);
  CP_ASSERT(step.shape == Shape::bcd_signed || step.shape == Shape::ascii_signed);
  CP_ASSERT((sign == 'C' || sign == 'D') && fits(value, step.size));
  std::uint8_t* to = start_element(element, step, step.size);
  if (to == nullptr) return;
  *to++ = static_cast<std::uint8_t>(sign);
  if (step.shape == Shape::bcd_signed)
    put_bcd_number(to, step.bytes - 1u, value);
  else
    put_ascii_number(to, step.bytes - 1u, value);
}

void Writer::text(int element, std::string_view text) {
  const Step& step = step_of(element);
  CP_ASSERT(step.shape == Shape::characters && text.size() <= step.size);
  const std::size_t length = step.is_fixed() ? step.size : text.size();
  std::uint8_t* to = start_element(element, step, length);
  if (to == nullptr) return;
  std::copy(text.begin(), text.end(), to);
  std::memset(to + text.size(), ' ', length - text.size());
}

void Writer::bytes(int element, base::ByteView bytes) {
  const Step& step = step_of(element);
  CP_ASSERT(step.shape == Shape::raw || step.shape == Shape::hex);
  std::uint8_t* to = start_element(element, step, bytes.size());
  if (to == nullptr) return;
  if (step.shape == Shape::hex)
    bytes_to_hex(bytes.data(), bytes.size(), to);
  else
    std::copy(bytes.begin(), bytes.end(), to);
}

void Writer::copy(int element, const Message& from) {
  CP_ASSERT(from.has(element));
  if (&plan_of(from.profile()) != &plan_) return copy_content(element, from);
  const Step& step = step_of(element);
  const base::ByteView encoded = from.encoded(element);
  // start_element() writes the length prefix once more: it is the same.
  std::uint8_t* to = start_element(element, step, from.length(element));
  if (to != nullptr) std::copy(encoded.begin() + step.prefix, encoded.end(), to);
}

/// Takes the element apart and writes it anew, for another profile.
void Writer::copy_content(int element, const Message& from) {
  switch (field(element).content) {
    case Content::undefined:
      CP_ASSERT(!"a defined element");
      return;
    case Content::an:
      return text(element, from.text(element));
    case Content::x_n:
      return signed_number(element, from.sign(element), from.number(element));
    case Content::n:
    case Content::z:
      return digits(element, from.digits<kMaxDigits>(element).view());
    case Content::b: {
      std::uint8_t content[kMaxBinary];
      return bytes(element, {content, from.bytes(element, content)});
    }
  }
}

void Writer::put_bitmap() {
  std::uint8_t* to = space_.data() + (plan_.digits == Digits::bcd ? 2 : 4);
  for (int half = 0; half < (bitmap_[0] < kSecondBitmapBit ? 1 : 2); ++half) {
    std::uint8_t raw[8];
    base::store_big_endian(raw, bitmap_[half]);
    if (profile_.bitmap == Binary::raw)
      std::memcpy(to, raw, sizeof raw);
    else
      bytes_to_hex(raw, sizeof raw, to);
    to += half_size();
  }
}

std::optional<std::size_t> Writer::finish() {
  CP_ASSERT(begun_);
  if (overflow_) return std::nullopt;
  put_bitmap();
  return used_;
}

std::optional<std::size_t> Writer::finish_with_mac(MacFunction compute, const void* context) {
  const int element = last_element_ > 64 ? 128 : 64;
  const Step& step = step_of(element);
  std::uint8_t* const to = start_element(element, step, step.size);
  if (to == nullptr) return std::nullopt;
  put_bitmap();  // with the MAC's own bit: it is part of what the MAC is over
  std::array<std::uint8_t, 8> mac{};
  compute(context, space_.first(used_ - step.bytes), mac);
  if (step.shape == Shape::hex)
    bytes_to_hex(mac.data(), mac.size(), to);
  else
    std::copy(mac.begin(), mac.end(), to);
  return used_;
}

}  // namespace codec
