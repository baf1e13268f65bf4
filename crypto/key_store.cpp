#include "crypto/key_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"
#include "crypto/key_file.hpp"
#include "crypto/key_material.hpp"
#include "crypto/openssl.hpp"

namespace crypto {

Key::Key(std::vector<std::uint8_t> bytes)
    : material_(std::make_shared<KeyMaterial>(std::move(bytes))) {}

base::ByteView Key::bytes() const {
  return material_ ? base::ByteView(material_->bytes) : base::ByteView();
}

KeyMaterial& Key::material() const {
  CP_ASSERT(material_ != nullptr);
  return *material_;
}

std::unique_ptr<FileKeyStore> FileKeyStore::load(const std::filesystem::path& file) {
  const SecretText text = read_key_file(file, KeyFileAccess::owner_only);
  auto store = std::make_unique<FileKeyStore>();
  parse_key_file(text, [&](const KeyLine& line) {
    const bool fresh =
        line.storage_id == 0
            ? store->station_keys_[line.use].try_emplace(std::string(line.station), line.key).second
            : store->storage_keys_.try_emplace({line.use, line.storage_id}, line.key).second;
    if (!fresh) throw bad_key_line(file, line.number, "this key has been given already");
  });
  for (const KeyUse use : kStorageUses) {
    if (store->current_id(use) == 0)
      throw std::runtime_error(file.string() + ": no storage key " + std::string(to_text(use)) +
                               "; restore the file that the data was made with");
  }
  return store;
}

void FileKeyStore::create(const std::filesystem::path& file,
                          const std::filesystem::path& station_keys_file,
                          base::RandomSource& random) {
  const SecretText stations = read_key_file(station_keys_file, KeyFileAccess::published);
  std::string text;
  const auto wipe = [](std::string* whole) { OPENSSL_cleanse(whole->data(), whole->size()); };
  const std::unique_ptr<std::string, decltype(wipe)> wiped_on_every_way_out(&text, wipe);
  text.reserve(kMaxKeyFileSize + 1'024);  // never moved, so that wiping it wipes all of it
  text =
      "# Keys of this switch. Whoever reads them can forge and read messages and cards;\n"
      "# without the storage keys the data cannot be read. Keep a copy in a safe place.\n";
  parse_key_file(stations, [&](const KeyLine& line) {
    if (line.storage_id != 0)
      throw bad_key_line(station_keys_file, line.number, "a storage key must not be published");
    text.append(line.text).append("\n");
  });
  for (const KeyUse use : kStorageUses) {
    std::array<std::uint8_t, kStorageKeySize> key;
    random.fill(key);
    std::string hex = base::to_hex(key);
    text.append("storage ").append(to_text(use)).append(" 1 ").append(hex).append("\n");
    OPENSSL_cleanse(hex.data(), hex.size());
    OPENSSL_cleanse(key.data(), key.size());
  }
  write_key_file(file, text);
}

const Key* FileKeyStore::station_key(std::string_view station, KeyUse use) const {
  const auto keys = station_keys_.find(use);
  if (keys == station_keys_.end()) return nullptr;
  const auto found = keys->second.find(station);
  return found == keys->second.end() ? nullptr : &found->second;
}

const Key* FileKeyStore::storage_key(KeyUse use, std::uint16_t id) const {
  const auto found = storage_keys_.find({use, id});
  return found == storage_keys_.end() ? nullptr : &found->second;
}

std::uint16_t FileKeyStore::current_id(KeyUse use) const {
  auto after = storage_keys_.upper_bound({use, UINT16_MAX});
  if (after == storage_keys_.begin()) return 0;
  const auto& [last_use, id] = std::prev(after)->first;
  return last_use == use ? id : std::uint16_t{0};
}

}  // namespace crypto
