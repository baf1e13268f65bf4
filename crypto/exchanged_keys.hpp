#pragma once
/// The keys that one station had for one use by key exchange (0800/161), as they lie in the ledger.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "crypto/key_store.hpp"

namespace crypto {

/// The present key and those before it that are kept, so that what was in flight and a request for
/// a key that comes again are understood.
inline constexpr std::size_t kKeysKept = 4;

/// What tells one request for a key from another: DE 7 and DE 11.
using ExchangeId = std::array<char, 16>;

struct ExchangedKeys {
  struct Entry {
    ExchangeId asked_by{};      ///< zeros: the key of the key file, which nobody asked for
    base::TimeUs since_us = 0;  ///< from when on it was the present one; 0: always
    Key key;                    ///< 16 bytes
  };
  /// Of the key in the key file that came before all of them. With another one in the file they are
  /// void.
  std::uint32_t generation = 1;
  std::uint32_t exchanges = 0;  ///< since then
  std::vector<Entry> entries;   ///< the present one first; 1 to kKeysKept
};

/// Seals them under the storage key `exchanged`, bound to `owner`:
/// id of that key (2, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16); kSealedExchangedSize bytes.
/// Throws std::runtime_error when there is no such storage key.
std::string seal_exchanged(const KeyStore& keys, std::string_view owner,
                           const ExchangedKeys& exchanged, base::RandomSource& random);
/// Nothing when they were altered, belong to another owner, or were sealed under a key that is
/// gone.
std::optional<ExchangedKeys> open_exchanged(const KeyStore& keys, std::string_view owner,
                                            std::string_view sealed);

inline constexpr std::size_t kSealedExchangedSize = 2 + 12 + (9 + kKeysKept * 40) + 16;

}  // namespace crypto
