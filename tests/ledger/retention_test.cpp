#include "ledger/retention.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "ledger/draft.hpp"
#include "ledger/records.hpp"

namespace {

using namespace ledger;

// 2027-01-03 12:00 in Seoul: the days that are kept go over the end of the year.
constexpr base::TimeUs kNow = 1'798'945'200'000'000;

/// Tables in maps, purged without a store.
class MapScope : public PurgeScope {
 public:
  explicit MapScope(base::TimeUs latest_us = kNow) {
    TransactionHead head{};
    head.time_us = latest_us;
    tables[Table::transactions][std::string(std::string_view(number_key(7)))] = bytes_of(head);
    tables[Table::meta] = {{"cards", "12345678"},
                           {std::string(kSequenceCounter), std::string(bytes_of(Sequence{7}))}};
  }
  bool sweep(Table table, std::string_view first, const Judge& judge) override {
    auto& entries = tables[table];
    for (auto it = entries.lower_bound(std::string(first)); it != entries.end();) {
      if (table == Table::duplicates) ++looked_at;
      const Verdict verdict = judge(it->first, it->second);
      if (verdict == Verdict::stop) break;
      it = verdict == Verdict::erase ? entries.erase(it) : std::next(it);
    }
    return true;
  }

  std::map<Table, std::map<std::string, std::string>> tables;
  int looked_at = 0;
};

void add_duplicate(MapScope& scope, const std::string& month_day, int days_ago) {
  const DuplicateRecord record{1, kNow - days_ago * base::kMicrosPerDay, 0};
  scope.tables[Table::duplicates][month_day + "115959000001"] = std::string(bytes_of(record));
}

TEST(Retention, WhatIsOlderThanItsWeekGoesAndTheRestStays) {
  MapScope scope;
  ASSERT_EQ(base::seoul_date(kNow), 20270103u);
  for (const auto& [month_day, days_ago] : std::map<std::string, int>{
           {"0103", 0}, {"1231", 3}, {"1227", 7}, {"1220", 14}, {"1101", 63}, {"0601", 216}})
    add_duplicate(scope, month_day, days_ago);
  purge_expired(scope, kNow);
  const auto& left = scope.tables[Table::duplicates];
  ASSERT_EQ(left.size(), 3u);
  EXPECT_EQ(left.count("0103115959000001"), 1u);
  EXPECT_EQ(left.count("1231115959000001"), 1u);
  EXPECT_EQ(left.count("1227115959000001"), 1u);
}

TEST(Retention, AWrongClockIsJudgedByWhenTheMessageCame) {
  MapScope scope;
  add_duplicate(scope, "0701", 2);  // the terminal thinks it is July
  add_duplicate(scope, "0702", 12);
  purge_expired(scope, kNow);
  EXPECT_EQ(scope.tables[Table::duplicates].count("0701115959000001"), 1u);
  EXPECT_EQ(scope.tables[Table::duplicates].count("0702115959000001"), 0u);
}

TEST(Retention, RecentDaysAreNotLookedAtOneByOne) {
  MapScope scope(kNow + base::kMicrosPerDay);
  for (int i = 1; i <= 3; ++i) add_duplicate(scope, "010" + std::to_string(i), 3 - i);
  purge_expired(scope, kNow + base::kMicrosPerDay);  // the next day, mid-January order
  EXPECT_LE(scope.looked_at, 2);
}

/// A start ten days later, or with a clock that is wrong, before any message: the check has no
/// other clock than the latest one.
TEST(Retention, NothingIsOldWithoutALaterMessage) {
  MapScope scope(kNow - 10 * base::kMicrosPerDay);
  add_duplicate(scope, "1224", 10);
  scope.tables[Table::early_reversals]["Oa"] =
      bytes_of(EarlyReversalRecord{1, kNow - 10 * base::kMicrosPerDay});
  purge_expired(scope, kNow);
  EXPECT_EQ(scope.tables[Table::duplicates].size(), 1u);
  EXPECT_EQ(scope.tables[Table::early_reversals].size(), 1u);
}

TEST(Retention, EarlyReversalsGoToo) {
  MapScope scope;
  const auto record = [](int days_ago) {
    return std::string(bytes_of(EarlyReversalRecord{1, kNow - days_ago * base::kMicrosPerDay}));
  };
  scope.tables[Table::early_reversals] = {{"Oa", record(8)}, {"Ob", record(10)}, {"Rc", record(0)}};
  purge_expired(scope, kNow);
  EXPECT_EQ(scope.tables[Table::early_reversals].size(), 2u);
  EXPECT_EQ(scope.tables[Table::early_reversals].count("Ob"), 0u);
}

}  // namespace
