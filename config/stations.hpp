#pragma once
/// The sections `[station.NAME]`; for this folder only.

#include <string_view>
#include <vector>

#include "config/ini.hpp"
#include "config/settings.hpp"

namespace config {

/// How stations and listeners may be called: 1 to 16 of A-Z, 0-9 and -.
bool is_section_name(std::string_view name);

/// Reads and checks every station; ports are moved by `port_shift`, and profiles that are read from
/// files are added to `profiles`. Throws ConfigError.
std::vector<Station> read_stations(Ini& ini, bool demo, int port_shift, FileProfiles& profiles);

}  // namespace config
