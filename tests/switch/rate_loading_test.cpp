#include "switch/rate_loading.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "config/seed.hpp"
#include "ledger/memory_store.hpp"
#include "switch/seeding.hpp"

namespace {

using ledger::RateRow;

constexpr base::TimeUs kNow = 1'795'332'400 * base::kMicrosPerSecond;  // 2026-11-22 16:26:40
constexpr base::TimeUs kDay = base::kMicrosPerDay;

std::vector<RateRow> other(std::uint32_t won) {
  return {{ledger::FixedText<20>::of(""), {0, won, 60}}};
}

class RateLoading : public testing::Test {
 protected:
  ledger::RatesFrom load(std::uint32_t won, std::optional<base::TimeUs> from,
                         base::TimeUs now = kNow) {
    return core::load_rates(store_, directory_, other(won), from, now);
  }
  std::uint32_t won_at(base::TimeUs moment) const {
    return directory_.rates().in_force(moment)->rate_of("02").unit_won;
  }
  /// What a start from this store would know.
  std::uint32_t stored_won_at(base::TimeUs moment) {
    ledger::RateTables tables;
    tables.load(store_);
    return tables.in_force(moment)->rate_of("02").unit_won;
  }
  ledger::MemoryStore store_;
  ledger::Directory directory_;
};

TEST_F(RateLoading, CountsAtOnceAndFromItsMomentAlsoAfterARestart) {
  load(10, std::nullopt);
  load(20, kNow + kDay);
  for (const auto moment : {kNow, kNow + kDay - 1}) {
    EXPECT_EQ(won_at(moment), 10u);
    EXPECT_EQ(stored_won_at(moment), 10u);
  }
  EXPECT_EQ(won_at(kNow + kDay), 20u);
  EXPECT_EQ(stored_won_at(kNow + kDay), 20u);
}

TEST_F(RateLoading, OfAPastMomentIsRefused) {
  load(10, kNow);  // the second that has begun is not past
  EXPECT_THROW(load(20, kNow - base::kMicrosPerSecond), std::runtime_error);
  EXPECT_THROW(load(20, -kDay), std::runtime_error);
  EXPECT_EQ(directory_.rates().all().size(), 1u);
}

TEST_F(RateLoading, ReplacesOnlyWhatIsNotInForceYet) {
  load(10, std::nullopt);
  EXPECT_THROW(load(20, std::nullopt), std::runtime_error) << "calls may have been rated by it";
  load(30, kNow + kDay);
  load(40, kNow + kDay);
  EXPECT_EQ(won_at(kNow + kDay), 40u);
  EXPECT_EQ(directory_.rates().all().size(), 2u);
  load(50, std::nullopt, kNow + base::kMicrosPerSecond);
  EXPECT_EQ(won_at(kNow + base::kMicrosPerSecond), 50u);
}

TEST_F(RateLoading, RemembersAfterWhichTransactionItCame) {
  ledger::WriteSet batch;
  {
    ledger::Draft draft(store_, batch);
    for (int i = 0; i < 7; ++i) draft.next_number(ledger::kSequenceCounter);
    draft.keep();
  }
  store_.commit(batch, [](ledger::CommitOutcome) {});
  load(10, std::nullopt);
  EXPECT_EQ(directory_.rates().in_force(kNow)->after(), 7u);
}

TEST_F(RateLoading, IsBoundedInTheNumberOfTables) {
  for (std::size_t i = 0; i < ledger::kMostRateTables; ++i)
    load(10, kNow + static_cast<base::TimeUs>(i) * base::kMicrosPerSecond);
  const base::TimeUs last =
      kNow + static_cast<base::TimeUs>(ledger::kMostRateTables - 1) * base::kMicrosPerSecond;
  EXPECT_THROW(load(20, last + base::kMicrosPerSecond), std::runtime_error);
  load(20, last);
  EXPECT_EQ(won_at(last), 20u);
}

TEST_F(RateLoading, WhatTheStoreDoesNotTakeIsNotInForce) {
  load(10, std::nullopt);
  store_.set_full(true);
  EXPECT_THROW(load(20, kNow + kDay), std::runtime_error);
  EXPECT_EQ(won_at(kNow + kDay), 10u);
}

TEST_F(RateLoading, TheSeedsAreTakenOnceAndOnlyWhereThereAreNone) {
  config::Seed seed;
  EXPECT_FALSE(core::seed_rates_if_none(store_, seed)) << "it has none";
  seed.rates = other(10);
  EXPECT_TRUE(core::seed_rates_if_none(store_, seed));
  EXPECT_EQ(stored_won_at(0), 10u) << "in force from the beginning";
  seed.rates = other(20);
  EXPECT_FALSE(core::seed_rates_if_none(store_, seed));
  EXPECT_EQ(stored_won_at(kNow), 10u);
}

TEST(RatesFrom, IsToldInSeoul) {
  EXPECT_EQ(core::rates_from_text(0), "the beginning");
  EXPECT_EQ(core::rates_from_text(ledger::rates_from(kNow)), "2026-11-22 16:26:40");
}

}  // namespace
