#include "tools/storage_keys.hpp"

#include <filesystem>

namespace tools {

std::unique_ptr<crypto::FileKeyStore> load_storage_keys(const SwitchPlace& place) {
  if (place.keys_named || std::filesystem::exists(place.keys))
    return crypto::FileKeyStore::load(place.keys);
  return nullptr;
}

}  // namespace tools
