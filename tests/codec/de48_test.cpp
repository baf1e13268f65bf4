// DE 48: the sequence of tags, read and written.

#include "codec/de48.hpp"

#include <set>

#include "tests/codec/support.hpp"

namespace {

using codec::Reason;
using codec::Sensitivity;
using codec::TagList;
using codec::TagWriter;

TEST(De48, FindsTagsInAnyOrderAndTheFirstOfTwo) {
  const auto tags = TagList::read(
      "0002003ABC"
      "9999000"
      "0031002"
      "42"
      "0002001X");
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find(2), "ABC");
  EXPECT_EQ(tags->find(9999), "");
  EXPECT_EQ(tags->find(31), "42");
  EXPECT_EQ(tags->find(3), std::nullopt);
  std::string numbers;
  tags->for_each([&](const TagList::Tag& tag) { numbers += std::to_string(tag.number) + " "; });
  EXPECT_EQ(numbers, "2 9999 31 2 ");
}

TEST(De48, EmptyHasNoTags) {
  const auto tags = TagList::read("");
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find(1), std::nullopt);
  EXPECT_EQ(TagList().find(1), std::nullopt);
}

TEST(De48, EveryPrefixIsBrokenUnlessItEndsAtATag) {
  const std::string content =
      "0002003ABC"
      "0006008"
      "20310904";
  for (std::size_t size = 1; size < content.size(); ++size) {
    const codec_test::ExactBuffer prefix(base::as_bytes(content).first(size));
    const auto tags = TagList::read(base::as_text(prefix.view()));
    if (size == 10) {
      EXPECT_TRUE(tags);
      continue;
    }
    ASSERT_FALSE(tags) << size;
    EXPECT_EQ(tags.error().reason, Reason::broken_tags);
    EXPECT_EQ(tags.error().element, 48);
    EXPECT_EQ(tags.error().offset, size < 10 ? 0 : 10);
  }
}

TEST(De48, TagAndLengthAreDigits) {
  for (std::size_t at = 0; at < 7; ++at)
    for (const char wrong : {'/', ':', ' ', 'A', '-', '+'}) {
      std::string content = "0002003ABC";
      content[at] = wrong;
      EXPECT_FALSE(TagList::read(content)) << content;
    }
}

TEST(De48, WriterIsReadAgain) {
  std::array<char, 999> space;
  TagWriter writer(space);
  writer.add(2, "2026090500000017");
  writer.add(42, "");
  writer.add(9999, std::string(962, 'x'));  // 999 in all
  EXPECT_EQ(writer.content().size(), 999u);
  const auto tags = TagList::read(writer.content());
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find(2), "2026090500000017");
  EXPECT_EQ(tags->find(42), "");
  EXPECT_EQ(tags->find(9999), std::string(962, 'x'));
  EXPECT_EQ(writer.content().substr(0, 7), "0002016");
}

TEST(De48DeathTest, WriterHasABound) {
  std::array<char, 19> small;
  TagWriter writer(small);
  writer.add(2, "123456");
  EXPECT_DEATH(writer.add(3, ""), "broken invariant");
  std::array<char, 2'000> large;  // more than DE 48 holds
  TagWriter too_much(large);
  too_much.add(1, std::string(900, 'x'));
  EXPECT_DEATH(too_much.add(1, std::string(86, 'x')), "broken invariant");
  EXPECT_DEATH(too_much.add(10'000, ""), "broken invariant");
}

TEST(De48, OnlyHarmlessTagsAreClear) {
  const std::set<int> clear{1, 2, 3, 6, 21, 31, 32, 40, 41, 42, 51, 52};
  for (int tag = 0; tag <= 9'999; ++tag) {
    const Sensitivity expected = tag == 4                ? Sensitivity::card
                                 : clear.count(tag) != 0 ? Sensitivity::clear
                                                         : Sensitivity::masked;
    ASSERT_EQ(codec::tag_info(tag).sensitivity, expected) << tag;
  }
  EXPECT_EQ(codec::tag_info(4).name, "PIN#");
  EXPECT_EQ(codec::tag_info(77).name, "unknown");
}

}  // namespace
