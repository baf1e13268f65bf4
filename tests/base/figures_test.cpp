#include "base/figures.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace base {
namespace {

constexpr std::array<std::int64_t, 3> kBounds{10, 20, 50};
using Counts = std::vector<std::uint64_t>;

TEST(Figure, CountsUpAndDownAndIsCopiedAsItIs) {
  Figure<std::uint32_t> open;
  EXPECT_EQ(open, 0u);
  ++open;
  ++open;
  --open;
  open += 5;
  EXPECT_EQ(open, 6u);
  Figure<std::uint32_t> copy = open;
  ++open;
  EXPECT_EQ(copy, 6u);
  copy = open;
  EXPECT_EQ(copy.value(), 7u);
  copy.set(1);
  EXPECT_EQ(copy, 1u);
}

TEST(Histogram, AValueCountsInTheFirstBucketWhoseBoundItDoesNotExceed) {
  Histogram<kBounds> histogram;
  for (const std::int64_t value : {0, 10, 11, 20, 50, 51, 1'000'000}) histogram.record(value);
  const HistogramReading reading = histogram.read();
  EXPECT_EQ(reading.counts, (Counts{2, 2, 1, 2}));
  EXPECT_EQ(reading.sum, 0 + 10 + 11 + 20 + 50 + 51 + 1'000'000);
  EXPECT_EQ(reading.count(), 7u);
  EXPECT_EQ(histogram.count(), 7u);
  EXPECT_TRUE(std::equal(reading.bounds.begin(), reading.bounds.end(), kBounds.begin()));
}

TEST(Histogram, AnEmptyOneReadsAsZeros) {
  const HistogramReading reading = Histogram<kBounds>().read();
  EXPECT_EQ(reading.counts, (Counts{0, 0, 0, 0}));
  EXPECT_EQ(reading.sum, 0);
}

TEST(Histogram, IsReadWhileItCounts) {
  constexpr std::uint64_t kValues = 100'000;
  Histogram<kBounds> histogram;
  std::thread counter([&] {
    for (std::uint64_t i = 0; i < kValues; ++i) histogram.record(15);
  });
  std::uint64_t before = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t now = histogram.read().count();
    ASSERT_GE(now, before);
    before = now;
  }
  counter.join();
  EXPECT_EQ(histogram.count(), kValues);
}

TEST(Histogram, ShortBoundsAscend) {
  for (std::size_t i = 1; i < kShortBoundsUs.size(); ++i)
    EXPECT_LT(kShortBoundsUs[i - 1], kShortBoundsUs[i]);
}

}  // namespace
}  // namespace base
