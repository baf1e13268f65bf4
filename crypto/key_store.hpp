#pragma once
/// One interface for every key the switch uses; the first implementation is a file that holds them
/// wrapped under a master key.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"

namespace crypto {

enum class KeyUse : std::uint8_t {
  pin,         ///< a station's PIN key (double-length triple-DES)
  mac,         ///< a station's MAC key (triple-DES for x9.19, AES-128 for cmac)
  transport,   ///< a station's transport key (AES-128)
  card_index,  ///< HMAC-SHA-256 key by which card numbers and PIN#s are found
  card_seal,   ///< AES-256-GCM key that seals them
  password,    ///< HMAC-SHA-256 key of the password verifiers
  exchanged,   ///< AES-256-GCM key that seals station keys which came about by key exchange
  printer,     ///< key that the card printer has too, under which it gets the files of lots
};
inline constexpr std::array kStationUses{KeyUse::pin, KeyUse::mac, KeyUse::transport};
inline constexpr std::array kStorageUses{KeyUse::card_index, KeyUse::card_seal, KeyUse::password,
                                         KeyUse::exchanged};
inline constexpr bool is_station_use(KeyUse use) { return use <= KeyUse::transport; }
inline constexpr bool is_storage_use(KeyUse use) {
  return use >= KeyUse::card_index && use <= KeyUse::exchanged;
}

/// As in KeyUse: `pin`, …, `printer`.
std::string_view to_text(KeyUse use);
std::optional<KeyUse> find_key_use(std::string_view name);

struct KeyMaterial;
struct KeyLine;

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

/// Station keys by station name; storage keys by the id that each sealed record carries, printer
/// keys by the one that each file carries.
/// Read-only after it is loaded; any thread.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  /// The station's key for this use, or nullptr.
  virtual const Key* station_key(std::string_view station, KeyUse use) const = 0;
  /// A storage or printer key by id, or nullptr.
  virtual const Key* storage_key(KeyUse use, std::uint16_t id) const = 0;
  /// The id with which new records are made; 0 where there is no key of this use.
  virtual std::uint16_t current_id(KeyUse use) const = 0;
  /// How many keys the station had for this use, the present one counted: what was exchanged after
  /// an older one no longer holds.
  virtual std::uint32_t generation(std::string_view, KeyUse) const { return 1; }
};

class MasterKeys;

/// The key file: a line a key, wrapped by AES-KW under a master key; docs/operations.md has its
/// form. An HMAC under a key made from the master key is over all of it, so that no line can be
/// taken away, put back or given to another station.
///
/// Throws std::runtime_error, with a sentence that says what to do, when a file is readable by
/// others than its owner, belongs to somebody else, or a line is wrong (line number, no content).
/// Whoever changes it works on a copy that nobody else has; the rest is read-only and for any
/// thread.
class FileKeyStore : public KeyStore {
 public:
  static std::unique_ptr<FileKeyStore> load(const std::filesystem::path& file,
                                            const MasterKeys& master);
  /// A file in clear, as the version before this one made it: `station NAME USE HEX`, `storage USE
  /// ID HEX`.
  static std::unique_ptr<FileKeyStore> load_clear(const std::filesystem::path& file);
  /// Station and printer keys that may be readable by all: a demo set. No storage keys.
  static std::unique_ptr<FileKeyStore> load_published(const std::filesystem::path& file);
  /// Whether the file is one that load() reads. Throws as it does.
  static bool is_wrapped(const std::filesystem::path& file);

  /// Makes the file. Throws where there is one already: without its keys the data cannot be read.
  void create(const std::filesystem::path& file, const MasterKeys& master) const;
  /// Puts this in the file's place in one step.
  void replace(const std::filesystem::path& file, const MasterKeys& master) const;

  /// The station's key from now on.
  void put_station_key(std::string_view station, KeyUse use, Key key, base::TimeUs now);
  /// A fresh storage key, with which new records are made from now on; the older ones stay.
  std::uint16_t add_storage_key(KeyUse use, base::RandomSource& random, base::TimeUs now);
  /// The printer key from now on; returns its id. The older ones stay, for files made under them.
  std::uint16_t add_printer_key(Key key, base::TimeUs now);
  /// A first key for each storage use that has none.
  void add_missing_storage_keys(base::RandomSource& random, base::TimeUs now);
  /// The first storage key of `older` that is not here as it is there: what was made under it could
  /// no longer be read. Empty: none.
  std::string missing_from(const FileKeyStore& older) const;

  const Key* station_key(std::string_view station, KeyUse use) const override;
  const Key* storage_key(KeyUse use, std::uint16_t id) const override;
  std::uint16_t current_id(KeyUse use) const override;
  std::uint32_t generation(std::string_view station, KeyUse use) const override;

  struct StationKey {
    Key key;
    std::uint32_t generation = 1;
    base::TimeUs since_us = 0;  ///< whole seconds; 0: not known
  };
  struct StorageKey {
    Key key;
    base::TimeUs since_us = 0;
  };
  using StationKeys = std::map<std::pair<std::string, KeyUse>, StationKey>;
  using StorageKeys = std::map<std::pair<KeyUse, std::uint16_t>, StorageKey>;  ///< and printer keys
  const StationKeys& station_keys() const { return station_keys_; }
  const StorageKeys& storage_keys() const { return storage_keys_; }

 private:
  /// False when there is such a key already.
  bool take(const KeyLine& line);
  std::uint16_t add_numbered_key(KeyUse use, Key key, base::TimeUs now);

  StationKeys station_keys_;
  StorageKeys storage_keys_;
};

}  // namespace crypto
