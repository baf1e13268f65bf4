#pragma once
/// Station keys that came about by key exchange: one sealed record a station and use.

#include <optional>

#include "crypto/exchanged_keys.hpp"
#include "ledger/draft.hpp"

namespace ledger {

/// Key of `station_keys`, and what the record is sealed to: station, use (1 PIN, 2 MAC).
KeyText<3> station_keys_key(StationId station, crypto::KeyUse use);

/// Nothing when the station never had a key by exchange. Throws std::runtime_error when its record
/// cannot be opened with these keys.
std::optional<crypto::ExchangedKeys> read_station_keys(Draft& draft, const crypto::KeyStore& keys,
                                                       StationId station, crypto::KeyUse use);
void write_station_keys(Draft& draft, const crypto::KeyStore& keys, StationId station,
                        crypto::KeyUse use, const crypto::ExchangedKeys& exchanged,
                        base::RandomSource& random);

}  // namespace ledger
