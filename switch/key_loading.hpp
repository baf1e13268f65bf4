#pragma once
/// The key file at a start: made, brought up to date, read.

#include <memory>
#include <string_view>

#include "base/random.hpp"
#include "config/settings.hpp"
#include "crypto/key_store.hpp"
#include "switch/message_log.hpp"

namespace core {

/// What is in the key file. In the demo world the first start makes key file and master key. A file
/// in clear, as the version before this one had it, is wrapped first. Throws std::runtime_error
/// with a sentence that says what to do.
std::shared_ptr<const crypto::FileKeyStore> open_key_file(const config::Settings& settings,
                                                          bool holds_data,
                                                          base::RandomSource& random,
                                                          base::TimeUs now, MessageLog& log);

/// The printer key in config/demo.keys, for the demo world only.
inline constexpr std::string_view kPublishedPrinterKey =
    "4604E84DB1A6254D627FE6DB2E2911C16C8115096DA4C3D7BE1A5346CFD60126";

/// Reads the key file again. Throws where its printer key is the published one outside the demo
/// world.
std::shared_ptr<const crypto::FileKeyStore> read_key_file(const config::Settings& settings);

}  // namespace core
