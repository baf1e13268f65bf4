#include "switch/service_manager.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstdint>

namespace core {

ServiceManager::ServiceManager() {
  std::uint64_t patience_us = 0;
  // Three times in the time that it waits, so that one late turn is no end.
  if (::sd_watchdog_enabled(0, &patience_us) > 0)
    watchdog_period_us_ = static_cast<base::TimeUs>(patience_us / 3);
}

void ServiceManager::ready(std::string_view status) const {
  ::sd_notify(0, fmt::format("READY=1\nSTATUS={}", status).c_str());
}

/// The time is what tells this reload from one that was asked for before (systemd 253 and later).
void ServiceManager::reloading() const {
  ::sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", base::steady_now()).c_str());
}

void ServiceManager::stopping() const { ::sd_notify(0, "STOPPING=1"); }

void ServiceManager::tick(base::TimeUs now_us) {
  if (watchdog_period_us_ == 0 || now_us - last_told_us_ < watchdog_period_us_) return;
  last_told_us_ = now_us;
  ::sd_notify(0, "WATCHDOG=1");
}

}  // namespace core
