#include "tools/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace tools {
namespace {

TEST(Histogram, EmptyHasNoQuantile) {
  EXPECT_EQ(Histogram().quantile(0.5), 0);
  EXPECT_EQ(Histogram().max(), 0);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0.5), 50);
  EXPECT_EQ(histogram.quantile(0.99), 99);
  EXPECT_EQ(histogram.quantile(1), 100);
  EXPECT_EQ(histogram.quantile(0), 1);
  EXPECT_EQ(histogram.count(), 100u);
}

TEST(Histogram, NoQuantileIsAboveTheMaximum) {
  Histogram histogram;
  histogram.record(1'000'001);
  EXPECT_EQ(histogram.quantile(0.5), 1'000'001);
}

TEST(Histogram, NegativeAndHugeValuesAreCounted) {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.quantile(0.5), 0);
  EXPECT_EQ(histogram.max(), INT64_MAX);
}

// Against a sorted list: never below the true value, and above it by less than 1 %.
TEST(Histogram, QuantilesAreWithinOneHundredth) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> spread(12, 2);
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 50'000; ++i) {
    values.push_back(std::min<std::int64_t>(std::llround(spread(random)), 1'000'000'000'000));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto place = static_cast<std::size_t>(std::ceil(share * 50'000)) - 1;
    EXPECT_GE(histogram.quantile(share), values[place]) << share;
    EXPECT_LE(static_cast<double>(histogram.quantile(share)),
              static_cast<double>(values[place]) * 1.01 + 1)
        << share;
  }
}

TEST(Histogram, CountsWhatIsOverALimitAndNeverTooFew) {
  Histogram histogram;
  EXPECT_EQ(histogram.count_over(0), 0u);
  for (int value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.count_over(0), 100u);
  EXPECT_EQ(histogram.count_over(90), 10u);
  EXPECT_EQ(histogram.count_over(100), 0u);

  Histogram around_limit;
  around_limit.record(990'000);
  around_limit.record(1'000'001);  // in one bucket with 1,000,000
  around_limit.record(1'010'000);
  around_limit.record(INT64_MAX);
  EXPECT_EQ(around_limit.count_over(1'000'000), 3u);
}

TEST(Histogram, SumsAreAsIfRecordedTogether) {
  Histogram left, right, both;
  for (int value = 0; value < 1'000; ++value) {
    (value % 3 == 0 ? left : right).record(value * 977);
    both.record(value * 977);
  }
  left.add(right);
  EXPECT_EQ(left.count(), both.count());
  EXPECT_EQ(left.max(), both.max());
  for (const double share : {0.1, 0.5, 0.99}) EXPECT_EQ(left.quantile(share), both.quantile(share));
}

}  // namespace
}  // namespace tools
