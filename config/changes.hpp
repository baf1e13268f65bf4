#pragma once
/// What is different between two configurations, by the names of the settings, and what of it a
/// running switch can take.

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace config {

/// A station that is in both.
struct StationChange {
  std::string name;
  std::vector<std::string> keys;  ///< `profile`, `max-connections`, …; not empty
  /// How it comes or what it speaks is another: its connections end, and it connects again.
  bool ends_connections = false;
};

/// Names in alphabetical order.
struct Changes {
  std::vector<std::string> stations_added, stations_removed;
  std::vector<StationChange> stations_changed;
  std::vector<std::string> settings;       ///< others that a running switch takes
  std::vector<std::string> needs_restart;  ///< and those that it does not

  const StationChange* find(std::string_view station) const;
};

/// Also the content of packager files counts; that of key files and certificates does not.
Changes compare(const Settings& before, const Settings& after);

}  // namespace config
