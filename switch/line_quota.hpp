#pragma once
/// So many log lines of one kind a second; the rest is counted. One thread.

#include <cstdint>
#include <utility>

#include "base/time.hpp"

namespace core {

class LineQuota {
 public:
  explicit LineQuota(std::uint32_t lines) : lines_(lines) {}

  /// Whether one more may be told now.
  bool take() {
    const bool is_told = told_ < lines_;
    ++(is_told ? told_ : left_out_);
    return is_told;
  }
  /// Several times a second, with base::steady_now(): how many were left out in the second that is
  /// over; 0 while it lasts.
  std::uint64_t look(base::TimeUs now_us) {
    if (now_us - began_us_ < base::kMicrosPerSecond) return 0;
    began_us_ = now_us;
    told_ = 0;
    return std::exchange(left_out_, 0);
  }

 private:
  const std::uint64_t lines_;
  std::uint64_t told_ = 0, left_out_ = 0;
  base::TimeUs began_us_ = 0;
};

}  // namespace core
