#include "tools/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tools {

int Histogram::bucket_of(std::uint64_t value) {
  // The top kSubBits bits of a value say its bucket; of those, the highest is always set.
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kSubBits);
  return shift * kHalf + static_cast<int>(value >> shift);
}

std::int64_t Histogram::bucket_end(int bucket) {
  if (bucket < 2 * kHalf) return bucket;
  const int shift = bucket / kHalf - 1;
  const std::int64_t top = bucket - shift * kHalf;
  return ((top + 1) << shift) - 1;
}

void Histogram::record(std::int64_t value_ns) {
  constexpr std::int64_t kLongest = (std::int64_t{1} << kMaxBits) - 1;
  const std::int64_t value = std::clamp<std::int64_t>(value_ns, 0, kLongest);
  ++buckets_[static_cast<std::size_t>(bucket_of(static_cast<std::uint64_t>(value)))];
  ++count_;
  max_ = std::max(max_, value_ns);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::int64_t Histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(
      std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (int bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[static_cast<std::size_t>(bucket)];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(bucket_end(bucket), max_);
  }
  return max_;
}

std::uint64_t Histogram::count_over(std::int64_t value) const {
  std::uint64_t over = 0;
  for (int bucket = kBuckets - 1; bucket >= 0 && bucket_end(bucket) > value; --bucket)
    over += buckets_[static_cast<std::size_t>(bucket)];
  return over;
}

}  // namespace tools
