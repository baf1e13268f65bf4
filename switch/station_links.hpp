#pragma once
/// From the configuration's stations to what the edge needs of them: the one place that knows both.

#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "crypto/key_store.hpp"
#include "switch/station_line.hpp"

namespace core {

/// Throws std::runtime_error with a sentence when a station's key is missing. The keys must outlive
/// the result.
std::vector<StationSettings> station_settings(const config::Settings& settings,
                                              const crypto::KeyStore& keys);

/// `terminal`, …, `operator`.
std::string_view role_text(ledger::Role role);
/// `2-byte`, `2-bcd with TPDU`, …
std::string_view header_text(codec::FrameFormat frame);
/// `none`, `x9.19`, `cmac`.
std::string_view mac_text(crypto::MacKind mac);

}  // namespace core
