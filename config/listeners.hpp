#pragma once
/// The sections `[listener.NAME]`; for this folder only.

#include <filesystem>
#include <vector>

#include "config/ini.hpp"
#include "config/settings.hpp"

namespace config {

/// Reads and checks every TLS listener against each other and the stations; relative file names
/// are in `folder`. Throws ConfigError.
std::vector<TlsListener> read_listeners(Ini& ini, const std::filesystem::path& folder, bool demo,
                                        int port_shift, const std::vector<Station>& stations);

}  // namespace config
