#pragma once
/// From the configuration's stations to what the edge needs of them: the one place that knows both.

#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "switch/station_keys.hpp"
#include "switch/station_line.hpp"

namespace core {

/// They share what they point to: profiles from files, and the stations' keys.
std::vector<StationSettings> station_settings(const config::Settings& settings,
                                              const StationKeysMap& keys);

/// `terminal`, …, `operator`.
std::string_view role_text(ledger::Role role);
/// `2-byte`, `2-bcd with TPDU`, …
std::string_view header_text(codec::FrameFormat frame);
/// `none`, `x9.19`, `cmac`.
std::string_view mac_text(crypto::MacKind mac);

}  // namespace core
