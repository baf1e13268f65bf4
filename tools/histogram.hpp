#pragma once
/// How long things took: counts in buckets whose width grows with the value.

#include <array>
#include <cstdint>

namespace tools {

/// Values up to 2^kSubBits are exact; above, a bucket is at most 1/128 of its value wide (0.8 %).
/// Fixed size, no heap, nothing sampled: quantiles are of all values. One thread.
class Histogram {
 public:
  void record(std::int64_t value_ns);
  void add(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::int64_t max() const { return max_; }
  /// The smallest recorded value that at least this share of all values do not exceed, rounded up
  /// to its bucket's end (never above max()); 0 when nothing was recorded.
  std::int64_t quantile(double share) const;
  /// How many recorded values are greater; never too few: those that share a bucket with `value`
  /// count as greater where the bucket goes beyond it.
  std::uint64_t count_over(std::int64_t value) const;

 private:
  static constexpr int kSubBits = 8;
  static constexpr int kHalf = 1 << (kSubBits - 1);
  static constexpr int kMaxBits = 40;  ///< 2^40 ns are 18 minutes; longer counts as that
  static constexpr int kBuckets = (kMaxBits - kSubBits + 2) * kHalf;

  static int bucket_of(std::uint64_t value);
  static std::int64_t bucket_end(int bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace tools
