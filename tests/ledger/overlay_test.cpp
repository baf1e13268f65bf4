#include "ledger/overlay.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ledger {
namespace {

std::string text_of(const Overlay& overlay, Table table, std::string_view key) {
  Overlay::Found found;
  if (!overlay.find(table, HashedKey(key), found)) return "-";
  return found.erased ? "erased" : std::string(found.value);
}

TEST(Overlay, KeepsTheNewestOfEachKey) {
  Overlay overlay;
  EXPECT_TRUE(overlay.empty());
  overlay.put(Table::cards, HashedKey("a"), "one", false);
  overlay.put(Table::holds, HashedKey("a"), "hold", false);
  overlay.put(Table::cards, HashedKey("a"), "two", false);
  overlay.put(Table::cards, HashedKey("b"), "", true);
  EXPECT_EQ(text_of(overlay, Table::cards, "a"), "two");
  EXPECT_EQ(text_of(overlay, Table::holds, "a"), "hold");
  EXPECT_EQ(text_of(overlay, Table::cards, "b"), "erased");
  EXPECT_EQ(text_of(overlay, Table::cards, "c"), "-");
  EXPECT_EQ(overlay.entries(), 3u);
}

TEST(Overlay, AValueOfTheSameLengthTakesThePlaceOfTheOldOne) {
  Overlay overlay;
  overlay.put(Table::accounts, HashedKey("hot"), std::string(100, 'x'), false);
  const std::uint64_t bytes = overlay.bytes();
  for (int i = 0; i < 1'000; ++i)
    overlay.put(Table::accounts, HashedKey("hot"),
                std::string(100, static_cast<char>('a' + i % 26)), false);
  EXPECT_EQ(overlay.bytes(), bytes);
  EXPECT_EQ(text_of(overlay, Table::accounts, "hot"), std::string(100, 'l'));
  for (const std::size_t size : {101u, 99u, 0u}) {
    overlay.put(Table::accounts, HashedKey("hot"), std::string(size, 'z'), false);
    EXPECT_EQ(text_of(overlay, Table::accounts, "hot"), std::string(size, 'z'));
  }
  EXPECT_EQ(overlay.entries(), 1u);
  overlay.put(Table::accounts, HashedKey("hot"), "", true);
  EXPECT_EQ(text_of(overlay, Table::accounts, "hot"), "erased");
  overlay.put(Table::accounts, HashedKey("hot"), "", false);
  EXPECT_EQ(text_of(overlay, Table::accounts, "hot"), "") << "empty, but there";
}

TEST(Overlay, TakesValuesLargerThanItsChunks) {
  Overlay overlay;
  const std::string large(3 << 20, 'L');
  overlay.put(Table::meta, HashedKey("large"), large, false);
  overlay.put(Table::meta, HashedKey("small"), "s", false);
  EXPECT_EQ(text_of(overlay, Table::meta, "large"), large);
  EXPECT_EQ(text_of(overlay, Table::meta, "small"), "s");
  EXPECT_GE(overlay.bytes(), large.size());
}

TEST(Overlay, CollectsFromAKeyOnInUnsignedByteOrder) {
  Overlay overlay;
  for (const char* key : {"b", "a", "ab", "\xff", "\x7f", "aa"})
    overlay.put(Table::cards, HashedKey(key), key, false);
  overlay.put(Table::cards, HashedKey("ac"), "", true);
  std::vector<OverlayEntry> entries;
  overlay.collect(Table::cards, "aa", entries);
  std::vector<std::string> keys;
  for (const OverlayEntry& entry : entries) keys.emplace_back(entry.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"aa", "ab", "ac", "b", "\x7f", "\xff"}));
  EXPECT_TRUE(entries[2].erased);
}

TEST(Overlay, IsAsAPlainMapAndCanBeUsedAgain) {
  std::mt19937_64 random(7);
  Overlay overlay;
  std::uint64_t bytes_of_first_round = 0;
  for (int round = 0; round < 3; ++round) {
    random.seed(7);
    std::map<std::pair<Table, std::string>, std::string> model;
    for (std::uint64_t i = 0; i < 60'000; ++i) {
      const auto table = static_cast<Table>(1 + random() % kTableCount);
      const std::string key = std::to_string(random() % 20'000);
      const bool erased = random() % 5 == 0;
      const std::string value = erased ? "" : std::string(random() % 200, 'v');
      overlay.put(table, HashedKey(key), value, erased);
      model[{table, key}] = erased ? "erased" : value;
    }
    ASSERT_EQ(overlay.entries(), model.size());
    for (const auto& [key, value] : model)
      ASSERT_EQ(text_of(overlay, key.first, key.second), value);
    std::size_t collected = 0;
    for (int t = 1; t <= kTableCount; ++t) {
      std::vector<OverlayEntry> entries;
      overlay.collect(static_cast<Table>(t), {}, entries);
      auto expected = model.lower_bound({static_cast<Table>(t), ""});
      for (const OverlayEntry& entry : entries) {
        ASSERT_EQ(entry.key, expected->first.second);
        ++expected;
      }
      collected += entries.size();
    }
    ASSERT_EQ(collected, model.size());
    if (round == 0) bytes_of_first_round = overlay.bytes();
    EXPECT_EQ(overlay.bytes(), bytes_of_first_round);
    overlay.clear();
    EXPECT_TRUE(overlay.empty());
    EXPECT_EQ(overlay.bytes(), 0u);
    EXPECT_EQ(text_of(overlay, model.begin()->first.first, model.begin()->first.second), "-");
  }
}

}  // namespace
}  // namespace ledger
