#pragma once
/// The switch's clock: the system's, shifted in the demo world.

#include "base/time.hpp"

namespace core {

struct SwitchClock {
  base::TimeUs offset_us = 0;
  base::TimeUs now() const { return base::system_now() + offset_us; }
};

}  // namespace core
