/// The clock is set back and forth while messages come: money is right and nothing is done twice.

#include <gtest/gtest.h>

#include "desk.hpp"

namespace handlers::test {
namespace {

constexpr base::TimeUs kHour = 3'600 * base::kMicrosPerSecond;

const base::TimeUs kSteps[] = {3 * kHour,
                               -3 * kHour,
                               30 * kHour,
                               -5 * base::kMicrosPerDay,
                               7 * base::kMicrosPerDay,
                               -40 * kHour,
                               -300 * base::kMicrosPerDay};

TEST(ClockSteps, ARepeatIsKnownAgainWhereverTheClockWasSet) {
  for (const base::TimeUs step : kSteps) {
    Desk desk;
    const std::string purchase = "POS 0200 2=active 3=000000 4=1000 52=1234 11=900001";
    Answered first = desk.ask(purchase);
    ASSERT_EQ(first.code, "00");
    desk.now += step;
    EXPECT_EQ(desk.ask(purchase)[38], first[38]) << step;
    EXPECT_EQ(desk.card("active").balance_won, 9'000) << step;
    desk.now -= step;
    EXPECT_EQ(desk.ask(purchase)[38], first[38]) << step;
    EXPECT_EQ(desk.card("active").balance_won, 9'000) << step;
  }
}

TEST(ClockSteps, WhatWasBookedBeforeIsReversedAndRefundedOnce) {
  for (const base::TimeUs step : kSteps) {
    Desk desk;
    ASSERT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1000 52=1234").code, "00");
    const std::string original = desk.original_data();
    desk.now += step;
    EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=300 52=1234").code, "00") << step;
    EXPECT_EQ(desk.ask("POS 0400 2=active 4=1000 90=" + original).code, "00") << step;
    EXPECT_EQ(desk.card("active").balance_won, 9'700) << step;
    desk.now -= step;
    EXPECT_EQ(desk.ask("POS 0400 2=active 4=1000 90=" + original).code, "00") << step;
    EXPECT_EQ(desk.card("active").balance_won, 9'700) << step << ": it is given back once";
  }
}

/// The last day is 20311121 for the active card, 20261121 (yesterday) for the expired one.
TEST(ClockSteps, ValidityAndBusinessDayGoByTheClockAsItStands) {
  Desk desk;
  const std::string purchase = "POS 0200 2=active 3=000000 4=100 52=1234";
  Answered today = desk.ask(purchase);
  EXPECT_EQ(today.code, "00");
  EXPECT_EQ(today[15], "1122");
  desk.now += 24 * kHour;
  EXPECT_EQ(desk.ask(purchase)[15], "1123");
  desk.now -= 48 * kHour;
  EXPECT_EQ(desk.ask(purchase)[15], "1121");
  EXPECT_EQ(desk.ask("POS 0200 2=expired 3=000000 4=100 52=1234").code, "00");
  desk.now += 24 * kHour + 6 * 365 * base::kMicrosPerDay;
  EXPECT_EQ(desk.ask(purchase).code, "54");
  desk.now -= 6 * 365 * base::kMicrosPerDay;
  EXPECT_EQ(desk.ask(purchase).code, "00");
  EXPECT_EQ(desk.card("active").balance_won, 9'600);
}

/// Its last day was yesterday; the business day of its last half hour is today's.
TEST(ClockSteps, ACardExpiresAtMidnightInSeoulWhateverTheBusinessDay) {
  Desk desk;
  const base::CivilTime time = base::civil_seoul(desk.now);
  const base::TimeUs midnight =
      desk.now - ((time.hour * 60 + time.minute) * 60 + time.second) * base::kMicrosPerSecond;
  const std::string purchase = "POS 0200 2=expired 3=000000 4=100 52=1234";
  desk.now = midnight;
  EXPECT_EQ(desk.ask(purchase).code, "54");
  desk.now = midnight - 1;
  EXPECT_EQ(desk.ask(purchase).code, "00");
  desk.now = midnight - kHour / 4;
  Answered evening = desk.ask(purchase);
  EXPECT_EQ(evening.code, "00");
  EXPECT_EQ(evening[15], "1122");
}

}  // namespace
}  // namespace handlers::test
