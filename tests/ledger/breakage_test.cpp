#include "ledger/breakage.hpp"

#include <gtest/gtest.h>

#include "ledger/damaged_record.hpp"
#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::of_number;
using test::with;

/// Cards 4 and 5 of the full world were sold at the same face value and last as long.
struct Expired {
  Expired() : world(test::make_full_world()) {}

  base::Date last_day(CardId id) { return record(id).last_day; }
  CardRecord record(CardId id) {
    return *record_from<CardRecord>(world->value(Table::cards, of_number(id)));
  }
  Breakage sum(base::Date today, std::vector<ExpiredCard>* cards = nullptr) {
    BreakageVisits visits;
    visits.card = [&](const ExpiredCard& card) {
      if (cards != nullptr) cards->push_back(card);
    };
    return sum_breakage(*world->store.snapshot(), today, visits);
  }
  std::int64_t all_won() {
    std::int64_t sum = 0;
    for (const auto& [key, value] : world->records(Table::cards))
      sum += record_from<CardRecord>(value)->balance_won;
    return sum;
  }

  std::unique_ptr<test::World> world;
};

TEST(Breakage, BeginsTheDayAfterTheLastOne) {
  Expired expired;
  const base::Date last_day = expired.last_day(5);  // of all that were sold and not recharged
  EXPECT_EQ(expired.sum(last_day).cards, 0u);
  EXPECT_TRUE(expired.sum(last_day).rows.empty());
  EXPECT_EQ(expired.sum(base::add_days(last_day, 1)).cards, 3u) << "1, 2 and 5";
  EXPECT_EQ(expired.sum(expired.last_day(4)).cards, 3u);
  EXPECT_EQ(expired.sum(base::add_days(expired.last_day(4), 1)).cards, 4u);
}

TEST(Breakage, SumsEachProductsBalancesAndAllTogether) {
  Expired expired;
  std::vector<ExpiredCard> cards;
  const Breakage breakage = expired.sum(29'991'231, &cards);
  std::map<std::uint8_t, std::pair<std::uint64_t, std::int64_t>> wanted;
  for (const auto& [key, value] : expired.world->records(Table::cards)) {
    const auto card = *record_from<CardRecord>(value);
    if (card.balance_won == 0) continue;  // in stock, or closed
    ++wanted[card.product].first;
    wanted[card.product].second += card.balance_won;
  }
  ASSERT_FALSE(wanted.empty());
  ASSERT_EQ(breakage.rows.size(), wanted.size());
  for (const BreakageRow& row : breakage.rows) {
    EXPECT_EQ(std::pair(row.cards, row.won), wanted[row.product]);
    EXPECT_FALSE(row.name.empty());
    EXPECT_GT(row.face_won, 0);
  }
  EXPECT_EQ(breakage.won, expired.all_won());
  EXPECT_EQ(breakage.cards, cards.size());
  EXPECT_EQ(cards.front().id, 1u);
  EXPECT_EQ(cards.front().balance_won, expired.record(1).balance_won);
  EXPECT_EQ(cards.front().last_day, expired.last_day(1));
}

TEST(Breakage, ACardWithAnotherLastDayCountsByIt) {
  Expired expired;
  expired.world->put(Table::cards, of_number(4),
                     with(expired.world->value(Table::cards, of_number(4)), &CardRecord::last_day,
                          [](auto& day) { day = 20'261'123; }));
  std::vector<ExpiredCard> cards;
  EXPECT_EQ(expired.sum(20'261'124, &cards).won, expired.record(4).balance_won);
  ASSERT_EQ(cards.size(), 1u);
  EXPECT_EQ(cards[0].id, 4u);
  EXPECT_EQ(expired.sum(20'261'123).cards, 0u);
}

TEST(Breakage, ShowsNumbersMaskedAndSaysWhereItCannot) {
  Expired expired;
  const auto snapshot = expired.world->store.snapshot();
  const std::string shown = masked_number(*snapshot, expired.world->vault, 4);
  EXPECT_EQ(shown.size(), 16u);
  EXPECT_EQ(shown.substr(0, 12), "941012******");
  EXPECT_EQ(masked_number(*snapshot, expired.world->vault, 400), "its file cannot be read");
  expired.world->put(Table::card_files, of_number(5),
                     with(expired.world->value(Table::card_files, of_number(5)),
                          &CardFileHead::number, [](auto& sealed) { sealed[20] ^= 1; }));
  EXPECT_EQ(masked_number(*expired.world->store.snapshot(), expired.world->vault, 5),
            "its sealed number cannot be opened");
}

TEST(Breakage, ASumWithoutACardThatCannotBeReadIsNone) {
  Expired expired;
  expired.world->put(Table::cards, of_number(5), "short");
  EXPECT_THROW(expired.sum(29'991'231), DamagedRecord);
}

}  // namespace
}  // namespace ledger
