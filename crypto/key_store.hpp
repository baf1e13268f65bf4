#pragma once
/// One interface for every key the switch uses; the first implementation is a file that only its
/// owner can read.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"

namespace crypto {

enum class KeyUse : std::uint8_t {
  pin,         ///< a station's PIN key (double-length triple-DES, or AES-128)
  mac,         ///< a station's MAC key (triple-DES for x9.19, AES-128 for cmac)
  transport,   ///< a station's transport key (AES-128)
  card_index,  ///< HMAC-SHA-256 key by which card numbers and PIN#s are found
  card_seal,   ///< AES-256-GCM key that seals them
  password,    ///< HMAC-SHA-256 key of the password verifiers
};

struct KeyMaterial;

/// Bytes of one key; wiped when the last copy is destroyed; never printed. Copies share the bytes
/// and the cipher contexts made from them, which are made once and guarded: any thread.
class Key {
 public:
  Key() = default;
  explicit Key(std::vector<std::uint8_t> bytes);
  base::ByteView bytes() const;

  /// For this folder only: what belongs to the key. The key must not be empty.
  KeyMaterial& material() const;

 private:
  std::shared_ptr<KeyMaterial> material_;
};

/// Station keys by station name; storage keys by the id that each sealed record carries.
/// Read-only after it is loaded; any thread.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  /// The station's key for this use, or nullptr.
  virtual const Key* station_key(std::string_view station, KeyUse use) const = 0;
  /// A storage key by id, or nullptr.
  virtual const Key* storage_key(KeyUse use, std::uint16_t id) const = 0;
  /// The id with which new records are made.
  virtual std::uint16_t current_id(KeyUse use) const = 0;
};

/// The key file: a line a key, `station NAME USE HEX` (16 bytes) or `storage USE ID HEX` (32
/// bytes), the uses written as in KeyUse; `#` begins a comment. New records are made with the
/// highest id. Throws std::runtime_error, with a sentence that says what to do, when the file is
/// readable by others than its owner, belongs to somebody else, or a line is wrong (line number, no
/// content).
class FileKeyStore : public KeyStore {
 public:
  static std::unique_ptr<FileKeyStore> load(const std::filesystem::path& file);

  /// Makes a key file (mode 0600, synced, renamed in): the station lines of `station_keys_file`
  /// (which may be readable by all: a published demo set) and fresh storage keys. Throws where
  /// there is a key file already: without its keys the data cannot be read.
  static void create(const std::filesystem::path& file,
                     const std::filesystem::path& station_keys_file, base::RandomSource& random);

  const Key* station_key(std::string_view station, KeyUse use) const override;
  const Key* storage_key(KeyUse use, std::uint16_t id) const override;
  std::uint16_t current_id(KeyUse use) const override;

 private:
  std::map<KeyUse, std::map<std::string, Key, std::less<>>> station_keys_;
  std::map<std::pair<KeyUse, std::uint16_t>, Key> storage_keys_;
};

}  // namespace crypto
