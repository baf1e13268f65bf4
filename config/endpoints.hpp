#pragma once
/// Addresses and ports, as stations and listeners have them; for this folder only.

#include <cstdint>
#include <optional>
#include <string>

#include "config/ini.hpp"

namespace config {

/// An IPv4 or IPv6 address in digits; no name.
bool is_address(const std::string& text);
bool is_loopback(const std::string& text);

/// The section's `port`, moved by --port-base. Throws ConfigError, also when that moves it out of
/// range. Where there is a port for when none is set, it may be 0: none, wherever the others move.
std::uint16_t read_port(Section& section, int port_shift,
                        std::optional<int> otherwise = std::nullopt);

}  // namespace config
