#pragma once
/// Which keys the stations use now: those of the key file, or later ones by key exchange.
///
///   Keyring(stations, keys) → load_exchanged(store) → stations() for their links
///   → an exchange that is durable, or an operator's change (use()), and the next message has it

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "config/settings.hpp"
#include "crypto/card_vault.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/mac.hpp"
#include "crypto/working_keys.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace core {

/// One station's keys, in one place as long as it has this id and this MAC; the ledger's thread.
struct StationKeys {
  std::string station;
  ledger::StationId id = 0;
  crypto::MacKind mac = crypto::MacKind::none;
  crypto::KeyForm form = crypto::KeyForm::aes_kw;
  crypto::WorkingKeys pin_keys;
  crypto::WorkingKeys mac_keys;  ///< empty where mac is none
  crypto::Key transport;         ///< empty: no key exchange

  crypto::WorkingKeys& of(crypto::KeyUse use) {
    return use == crypto::KeyUse::pin ? pin_keys : mac_keys;
  }
  /// Which cipher the key of this use is for.
  crypto::KeyAlgorithm algorithm(crypto::KeyUse use) const;
};

/// A key that is in force for `cpctl key list`.
struct KeyRow {
  std::string owner;  ///< a station's name, or `storage`
  crypto::KeyUse use{};
  std::uint32_t number = 0;  ///< of a station's keys: which one; the id of a storage key
  bool exchanged = false;    ///< else it is the key file's
  base::TimeUs since_us = 0;
  std::string check_value;
};

/// By the stations' names.
using StationKeysMap = std::map<std::string, std::shared_ptr<StationKeys>, std::less<>>;

/// What a Keyring can go over to.
struct NextKeys {
  std::shared_ptr<const crypto::FileKeyStore> keys;
  StationKeysMap stations;
  /// Those of them that are in force already, and the form of their new keys from then on.
  std::vector<std::pair<StationKeys*, crypto::KeyForm>> staying;
};

/// All stations' keys and the store they come from.
class Keyring {
 public:
  /// Throws std::runtime_error with a sentence when a station's key is missing.
  Keyring(const std::vector<config::Station>& stations,
          std::shared_ptr<const crypto::FileKeyStore> keys);

  /// What was exchanged after the keys of the key file. Throws std::runtime_error when it cannot be
  /// opened.
  void load_exchanged(ledger::Store& store);

  /// A key file that was changed, or other stations; nothing changes yet. Throws std::runtime_error
  /// with a sentence: a station would be without a key, or data could no longer be read.
  NextKeys prepare(const std::vector<config::Station>& stations,
                   std::shared_ptr<const crypto::FileKeyStore> keys, ledger::Store& store) const;
  /// Goes over to what was prepared: new messages come under its keys, and for a minute those in
  /// flight under the ones before. Keys by exchange stay where the key file's is the one it was.
  /// Throws, and changes nothing, where the vault does not take the keys.
  void use(NextKeys next, crypto::CardVault& vault, base::TimeUs now);

  /// The station must be there.
  StationKeys& find(std::string_view station);
  /// Shared with the stations' links, which may stay longer.
  const StationKeysMap& stations() const { return stations_; }
  /// Shared, since a check in another thread may still look at older ones.
  const std::shared_ptr<const crypto::FileKeyStore>& keys() const { return keys_; }
  /// Without the key bytes.
  std::vector<KeyRow> rows(ledger::Store& store) const;

 private:
  StationKeysMap stations_;
  std::shared_ptr<const crypto::FileKeyStore> keys_;
};

/// The keys of a key file that are new or gone, with their check values: `SHOP pin (check value
/// 1A2B3C)`.
std::vector<std::string> key_changes(const crypto::FileKeyStore& before,
                                     const crypto::FileKeyStore& after,
                                     const std::vector<config::Station>& stations);

}  // namespace core
