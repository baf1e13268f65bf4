#include "ledger/write_set.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ledger {
namespace {

using Key = std::pair<Table, std::string>;
using Contents = std::map<Key, std::optional<std::string>>;  // nothing: erased

Contents live_of(const WriteSet& batch) {
  Contents contents;
  batch.for_each_live([&](Table table, std::string_view key, std::string_view value, bool erased) {
    const bool is_new =
        contents
            .emplace(Key(table, key),
                     erased ? std::nullopt : std::optional<std::string>(std::string(value)))
            .second;
    EXPECT_TRUE(is_new) << "given twice: " << key;
  });
  return contents;
}

TEST(WriteSet, FindsTheNewestValueAndGivesEachKeyOnce) {
  WriteSet batch;
  EXPECT_TRUE(batch.empty());
  EXPECT_FALSE(batch.find(Table::cards, "a"));
  batch.put(Table::cards, "a", "1");
  batch.put(Table::holds, "a", "other table");
  batch.put(Table::cards, "a", "2");
  batch.erase(Table::cards, "b");
  ASSERT_TRUE(batch.find(Table::cards, "a"));
  EXPECT_EQ(batch.find(Table::cards, "a")->value, "2");
  EXPECT_TRUE(batch.find(Table::cards, "b")->erased);
  EXPECT_EQ(live_of(batch), (Contents{{{Table::cards, "a"}, "2"},
                                      {{Table::cards, "b"}, std::nullopt},
                                      {{Table::holds, "a"}, "other table"}}));
  EXPECT_GE(batch.bytes(), 5u);
}

TEST(WriteSet, RollsBackOnlyWhatCameAfterTheMark) {
  WriteSet batch;
  batch.put(Table::cards, "a", "1");
  const WriteSet::Mark mark = batch.mark();
  batch.put(Table::cards, "a", "2");
  batch.put(Table::cards, "a", "3");
  batch.put(Table::cards, "b", "4");
  batch.roll_back(mark);
  EXPECT_EQ(batch.find(Table::cards, "a")->value, "1");
  EXPECT_FALSE(batch.find(Table::cards, "b"));
  EXPECT_EQ(live_of(batch), (Contents{{{Table::cards, "a"}, "1"}}));
  batch.roll_back(0);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.bytes(), 0u);
  EXPECT_FALSE(batch.find(Table::cards, "a"));
}

TEST(WriteSet, AnEmptyValueIsAValueAndAnErasedKeyCanBePutAgain) {
  WriteSet batch;
  batch.put(Table::cards, "a", "");
  EXPECT_FALSE(batch.find(Table::cards, "a")->erased);
  batch.erase(Table::cards, "a");
  batch.put(Table::cards, "a", "x");
  EXPECT_EQ(live_of(batch), (Contents{{{Table::cards, "a"}, "x"}}));
}

/// Against a plain model: many batches of one object, with marks nested as transactions do it,
/// small and large so that the slots grow and are cleared both ways.
TEST(WriteSet, IsAsAPlainMapOverManyRandomBatches) {
  std::mt19937_64 random(20'001);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  WriteSet batch;
  for (int round = 0; round < 150; ++round) {
    batch.clear();
    ASSERT_TRUE(batch.empty());
    Contents model;
    const std::uint64_t steps = round % 20 == 0 ? 1'500 : 1 + below(120);
    const std::uint64_t keys = 1 + below(steps);
    for (std::uint64_t step = 0; step < steps;) {
      const WriteSet::Mark mark = batch.mark();
      const Contents before = model;
      for (std::uint64_t in = 1 + below(8); in > 0; --in, ++step) {
        const auto table = static_cast<Table>(1 + below(3));
        const std::string key = "key" + std::to_string(below(keys));
        if (below(4) == 0) {
          batch.erase(table, key);
          model[{table, key}] = std::nullopt;
        } else {
          const std::string value(below(40), static_cast<char>('a' + below(26)));
          batch.put(table, key, value);
          model[{table, key}] = value;
        }
      }
      if (below(5) == 0) {
        batch.roll_back(mark);
        model = before;
      }
      if (steps > 1'000 || below(4) != 0) continue;
      for (std::uint64_t i = 0; i < keys; ++i) {
        for (int t = 1; t <= 3; ++t) {
          const Key key(static_cast<Table>(t), "key" + std::to_string(i));
          const auto found = batch.find(key.first, key.second);
          const auto expected = model.find(key);
          ASSERT_EQ(found.has_value(), expected != model.end());
          if (!found) continue;
          ASSERT_EQ(found->erased, !expected->second.has_value());
          if (!found->erased) {
            ASSERT_EQ(found->value, *expected->second);
          }
        }
      }
    }
    ASSERT_EQ(live_of(batch), model);
  }
}

}  // namespace
}  // namespace ledger
