#include "ledger/apply_pace.hpp"

#include <gtest/gtest.h>

namespace {

using ledger::ApplyPace;
using ledger::kTableCount;
using ledger::Table;

constexpr Table kFirst{1}, kLast{kTableCount};

ApplyPace::EntryCounts entries(std::uint64_t first, std::uint64_t last) {
  ApplyPace::EntryCounts counts{};
  counts.front() = first;
  counts.back() = last;
  return counts;
}

TEST(ApplyPace, NothingToDoIsDone) {
  ApplyPace pace;
  pace.begin({});
  EXPECT_EQ(pace.progress(), 1);
  EXPECT_EQ(pace.entries(), 0u);
}

TEST(ApplyPace, CountsEntriesWhileNothingIsKnown) {
  ApplyPace pace;
  pace.begin(entries(30, 10));
  EXPECT_EQ(pace.entries(), 40u);
  EXPECT_EQ(pace.progress(), 0);
  pace.wrote(kFirst, 10, 10);
  EXPECT_DOUBLE_EQ(pace.progress(), 0.25);
  pace.wrote(kFirst, 20, 20);
  pace.wrote(kLast, 10, 1);
  EXPECT_DOUBLE_EQ(pace.progress(), 1);
}

TEST(ApplyPace, WeighsATableByItsPagesInTheWindowBefore) {
  ApplyPace pace;
  pace.begin(entries(100, 100));
  pace.wrote(kFirst, 100, 200);  // a page for the entry, another for the way to it
  pace.wrote(kLast, 100, 50);
  pace.begin(entries(10, 40));
  pace.wrote(kFirst, 10, 20);
  EXPECT_DOUBLE_EQ(pace.progress(), 0.5) << "20 of 20 + 20 pages";
  pace.wrote(kLast, 20, 10);
  EXPECT_DOUBLE_EQ(pace.progress(), 0.75);
}

TEST(ApplyPace, ATableThatHadNothingKeepsItsWeight) {
  ApplyPace pace;
  pace.begin(entries(10, 10));
  pace.wrote(kFirst, 10, 30);
  pace.wrote(kLast, 10, 10);
  pace.begin(entries(0, 10));
  pace.wrote(kLast, 10, 10);
  pace.begin(entries(10, 10));
  pace.wrote(kFirst, 10, 30);
  EXPECT_DOUBLE_EQ(pace.progress(), 0.75);
}

TEST(ApplyPace, ExpectsThePurgeOfTheWindowBefore) {
  ApplyPace pace;
  pace.begin(entries(10, 0));
  pace.wrote(kFirst, 10, 10);
  EXPECT_DOUBLE_EQ(pace.progress(), 1) << "a first purge is a surprise";
  pace.purged(60, 30);
  pace.begin(entries(10, 0));
  EXPECT_EQ(pace.entries(), 70u);
  pace.wrote(kFirst, 10, 10);
  EXPECT_DOUBLE_EQ(pace.progress(), 0.25) << "10 of 10 + 30 pages";
  pace.purged(90, 45);
  EXPECT_DOUBLE_EQ(pace.progress(), 1) << "more than expected is not more than all";
}

}  // namespace
