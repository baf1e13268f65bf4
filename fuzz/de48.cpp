/// codec/de48 and the readers of its values: a sequence of tags is found and written again byte by
/// byte; a broken one is broken where the error says. Input: the content of DE 48.

#include <array>
#include <bit>
#include <cstdio>
#include <span>
#include <string>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "crypto/pin_block.hpp"
#include "handlers/tag_values.hpp"

namespace {

using codec::TagList;

constexpr std::size_t kMostContent = 999, kHead = 7;

/// The tags before the offset are good, and there stands none.
void check_broken(const codec::ParseError& error, std::string_view content) {
  CP_ASSERT(error.reason == codec::Reason::broken_tags && error.element == 48);
  CP_ASSERT(error.offset < content.size());
  CP_ASSERT(TagList::read(content.substr(0, error.offset)).has_value());
  for (std::size_t end = error.offset + kHead; end <= content.size(); ++end)
    CP_ASSERT(!TagList::read(content.substr(error.offset, end - error.offset)));
}

/// The same question as is_hint() asks, by taking the characters apart.
bool is_utf8(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  while (!text.empty()) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const auto ones = static_cast<std::size_t>(std::countl_one(lead));
    const std::size_t size = ones == 0 ? 1 : ones;
    if (ones == 1 || ones > 4 || size > text.size()) return false;
    std::uint32_t character = lead & (0x7Fu >> ones);
    for (const char next : text.substr(1, size - 1)) {
      if ((next & 0xC0) != 0x80) return false;
      character = character << 6 | (next & 0x3Fu);
    }
    const bool is_half_of_a_pair = character >= 0xD800 && character <= 0xDFFF;
    if (character < kSmallest[size] || character > 0x10FFFF || is_half_of_a_pair) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// What was read says all that stood there.
void check_value(std::string_view value) {
  if (const auto block = crypto::pin_block_from_hex(value)) {
    CP_ASSERT(value.size() == 2 * block->size());
    CP_ASSERT(base::from_hex(value) == std::vector<std::uint8_t>(block->begin(), block->end()));
  }
  char text[16];
  if (const auto order = handlers::read_order_lines(value)) {
    std::string lines;
    for (std::size_t i = 0; i < order->count; ++i) {
      const handlers::OrderLines::Line& line = order->lines[i];
      lines.append(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%06u%02u",
                                                                line.face_won, line.quantity)));
    }
    CP_ASSERT(order->count > 0 && lines == value);
  }
  if (const auto place = handlers::read_card_place(value)) {
    std::snprintf(text, sizeof text, "%03u", *place);
    CP_ASSERT(value == text);
  }
  CP_ASSERT(handlers::is_hint(value) == (value.size() <= 60 && is_utf8(value)));
  CP_ASSERT(handlers::is_customer_id(value) == (value.size() - 1 < 20));
}

void check_good(const TagList& tags, std::string_view content) {
  std::size_t size = 0;
  std::array<bool, 10'000> seen{};
  tags.for_each([&](const TagList::Tag& tag) {
    size += kHead + tag.value.size();
    CP_ASSERT(tag.number >= 0 && tag.number <= 9'999);
    const auto found = tags.find(tag.number);
    CP_ASSERT(found && (seen[tag.number] || found->data() == tag.value.data()));
    seen[tag.number] = true;
    CP_ASSERT(!codec::tag_info(tag.number).name.empty());
    check_value(tag.value);
  });
  CP_ASSERT(size == content.size());
  for (int number = 0; number < 60; ++number)
    CP_ASSERT(seen[number] == tags.find(number).has_value());
  if (content.size() > kMostContent) return;
  std::array<char, kMostContent> space{};
  codec::TagWriter writer(std::span<char>(space).first(content.size()));
  tags.for_each([&](const TagList::Tag& tag) { writer.add(tag.number, tag.value); });
  CP_ASSERT(writer.content() == content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = base::as_text({data, size});
  const auto tags = TagList::read(content);
  if (tags)
    check_good(*tags, content);
  else
    check_broken(tags.error(), content);
  return 0;
}
