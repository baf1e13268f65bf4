#include "config/packager_file.hpp"

#include "codec/packager.hpp"
#include "config/error.hpp"
#include "config/read_file.hpp"

namespace config {

bool is_packager_file(std::string_view profile) { return profile.ends_with(".xml"); }

std::shared_ptr<const codec::Profile> load_packager_file(const std::filesystem::path& file) {
  const std::string xml = read_file(file, codec::kMaxPackagerBytes, "packager file");
  const auto profile = codec::read_packager(xml, file.string());
  if (!profile) throw ConfigError(profile.error().sentence);
  return *profile;
}

}  // namespace config
