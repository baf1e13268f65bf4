#include "tools/draft.hpp"

#include <algorithm>
#include <charconv>

#include "codec/de48.hpp"
#include "codec/field_table.hpp"
#include "codec/frame.hpp"
#include "codec/writer.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

constexpr std::size_t kMaxPrivateData = 999;

std::string element_name(int element) { return "DE " + std::to_string(element); }

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

int parse_number(std::string_view text, int lowest, int highest, const std::string& what) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || number < lowest || number > highest)
    throw UsageError("`" + std::string(text) + "` is not " + what);
  return number;
}

/// An element, or a tag of DE 48.
struct Place {
  int element = 0, tag = 0;
};

Place parse_place(std::string_view name) {
  const std::size_t dot = name.find('.');
  Place place;
  place.element =
      parse_number(name.substr(0, dot), 2, 128, "the number of a data element (2 to 128)");
  if (dot == std::string_view::npos) return place;
  if (place.element != 48 || name.size() - dot != 5)
    throw UsageError("`" + std::string(name) + "` is not a tag of DE 48, as 48.0001");
  place.tag = parse_number(name.substr(dot + 1), 1, 9'999, "a tag of DE 48 (four digits)");
  return place;
}

[[noreturn]] void refuse(int element, const std::string& format) {
  throw UsageError(element_name(element) + " must be " + format);
}

std::string up_to(std::uint16_t size, std::string_view unit) {
  return "at most " + std::to_string(size) + " " + std::string(unit);
}

void write_number(codec::Writer& writer, int element, const codec::Field& field,
                  std::string_view value) {
  if (value.empty() || !all_digits(value) || value.size() > field.size)
    refuse(element, up_to(field.size, "digits"));
  std::string digits(value);
  if (field.length == codec::Length::fixed) digits.insert(0, field.size - value.size(), '0');
  writer.digits(element, digits);
}

void write_signed(codec::Writer& writer, int element, const codec::Field& field,
                  std::string_view value) {
  const bool right = value.size() > 1 && value.size() <= field.size + 1u &&
                     (value[0] == 'C' || value[0] == 'D') && all_digits(value.substr(1));
  if (!right) refuse(element, "C or D and " + up_to(field.size, "digits"));
  std::uint64_t number = 0;
  std::from_chars(value.data() + 1, value.data() + value.size(), number);
  writer.signed_number(element, value[0], number);
}

void write_text(codec::Writer& writer, int element, const codec::Field& field,
                std::string_view value) {
  if (value.size() > field.size) refuse(element, up_to(field.size, "bytes"));
  writer.text(element, value);
}

void write_track(codec::Writer& writer, int element, const codec::Field& field,
                 std::string_view value) {
  if (value.size() > field.size || value.find_first_not_of("0123456789=D") != value.npos)
    refuse(element, up_to(field.size, "digits and `=`"));
  writer.digits(element, value);
}

void write_bytes(codec::Writer& writer, int element, const codec::Field& field,
                 std::string_view value) {
  const auto bytes = base::from_hex(value);
  const bool fixed = field.length == codec::Length::fixed;
  if (!bytes || (fixed ? bytes->size() != field.size : bytes->size() > field.size))
    refuse(element,
           (fixed ? "" : "at most ") + std::to_string(2 * field.size) + " hexadecimal digits");
  writer.bytes(element, *bytes);
}

void write_element(codec::Writer& writer, const codec::Profile& profile, int element,
                   std::string_view value) {
  codec::Field field = codec::field(element);
  field.size = static_cast<std::uint16_t>(codec::longest(profile, element));
  if (field.size == 0)
    throw UsageError(element_name(element) + " is not defined in " + std::string(profile.name));
  switch (field.content) {
    case codec::Content::undefined:
      return;  // has a size in no profile
    case codec::Content::n:
      return write_number(writer, element, field, value);
    case codec::Content::x_n:
      return write_signed(writer, element, field, value);
    case codec::Content::an:
      return write_text(writer, element, field, value);
    case codec::Content::z:
      return write_track(writer, element, field, value);
    case codec::Content::b:
      return write_bytes(writer, element, field, value);
  }
}

void compute_seal(const void* context, base::ByteView message, std::span<std::uint8_t, 8> mac) {
  const auto& seal = *static_cast<const Seal*>(context);
  const crypto::Mac computed = crypto::compute_mac(seal.kind, *seal.key, message);
  std::copy(computed.begin(), computed.end(), mac.begin());
  if (seal.broken) mac[0] ^= 0xFF;
}

}  // namespace

void Draft::set(int element, std::string value) { elements_[element] = std::move(value); }

void Draft::set_tag(int tag, std::string value) {
  for (auto& [number, present] : tags_)
    if (number == tag) {
      present = std::move(value);
      return;
    }
  tags_.emplace_back(tag, std::move(value));
}

void Draft::drop(int element) {
  elements_.erase(element);
  if (element == 48) tags_.clear();
}

void Draft::drop_tag(int tag) {
  std::erase_if(tags_, [tag](const auto& entry) { return entry.first == tag; });
}

std::string_view Draft::get(int element) const {
  const auto found = elements_.find(element);
  return found == elements_.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Draft::tag(int number) const {
  for (const auto& [present, value] : tags_)
    if (present == number) return value;
  return {};
}

void Draft::assign(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    throw UsageError("`" + std::string(text) + "` is not of the form DE=VALUE");
  const Place place = parse_place(text.substr(0, equals));
  std::string value(text.substr(equals + 1));
  if (place.tag != 0)
    set_tag(place.tag, std::move(value));
  else
    set(place.element, std::move(value));
}

void Draft::remove(std::string_view name) {
  const Place place = parse_place(name);
  if (place.tag != 0)
    drop_tag(place.tag);
  else
    drop(place.element);
}

std::optional<std::string> Draft::private_data() const {
  if (!has(48) && tags_.empty()) return std::nullopt;
  std::string content(get(48));
  for (const auto& [number, value] : tags_) {
    // Checked before it is written: the writer takes a value that is too long for a mistake of
    // ours.
    if (content.size() + 7 + value.size() > kMaxPrivateData)
      refuse(48, up_to(kMaxPrivateData, "bytes"));
    char space[kMaxPrivateData];
    codec::TagWriter writer(space);
    writer.add(number, value);
    content.append(writer.content());
  }
  return content;
}

std::vector<std::uint8_t> encode(const Draft& draft, const codec::Profile& profile,
                                 const Seal& seal) {
  std::map<int, std::string> elements = draft.elements();
  if (auto content = draft.private_data()) elements[48] = std::move(*content);

  std::vector<std::uint8_t> space(codec::kMaxFrameLength - codec::kMaxHeaderSize);
  codec::Writer writer(profile, space);
  writer.begin(draft.mti);
  for (const auto& [element, value] : elements) write_element(writer, profile, element, value);
  const bool explicit_mac = elements.contains(64) || elements.contains(128);
  const auto size = seal.kind == crypto::MacKind::none || explicit_mac
                        ? writer.finish()
                        : writer.finish_with_mac(compute_seal, &seal);
  if (!size) throw UsageError("the message is too long for a frame");
  space.resize(*size);
  return space;
}

}  // namespace tools
