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

/// Bytes of one key; wiped when destroyed; never printed.
class Key {
 public:
  Key() = default;
  explicit Key(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  Key(const Key&) = default;
  Key(Key&&) noexcept = default;
  Key& operator=(const Key&) = default;
  Key& operator=(Key&&) noexcept = default;
  ~Key();
  base::ByteView bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
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

/// The key file: a line a key, `station NAME USE HEX` or `storage USE ID HEX`; `#` begins a comment.
/// Throws std::runtime_error, with a sentence that says what to do, when the file is readable by
/// others than its owner, belongs to somebody else, or a line is wrong (line number, no content).
class FileKeyStore : public KeyStore {
 public:
  static std::unique_ptr<FileKeyStore> load(const std::filesystem::path& file);

  /// Makes a key file (mode 0600, synced, renamed in): the station lines of `station_keys_file`
  /// (which may be readable by all: a published demo set) and fresh storage keys.
  static void create(const std::filesystem::path& file,
                     const std::filesystem::path& station_keys_file, base::RandomSource& random);

  const Key* station_key(std::string_view station, KeyUse use) const override;
  const Key* storage_key(KeyUse use, std::uint16_t id) const override;
  std::uint16_t current_id(KeyUse use) const override;

 private:
  std::map<std::pair<std::string, KeyUse>, Key, std::less<>> station_keys_;
  std::map<std::pair<KeyUse, std::uint16_t>, Key> storage_keys_;
};

}  // namespace crypto
