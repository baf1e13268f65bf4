#include "crypto/key_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"
#include "crypto/key_file.hpp"
#include "crypto/key_material.hpp"
#include "crypto/key_wrap.hpp"

namespace crypto {
namespace {

base::TimeUs whole_seconds(base::TimeUs now) { return now - now % base::kMicrosPerSecond; }

}  // namespace

Key::Key(std::vector<std::uint8_t> bytes)
    : material_(std::make_shared<KeyMaterial>(std::move(bytes))) {}

base::ByteView Key::bytes() const {
  return material_ ? base::ByteView(material_->bytes) : base::ByteView();
}

KeyMaterial& Key::material() const {
  CP_ASSERT(material_ != nullptr);
  return *material_;
}

bool FileKeyStore::take(const KeyLine& line) {
  if (line.id == 0)
    return station_keys_.try_emplace({std::string(line.station), line.use}, StationKey{line.key})
        .second;
  return storage_keys_.try_emplace({line.use, line.id}, StorageKey{line.key}).second;
}

std::unique_ptr<FileKeyStore> FileKeyStore::load_clear(const std::filesystem::path& file) {
  const SecretText text = read_key_file(file, KeyFileAccess::owner_only);
  auto store = std::make_unique<FileKeyStore>();
  parse_key_file(text, [&](const KeyLine& line) {
    if (!store->take(line))
      throw bad_key_line(file, line.number, "this key has been given already");
  });
  for (const KeyUse use : {KeyUse::card_index, KeyUse::card_seal, KeyUse::password})
    if (store->current_id(use) == 0)
      throw std::runtime_error(file.string() + ": no storage key " + std::string(to_text(use)) +
                               "; restore the file that the data was made with");
  return store;
}

std::unique_ptr<FileKeyStore> FileKeyStore::load_published(const std::filesystem::path& file) {
  const SecretText text = read_key_file(file, KeyFileAccess::published);
  auto store = std::make_unique<FileKeyStore>();
  parse_key_file(text, [&](const KeyLine& line) {
    if (is_storage_use(line.use))
      throw bad_key_line(file, line.number, "a storage key must not be published");
    if (!store->take(line))
      throw bad_key_line(file, line.number, "this key has been given already");
  });
  return store;
}

void FileKeyStore::put_station_key(std::string_view station, KeyUse use, Key key,
                                   base::TimeUs now) {
  CP_ASSERT(is_station_use(use) && key.bytes().size() == kStationKeySize);
  const auto [at, is_new] = station_keys_.try_emplace({std::string(station), use});
  if (!is_new) ++at->second.generation;
  at->second.key = std::move(key);
  at->second.since_us = whole_seconds(now);
}

std::uint16_t FileKeyStore::add_storage_key(KeyUse use, base::RandomSource& random,
                                            base::TimeUs now) {
  CP_ASSERT(is_storage_use(use));
  return add_numbered_key(use, draw_storage_key(random), now);
}

std::uint16_t FileKeyStore::add_printer_key(Key key, base::TimeUs now) {
  CP_ASSERT(key.bytes().size() == kNumberedKeySize);
  return add_numbered_key(KeyUse::printer, std::move(key), now);
}

std::uint16_t FileKeyStore::add_numbered_key(KeyUse use, Key key, base::TimeUs now) {
  const std::uint16_t last = current_id(use);
  if (last == UINT16_MAX)
    throw std::runtime_error("there have been 65535 keys of use " + std::string(to_text(use)) +
                             "; there can be no more");
  const auto id = static_cast<std::uint16_t>(last + 1);
  storage_keys_[{use, id}] = {std::move(key), whole_seconds(now)};
  return id;
}

void FileKeyStore::add_missing_storage_keys(base::RandomSource& random, base::TimeUs now) {
  for (const KeyUse use : kStorageUses)
    if (current_id(use) == 0) add_storage_key(use, random, now);
}

std::string FileKeyStore::missing_from(const FileKeyStore& older) const {
  for (const auto& [name, before] : older.storage_keys_) {
    const Key* const now = storage_key(name.first, name.second);
    if (now == nullptr || !std::ranges::equal(now->bytes(), before.key.bytes()))
      return std::string(to_text(name.first)) + " " + std::to_string(name.second);
  }
  return "";
}

const Key* FileKeyStore::station_key(std::string_view station, KeyUse use) const {
  const auto found = station_keys_.find({std::string(station), use});
  return found == station_keys_.end() ? nullptr : &found->second.key;
}

const Key* FileKeyStore::storage_key(KeyUse use, std::uint16_t id) const {
  const auto found = storage_keys_.find({use, id});
  return found == storage_keys_.end() ? nullptr : &found->second.key;
}

std::uint16_t FileKeyStore::current_id(KeyUse use) const {
  auto after = storage_keys_.upper_bound({use, UINT16_MAX});
  if (after == storage_keys_.begin()) return 0;
  const auto& [last_use, id] = std::prev(after)->first;
  return last_use == use ? id : std::uint16_t{0};
}

std::uint32_t FileKeyStore::generation(std::string_view station, KeyUse use) const {
  const auto found = station_keys_.find({std::string(station), use});
  return found == station_keys_.end() ? 0 : found->second.generation;
}

}  // namespace crypto
