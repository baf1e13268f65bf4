#pragma once
/// A whole file as text, up to a bound; for this folder only.

#include <filesystem>
#include <string>

namespace config {

/// Throws ConfigError: when the file cannot be read, and when it is larger, so `no configuration`.
std::string read_file(const std::filesystem::path& file, std::size_t max_bytes,
                      const std::string& kind);

}  // namespace config
