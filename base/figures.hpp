#pragma once
/// Figures that one thread counts and any thread reads, at any time: for status and metrics.
///
/// Counting is a load and a store, no locked instruction and no heap. Each figure is read by
/// itself: a look at several is not one moment's whole.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace base {

/// One number. Written by one thread.
template <class Number>
class Figure {
 public:
  Figure() = default;
  Figure(Number value) : value_(value) {}
  Figure(const Figure& other) : value_(other.value()) {}
  Figure& operator=(const Figure& other) {
    set(other.value());
    return *this;
  }
  ~Figure() = default;

  Number value() const { return value_.load(std::memory_order_relaxed); }
  operator Number() const { return value(); }

  void set(Number value) { value_.store(value, std::memory_order_relaxed); }
  Figure& operator+=(Number more) {
    set(static_cast<Number>(value() + more));
    return *this;
  }
  Figure& operator++() { return *this += 1; }
  Figure& operator--() {
    set(static_cast<Number>(value() - 1));
    return *this;
  }

 private:
  std::atomic<Number> value_{0};
};

using Count = Figure<std::uint64_t>;

/// A histogram as it was read.
struct HistogramReading {
  std::span<const std::int64_t> bounds;  ///< static; in the unit of what was measured, ascending
  std::vector<std::uint64_t> counts;     ///< not cumulated; one more than bounds: what is over all
  std::int64_t sum = 0;

  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const std::uint64_t each : counts) all += each;
    return all;
  }
};

/// How often a measured value was within each bound: `bounds` is a constant array, ascending, at
/// most a few dozen. Written by one thread.
template <const auto& bounds>
class Histogram {
 public:
  void record(std::int64_t value) {
    std::size_t bucket = 0;
    while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
    ++counts_[bucket];
    sum_ += value;
  }

  HistogramReading read() const {
    return {bounds, std::vector<std::uint64_t>(counts_.begin(), counts_.end()), sum_};
  }
  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const Count& each : counts_) all += each;
    return all;
  }

 private:
  std::array<Count, bounds.size() + 1> counts_;
  Figure<std::int64_t> sum_;
};

/// Bounds of what is over in a moment, in microseconds: a journal write, a message.
inline constexpr std::array<std::int64_t, 16> kShortBoundsUs{
    50,     100,    200,     500,     1'000,   2'000,     5'000,     10'000,
    20'000, 50'000, 100'000, 200'000, 500'000, 1'000'000, 2'000'000, 5'000'000};

}  // namespace base
