/// codec/de48 and the readers of its values: a sequence of tags is found and written again byte by
/// byte; a broken one is broken where the error says. Input: the content of DE 48.

#include <array>
#include <span>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "crypto/pin_block.hpp"
#include "fuzz/input.hpp"

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

void check_values(const TagList::Tag& tag) {
  CP_ASSERT(!codec::tag_info(tag.number).name.empty());
  if (const auto block = crypto::pin_block_from_hex(tag.value)) {
    CP_ASSERT(tag.value.size() == 2 * block->size());
    CP_ASSERT(base::from_hex(tag.value) == std::vector<std::uint8_t>(block->begin(), block->end()));
  }
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
    check_values(tag);
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
