#pragma once
/// What the switch tells who has started it, where that is systemd (NOTIFY_SOCKET): that it serves,
/// reads its settings again, stops, is alive. Without one it tells nobody.

#include <string_view>

#include "base/time.hpp"

namespace core {

/// The I/O thread.
class ServiceManager {
 public:
  /// Whether and how often it wants to hear (WatchdogSec=).
  ServiceManager();

  /// It serves: at the start, and after each reload. `status`: a line for `systemctl status`.
  void ready(std::string_view status) const;
  void reloading() const;
  void stopping() const;
  /// Several times a second with base::steady_now(): that this thread goes round is what is told.
  void tick(base::TimeUs now_us);

 private:
  base::TimeUs watchdog_period_us_ = 0;  ///< 0: nobody waits
  base::TimeUs last_told_us_ = 0;
};

}  // namespace core
