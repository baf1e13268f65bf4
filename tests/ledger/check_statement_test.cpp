/// Milestones and summaries of a card with more postings than come between two milestones.

#include <gtest/gtest.h>

#include "ledger/statement.hpp"
#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::listed;
using test::names;
using test::of_number;

constexpr CardId kCard = 1;

/// A sale and 69 purchases of 10 won, ten a day: 70 postings, two milestones.
std::unique_ptr<test::World> make_long_world() {
  auto world = std::make_unique<test::World>();
  world->sell_stock(kCard);
  for (int i = 1; i < 70; ++i) {
    if (i % 10 == 0) world->now += base::kMicrosPerDay;
    world->purchase(kCard, 10);
  }
  world->summarize(kCard);
  return world;
}

TEST(CheckStatement, EveryByteOfMilestonesAndSummariesIsWatched) {
  auto world = make_long_world();
  ASSERT_TRUE(world->check().right()) << listed(world->check());
  ASSERT_EQ(world->records(Table::card_milestones).size(), 2u);
  ASSERT_EQ(world->records(Table::card_summaries).size(), 1u);
  for (const Table table : {Table::card_milestones, Table::card_summaries}) {
    for (const auto& [key, value] : world->records(table)) {
      for (std::size_t place = 0; place < value.size(); ++place) {
        std::string altered = value;
        altered[place] = static_cast<char>(altered[place] ^ 1);
        world->put(table, key, altered);
        EXPECT_TRUE(names(world->check(), table, key)) << table_name(table) << " at " << place;
      }
      world->put(table, key, value);
    }
  }
}

TEST(CheckStatement, AMilestoneThatIsMissingOrTooManyIsFound) {
  auto world = make_long_world();
  const auto [key, value] = world->records(Table::card_milestones).front();
  world->erase(Table::card_milestones, key);
  EXPECT_TRUE(names(world->check(), Table::card_milestones, key));
  world->put(Table::card_milestones, key, value);
  world->put(Table::card_milestones, milestone_key(2, 1), value);
  EXPECT_FALSE(world->check().right());
}

TEST(CheckStatement, ASummaryOfNoCardIsFound) {
  auto world = make_long_world();
  const std::string value = world->value(Table::card_summaries, of_number(kCard));
  world->put(Table::card_summaries, of_number(2), value);
  EXPECT_TRUE(names(world->check(), Table::card_summaries, of_number(2)));
}

/// By hand: the card's first posting is of the first day; posting 2 to 10 are purchases 1 to 9,
/// also of the first day; 11 to 20 of the second …
TEST(Statement, BeginsAtTheNewestEntryOfADay) {
  auto world = make_long_world();
  Draft draft(world->store, world->batch);
  const CardRecord card = read_card(draft, kCard).value();
  const base::Date first = base::seoul_date(test::kMorning);
  for (int day = 0; day < 7; ++day) {
    const auto entry = newest_entry(draft, kCard, card, base::add_days(first, day));
    ASSERT_TRUE(entry.has_value()) << day;
    EXPECT_EQ(entry->entry.line.number, static_cast<std::uint32_t>(10 * (day + 1))) << day;
    EXPECT_EQ(entry->date(), base::add_days(first, day));
  }
  EXPECT_FALSE(newest_entry(draft, kCard, card, base::add_days(first, -1)).has_value());
}

TEST(Statement, SumsAreTheSameWithTheRecordThatMakesThemShort) {
  auto world = make_long_world();
  const auto summary =
      *record_from<SummaryRecord>(world->value(Table::card_summaries, of_number(kCard)));
  EXPECT_EQ(summary.number, 70u);
  EXPECT_EQ(summary.sums[static_cast<std::size_t>(EntryKind::sale)].amount_won, 10'000);
  EXPECT_EQ(summary.sums[static_cast<std::size_t>(EntryKind::purchase)].amount_won, -690);
  world->purchase(kCard, 5);
  world->write([&](Draft& draft) {
    const CardRecord card = read_card(draft, kCard).value();
    const SummaryRecord after = summarize(draft, kCard, card);
    EXPECT_EQ(after.number, 71u);
    EXPECT_EQ(after.sums[static_cast<std::size_t>(EntryKind::purchase)].amount_won, -695);
    EXPECT_EQ(after.sums[static_cast<std::size_t>(EntryKind::sale)].latest,
              base::seoul_date(test::kMorning));
  });
  EXPECT_TRUE(world->check().right());
}

}  // namespace
}  // namespace ledger
