#pragma once
/// The switch's clock: the system's, shifted in the demo world; and whether somebody set it.

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/time.hpp"

namespace core {

struct SwitchClock {
  base::TimeUs offset_us = 0;
  /// For tests: steps by this while the switch runs, as the system's clock may.
  const std::atomic<base::TimeUs>* step_us = nullptr;

  base::TimeUs now() const {
    return base::system_now() + offset_us + (step_us != nullptr ? step_us->load() : 0);
  }
};

/// For what is told to people.
inline double in_seconds(base::TimeUs time_us) {
  return static_cast<double>(time_us) / base::kMicrosPerSecond;
}

/// Compares the clock with the steady one from look to look. One thread.
class ClockWatch {
 public:
  /// Less is a clock that is being adjusted slowly, or a look that was interrupted.
  static constexpr base::TimeUs kStepUs = 2 * base::kMicrosPerSecond;

  /// Both at one moment. By how much the clock was set since the last look; 0: it was not.
  base::TimeUs look(base::TimeUs clock_us, base::TimeUs steady_us) {
    const base::TimeUs before = apart_us_;
    apart_us_ = clock_us - steady_us;
    const bool first = !std::exchange(has_looked_, true);
    const base::TimeUs step = apart_us_ - before;
    return first || (step < kStepUs && step > -kStepUs) ? 0 : step;
  }

 private:
  base::TimeUs apart_us_ = 0;
  bool has_looked_ = false;
};

/// Never ahead of the time that has passed since it was made: what is erased because of its age
/// must not go by a clock that was set forward while the switch runs.
class AgeClock {
 public:
  explicit AgeClock(SwitchClock clock)
      : clock_(clock), began_us_(clock.now()), steady_began_us_(base::steady_now()) {}
  base::TimeUs now() const {
    return std::min(clock_.now(), began_us_ + (base::steady_now() - steady_began_us_));
  }

 private:
  SwitchClock clock_;
  base::TimeUs began_us_, steady_began_us_;
};

}  // namespace core
