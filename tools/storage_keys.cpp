#include "tools/storage_keys.hpp"

#include <filesystem>

#include "crypto/master_key.hpp"

namespace tools {

std::unique_ptr<crypto::FileKeyStore> load_storage_keys(const SwitchPlace& place) {
  if (!place.keys_named && !std::filesystem::exists(place.keys)) return nullptr;
  if (!crypto::FileKeyStore::is_wrapped(place.keys))
    return crypto::FileKeyStore::load_clear(place.keys);
  return crypto::FileKeyStore::load(
      place.keys, crypto::MasterKeys::load(crypto::find_master_key(place.master, place.data)));
}

}  // namespace tools
