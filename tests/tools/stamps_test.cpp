#include "tools/stamps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace tools {
namespace {

constexpr base::TimeUs kNewYearsEve = 1'798'729'199'000'000;  // 2026-12-31 23:59:59 in Seoul

TEST(Stamps, SayTheTimeInBothZones) {
  StampMaker maker(1);
  const Stamp stamp = maker.next(kNewYearsEve);
  EXPECT_EQ(stamp.stan, 1u);
  EXPECT_EQ(stamp.transmitted, 1'231'145'959u);
  EXPECT_EQ(stamp.local_time, 235'959u);
  EXPECT_EQ(stamp.local_date, 1'231u);
  EXPECT_EQ(zero_filled(stamp.reference, 12), "636523000001");
}

TEST(Stamps, FollowTheClock) {
  StampMaker maker(1);
  maker.next(kNewYearsEve);
  const Stamp stamp = maker.next(kNewYearsEve + base::kMicrosPerSecond);
  EXPECT_EQ(stamp.transmitted, 1'231'150'000u);
  EXPECT_EQ(stamp.local_time, 0u);
  EXPECT_EQ(stamp.local_date, 101u);
}

TEST(Stamps, StanBeginsAgainAfterItsLast) {
  StampMaker maker(StampMaker::kLastStan);
  EXPECT_EQ(maker.next(kNewYearsEve).stan, 999'999u);
  EXPECT_EQ(maker.next(kNewYearsEve).stan, 1u);
}

// Fast seconds, and the STAN begins again in the middle of one: no two requests of one terminal
// have the same key.
TEST(Stamps, KeysDiffer) {
  StampMaker maker(900'000);
  std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> keys;
  constexpr int kRequests = 200'000;
  for (int i = 0; i < kRequests; ++i) {
    const Stamp stamp = maker.next(kNewYearsEve + i * base::TimeUs{8});
    keys.emplace_back(stamp.stan, stamp.local_time, stamp.local_date);
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(Stamps, OriginalDataHasFortyTwoDigits) {
  EXPECT_EQ(original_data({200}, 201, 905'013'000), "020000020109050130000000000000000000000000");
}

TEST(Stamps, ZeroFilled) {
  EXPECT_EQ(zero_filled(7, 3), "007");
  EXPECT_EQ(zero_filled(1'234, 3), "1234");
}

}  // namespace
}  // namespace tools
