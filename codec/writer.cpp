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

inline void put_length(const Step& step, std::uint8_t* to, std::size_t length) {
  const auto number = static_cast<std::uint32_t>(length);
  if (step.prefix_kind == Prefix::bcd)
    put_bcd_number(to, step.prefix, number);
  else if (step.prefix_kind == Prefix::ascii)
    put_ascii_number(to, step.prefix, number);
  else if (step.prefix == 1)
    *to = static_cast<std::uint8_t>(number);
  else
    base::store_big_endian(to, static_cast<std::uint16_t>(number));
}

/// The nibble of a checked digit or track character.
std::uint8_t nibble_of(std::uint8_t character) { return character == 'D' ? 0xD : character & 0x0F; }

}  // namespace

Writer::Writer(const Profile& profile, base::ByteSpan space)
    : profile_(profile),
      plan_(plan_of(profile)),
      space_(space),
      at_(space.data()),
      end_(at_ + space.size()) {}

void Writer::begin(Mti mti) {
  CP_ASSERT(mti.value < 1'000);
  at_ = space_.data();
  end_ = at_ + space_.size();
  last_element_ = 1;
  bitmap_ = {};
  overflow_ = false;
  const bool bcd = plan_.digits == Digits::bcd;
  std::uint8_t* const to = at_;
  if (!advance((bcd ? 2 : 4) + half_size())) return;
  if (bcd)
    put_bcd_number(to, 2, mti.value);
  else
    put_ascii_number(to, 4, mti.value);
}

/// Moves what was written up, when the first element above 64 comes: only then is it known.
void Writer::make_second_bitmap() {
  bitmap_[0] |= kSecondBitmapBit;
  std::uint8_t* const elements =
      space_.data() + (plan_.digits == Digits::bcd ? 2 : 4) + half_size();
  const std::uint8_t* const written_to = at_;
  if (advance(half_size()))
    std::memmove(elements + half_size(), elements, static_cast<std::size_t>(written_to - elements));
}

void Writer::put_padded_number(std::uint8_t* to, const Step& step, std::uint64_t value) {
  CP_ASSERT(step.shape == Shape::bcd_right && step.size % 2 != 0);
  put_bcd_number(to, step.bytes, value * 10);
}

/// Makes room for an element and writes its length prefix. Where the content goes, or nullptr.
inline std::uint8_t* Writer::start(const Step& step, std::size_t length) {
  std::uint8_t* const to = at_;
  if (step.is_fixed()) {
    CP_ASSERT(length == step.size);
    return advance(step.bytes) ? to : nullptr;
  }
  CP_ASSERT(length <= step.size);
  if (!advance(step.prefix + step.encoded_size(length))) return nullptr;
  put_length(step, to, length);
  return to + step.prefix;
}

void Writer::put_variable_number(const Step& step, std::uint64_t value) {
  const std::size_t length = count_digits(value);
  std::uint8_t* const to = start(step, length);
  if (to == nullptr) return;
  if (step.shape == Shape::ascii) return put_ascii_number(to, length, value);
  if (step.shape == Shape::bcd_left) return put_bcd_number(to, (length + 1) / 2, value);
  CP_ASSERT(step.shape == Shape::bcd_right);  // what is left of the n elements
  if (length % 2 == 0) return put_bcd_number(to, length / 2, value);
  if (length > 1) put_bcd_number(to, length / 2, value / 10);
  to[length / 2] = static_cast<std::uint8_t>(value % 10 << 4);
}

void Writer::put_digits(const Step& step, std::string_view digits) {
  const bool track = step.shape == Shape::bcd_track || step.shape == Shape::bcd_track_left ||
                     step.shape == Shape::ascii_track;
  const std::uint8_t* from = base::as_bytes(digits).data();
  std::size_t count = digits.size();
  CP_ASSERT(track ? all_ascii_track(from, count) : all_ascii_digits(from, count));
  std::uint8_t* to = start(step, count);
  if (to == nullptr) return;
  switch (step.shape) {
    case Shape::bcd_left:
    case Shape::bcd_track_left:
      if (count % 2 != 0) {
        *to++ = nibble_of(*from++);
        --count;
      }
      return pack_characters(to, from, count);
    case Shape::bcd_right:
    case Shape::bcd_track:
      return pack_characters(to, from, count);
    case Shape::ascii:
    case Shape::ascii_track:
      return copy_few(to, from, count);
    default:
      CP_ASSERT(false && "digits() is for n and z elements");
  }
}

void Writer::put_signed_number(const Step& step, char sign, std::uint64_t value) {
  CP_ASSERT(step.shape == Shape::bcd_signed || step.shape == Shape::ascii_signed);
  CP_ASSERT((sign == 'C' || sign == 'D') && value < step.too_big);
  std::uint8_t* to = at_;
  if (!advance(step.bytes)) return;
  *to++ = static_cast<std::uint8_t>(sign);
  if (step.shape == Shape::bcd_signed)
    put_bcd_number(to, step.bytes - 1u, value);
  else
    put_ascii_number(to, step.bytes - 1u, value);
}

void Writer::put_variable_text(const Step& step, std::string_view text) {
  CP_ASSERT(step.shape == Shape::characters);
  std::uint8_t* const to = start(step, text.size());
  if (to != nullptr) copy_few(to, base::as_bytes(text).data(), text.size());
}

void Writer::put_bytes(const Step& step, base::ByteView bytes) {
  CP_ASSERT(step.shape == Shape::raw || step.shape == Shape::hex);
  std::uint8_t* const to = start(step, bytes.size());
  if (to == nullptr) return;
  if (step.shape == Shape::hex)
    bytes_to_hex(bytes.data(), bytes.size(), to);
  else
    copy_few(to, bytes.data(), bytes.size());
}

void Writer::put_copy(const Step& step, int element, const Message& from) {
  if (&plan_of(from.profile()) != &plan_) return put_content(step, element, from);
  const base::ByteView encoded = from.encoded(element);
  std::uint8_t* const to = at_;
  if (advance(encoded.size())) copy_few(to, encoded.data(), encoded.size());
}

/// Takes the element apart and writes it anew, for another profile.
void Writer::put_content(const Step& step, int element, const Message& from) {
  switch (field(element).content) {
    case Content::undefined:
      CP_ASSERT(false && "a defined element");
      return;
    case Content::an:
      return step.is_fixed() ? put_fixed_text(step, from.text(element))
                             : put_variable_text(step, from.text(element));
    case Content::x_n:
      return put_signed_number(step, from.sign(element), from.number(element));
    case Content::n:
    case Content::z:
      return put_digits(step, from.digits<kMaxDigits>(element).view());
    case Content::b: {
      std::uint8_t content[kMaxBinary];
      return put_bytes(step, {content, from.bytes(element, content)});
    }
  }
}

void Writer::put_bitmap() {
  std::uint8_t* to = space_.data() + (plan_.digits == Digits::bcd ? 2 : 4);
  for (int half = 0; half < (has_second_bitmap() ? 2 : 1); ++half) {
    std::uint8_t raw[8];
    store_big_endian_word(raw, bitmap_[half]);
    if (profile_.bitmap == Binary::raw)
      std::memcpy(to, raw, sizeof raw);
    else
      bytes_to_hex(raw, sizeof raw, to);
    to += half_size();
  }
}

std::optional<std::size_t> Writer::finish() {
  CP_ASSERT(last_element_ < kNothingMayFollow || has_second_bitmap());  // begun
  if (overflow_) return std::nullopt;
  put_bitmap();
  return static_cast<std::size_t>(at_ - space_.data());
}

std::optional<std::size_t> Writer::finish_with_mac(MacFunction compute, const void* context) {
  const Step& step = mark(has_second_bitmap() ? 128 : 64);
  std::uint8_t* const to = at_;
  if (!advance(step.bytes)) return std::nullopt;
  put_bitmap();  // with the MAC's own bit: it is part of what the MAC is over
  std::array<std::uint8_t, 8> mac{};
  compute(context, {space_.data(), to}, mac);
  if (step.shape == Shape::hex)
    bytes_to_hex(mac.data(), mac.size(), to);
  else
    copy_few(to, mac.data(), mac.size());
  return static_cast<std::size_t>(at_ - space_.data());
}

}  // namespace codec
