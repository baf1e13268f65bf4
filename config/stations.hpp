#pragma once
/// The sections `[station.NAME]`; for this folder only.

#include <vector>

#include "config/ini.hpp"
#include "config/settings.hpp"

namespace config {

/// Reads and checks every station; ports are moved by `port_shift`, and profiles that are read from
/// files are added to `profiles`. Throws ConfigError.
std::vector<Station> read_stations(Ini& ini, bool demo, int port_shift, FileProfiles& profiles);

}  // namespace config
