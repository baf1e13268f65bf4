#include <gtest/gtest.h>

#include "switch/clock.hpp"

namespace {

using base::kMicrosPerSecond;

TEST(ClockWatch, TellsStepsInBothDirectionsAndNoSlowAdjustment) {
  core::ClockWatch watch;
  base::TimeUs clock = 1'800'000'000 * kMicrosPerSecond, steady = 5;
  const auto after = [&](base::TimeUs clock_us, base::TimeUs steady_us) {
    return watch.look(clock += clock_us, steady += steady_us);
  };
  EXPECT_EQ(after(0, 0), 0) << "however far the two are apart at first";
  EXPECT_EQ(after(100'000, 100'000), 0);
  EXPECT_EQ(after(60 * kMicrosPerSecond, 60 * kMicrosPerSecond), 0) << "a late look is no step";
  EXPECT_EQ(after(3'600 * kMicrosPerSecond + 100'000, 100'000), 3'600 * kMicrosPerSecond);
  EXPECT_EQ(after(100'000, 100'000), 0) << "told once";
  EXPECT_EQ(after(-86'400 * kMicrosPerSecond, 0), -86'400 * kMicrosPerSecond);
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(after(150'000, 100'000), 0);
}

TEST(AgeClock, FollowsAClockThatIsSetBackButNotOneThatIsSetForward) {
  std::atomic<base::TimeUs> step{0};
  const core::SwitchClock clock{0, &step};
  const core::AgeClock age(clock);
  const base::TimeUs began = age.now();
  step = 30 * base::kMicrosPerDay;
  EXPECT_LT(age.now(), began + base::kMicrosPerDay);
  EXPECT_GE(age.now(), began);
  step = -base::kMicrosPerDay;
  EXPECT_LT(age.now(), began);
}

}  // namespace
