#include "config/read_file.hpp"

#include <fstream>

#include "config/error.hpp"

namespace config {

std::string read_file(const std::filesystem::path& file, std::size_t max_bytes,
                      const std::string& kind) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  if (!in || std::filesystem::is_directory(file, error))
    throw ConfigError(file.string() + ": cannot be opened; name a file that can be read");
  std::string text(max_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_bytes)
    throw ConfigError(file.string() + ": is larger than " + std::to_string(max_bytes) +
                      " bytes; this is no " + kind);
  return text;
}

}  // namespace config
