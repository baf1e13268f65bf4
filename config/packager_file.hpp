#pragma once
/// Profiles from packager files: the XML of jPOS's GenericPackager (codec/packager.hpp).

#include <filesystem>
#include <memory>
#include <string_view>

#include "codec/profile.hpp"

namespace config {

/// Where a profile's name may stand, a name that ends in .xml is a file's.
bool is_packager_file(std::string_view profile);

/// Reads and checks a whole file. Throws ConfigError that names file, line and element.
std::shared_ptr<const codec::Profile> load_packager_file(const std::filesystem::path& file);

}  // namespace config
