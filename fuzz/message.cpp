/// codec/message, writer and describe: what can be read can be written in every profile and is then
/// the same; what cannot has a place; no description depends on a secret. Input: one byte chooses
/// the profile; the rest is a message from the MTI on.

#include <algorithm>
#include <array>
#include <string>

#include "codec/de48.hpp"
#include "codec/describe.hpp"
#include "codec/field_table.hpp"
#include "fuzz/input.hpp"
#include "fuzz/values.hpp"

namespace {

using codec::Content;
using codec::Message;
using codec::Profile;
using codec::Sensitivity;
using codec::Writer;

constexpr std::array<const Profile*, 3> kProfiles{&codec::kIso87Binary, &codec::kIso87Ascii,
                                                  &codec::kIso87AsciiBinary};

Message read_again(const Profile& profile, base::ByteView bytes) {
  Message message;
  CP_ASSERT(codec::read_message(profile, bytes, message).has_value());
  return message;
}

void check_refusal(const codec::ParseError& error, const Message& message, std::size_t size) {
  CP_ASSERT(error.offset <= size && !error.describe().empty());
  if (!error.answerable() || error.element == 0) return;
  for (int element = error.element; element <= 128; ++element) CP_ASSERT(!message.has(element));
}

/// Each value has one encoding in a profile, but for hexadecimal in lower case and `D` in track 2.
void check_encoding(const Message& message, const Message& rewritten) {
  for (int element = 2; element <= 128; ++element) {
    if (!message.has(element)) continue;
    const Content content = codec::field(element).content;
    const bool has_spellings =
        (content == Content::z && message.profile().digits == codec::Digits::ascii) ||
        (content == Content::b && message.profile().binary == codec::Binary::hex);
    CP_ASSERT(has_spellings ||
              std::ranges::equal(message.encoded(element), rewritten.encoded(element)));
  }
}

/// Copied or taken apart, in its own profile or another: the same values, and their bytes are then
/// those that the writer makes of them every time.
void check_writing(const Message& message) {
  for (const Profile* profile : kProfiles) {
    const auto copied = fuzz::write_all(
        message, *profile, [&](Writer& writer, int element) { writer.copy(element, message); });
    const Message copy = read_again(*profile, copied);
    CP_ASSERT(fuzz::has_same_values(message, copy));
    const auto put = [](const Message& from) {
      return [&from](Writer& writer, int element) { fuzz::put_value(writer, from, element); };
    };
    const auto written = fuzz::write_all(message, *profile, put(message));
    const Message rewritten = read_again(*profile, written);
    CP_ASSERT(fuzz::has_same_values(message, rewritten));
    if (profile == &message.profile()) check_encoding(message, rewritten);
    CP_ASSERT(fuzz::write_all(copy, *profile, put(copy)) == written);
    CP_ASSERT(fuzz::write_all(rewritten, *profile, put(rewritten)) == written);
  }
}

// Masking ---------------------------------------------------------------------------------------

char next_digit(char digit) { return digit == '9' ? '0' : static_cast<char>(digit + 1); }

/// A card number or PIN# with other digits where a description must not show them.
std::string other_card(std::string card) {
  const bool pin_number = card.size() == 12;
  const std::size_t first = pin_number ? 8 : card.size() < 13 ? 0 : 6;
  const std::size_t last = pin_number || card.size() < 13 ? card.size() : card.size() - 4;
  std::transform(card.begin() + static_cast<std::ptrdiff_t>(first),
                 card.begin() + static_cast<std::ptrdiff_t>(last),
                 card.begin() + static_cast<std::ptrdiff_t>(first), next_digit);
  return card;
}

std::string other_tag(const codec::TagList::Tag& tag) {
  const Sensitivity sensitivity = codec::tag_info(tag.number).sensitivity;
  if (sensitivity == Sensitivity::clear) return std::string(tag.value);
  const bool pin_number =
      tag.value.size() == 12 && tag.value.find_first_not_of("0123456789") == std::string_view::npos;
  if (sensitivity == Sensitivity::card && pin_number) return other_card(std::string(tag.value));
  return std::string(tag.value.size(), 'x');
}

std::string other_tags(std::string_view content) {
  const auto tags = codec::TagList::read(content);
  if (!tags) return std::string(content.size(), 'x');
  std::string space(content.size(), '\0');
  codec::TagWriter writer(space);
  tags->for_each([&](const codec::TagList::Tag& tag) { writer.add(tag.number, other_tag(tag)); });
  return std::string(writer.content());
}

std::string other_account(std::string_view account) {
  const std::size_t hidden = account.size() - std::min<std::size_t>(account.size(), 4);
  return std::string(hidden, 'x').append(account.substr(hidden));
}

/// Writes an element whose description shows nothing but its length.
void put_other(Writer& writer, const Message& from, int element) {
  const std::size_t length = from.length(element);
  const Content content = codec::field(element).content;
  if (content == Content::an) return writer.text(element, std::string(length, 'x'));
  if (content == Content::b)
    return writer.bytes(element, base::as_bytes(std::string(length, '\xA5')));
  CP_ASSERT(content == Content::n || content == Content::z);
  writer.digits(element, std::string(length, '7'));
}

void put_with_other_secrets(Writer& writer, const Message& from, int element) {
  switch (codec::field(element).sensitivity) {
    case Sensitivity::clear:
      return fuzz::put_value(writer, from, element);
    case Sensitivity::card: {
      std::string card(from.length(element), '\0');
      from.digits(element, card);
      return writer.digits(element, other_card(card));
    }
    case Sensitivity::account:
      return writer.text(element, other_account(from.text(element)));
    case Sensitivity::tags:
      return writer.text(element, other_tags(from.text(element)));
    case Sensitivity::masked:
      return put_other(writer, from, element);
  }
}

/// Another message with other secrets is described in the same words.
void check_description(const Message& message) {
  const std::string description = codec::describe(message);
  const bool is_printable =
      std::ranges::all_of(description, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
  CP_ASSERT(is_printable && !codec::to_text(codec::message_kind(message)).empty());
  const auto bytes = fuzz::write_all(message, message.profile(), [&](Writer& writer, int element) {
    put_with_other_secrets(writer, message, element);
  });
  CP_ASSERT(codec::describe(read_again(message.profile(), bytes)) == description);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const Profile& profile = *kProfiles[input.byte() % kProfiles.size()];
  const base::ByteView bytes = input.rest();
  Message message;
  const auto read = codec::read_message(profile, bytes, message);
  const int mac = codec::mac_element(profile, bytes);
  if (!read) {
    check_refusal(read.error(), message, bytes.size());
    if (read.error().answerable()) check_description(message);
    return 0;
  }
  const int last = message.has_second_bitmap() ? 128 : 64;
  CP_ASSERT(message.raw().size() == bytes.size() && mac == (message.has(last) ? last : 0));
  check_writing(message);
  check_description(message);
  return 0;
}
