#include "base/time.hpp"

#include <gtest/gtest.h>

namespace {

// 2026-11-22 14:29:59.999999 UTC is 23:29:59.999999 in Seoul, one microsecond before cutover.
constexpr base::TimeUs kBeforeCutover = 1'795'357'799'999'999;

TEST(Time, BusinessDayEndsAtHalfPastElevenInSeoul) {
  EXPECT_EQ(base::seoul_date(kBeforeCutover), 20261122u);
  EXPECT_EQ(base::business_day(kBeforeCutover), 20261122u);
  EXPECT_EQ(base::business_day(kBeforeCutover + 1), 20261123u);
  EXPECT_EQ(base::seoul_date(kBeforeCutover + 1), 20261122u);
}

TEST(Time, BusinessDayCrossesMonthAndYear) {
  const base::TimeUs new_years_eve = kBeforeCutover + 1 + 39 * base::kMicrosPerDay;
  EXPECT_EQ(base::seoul_date(new_years_eve), 20261231u);
  EXPECT_EQ(base::business_day(new_years_eve), 20270101u);
}

TEST(Time, AddDaysKnowsLeapYears) {
  EXPECT_EQ(base::add_days(20280228, 1), 20280229u);
  EXPECT_EQ(base::add_days(20270228, 1), 20270301u);
  EXPECT_EQ(base::add_days(20260101, -1), 20251231u);
  EXPECT_EQ(base::add_days(20261122, 1825), 20311121u);
}

TEST(Time, IsoTextIsLocal) {
  EXPECT_EQ(base::iso_seoul(kBeforeCutover), "2026-11-22T23:29:59.999999+09:00");
  EXPECT_EQ(base::civil_utc(kBeforeCutover).hour, 14);
  EXPECT_EQ(base::civil_seoul(kBeforeCutover).day_of_year, 326);
}

TEST(Time, AMinuteInSeoulIsReadOrNothing) {
  // 2026-11-22 23:30 in Seoul.
  EXPECT_EQ(base::parse_seoul_minute("2026-11-22 23:30"), kBeforeCutover + 1);
  EXPECT_EQ(base::parse_seoul_minute("1970-01-01 09:00"), 0);
  for (const char* wrong : {"", "2026-11-22", "2026-11-22 24:00", "2026-11-22 23:60",
                            "2026-02-29 12:00", "2026-13-01 12:00", "2026-11-22T23:30",
                            "2026-11-22 23:3x", "2026-11-22 23:30 ", "-026-11-22 23:30"})
    EXPECT_FALSE(base::parse_seoul_minute(wrong)) << wrong;
}

}  // namespace
