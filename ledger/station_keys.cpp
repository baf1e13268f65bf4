#include "ledger/station_keys.hpp"

#include <stdexcept>
#include <string>

namespace ledger {

KeyText<3> station_keys_key(StationId station, crypto::KeyUse use) {
  CP_ASSERT(use == crypto::KeyUse::pin || use == crypto::KeyUse::mac);
  return KeyText<3>().number(station).number(
      static_cast<std::uint8_t>(use == crypto::KeyUse::pin ? 1 : 2));
}

std::optional<crypto::ExchangedKeys> read_station_keys(Draft& draft, const crypto::KeyStore& keys,
                                                       StationId station, crypto::KeyUse use) {
  const auto key = station_keys_key(station, use);
  const auto sealed = draft.get(Table::station_keys, key);
  if (!sealed) return std::nullopt;
  auto exchanged = crypto::open_exchanged(keys, key, *sealed);
  if (!exchanged)
    throw std::runtime_error("the " + std::string(crypto::to_text(use)) + " keys that station " +
                             std::to_string(station) +
                             " had by key exchange cannot be opened; bring back the key file that "
                             "belongs to this data");
  return exchanged;
}

void write_station_keys(Draft& draft, const crypto::KeyStore& keys, StationId station,
                        crypto::KeyUse use, const crypto::ExchangedKeys& exchanged,
                        base::RandomSource& random) {
  const auto key = station_keys_key(station, use);
  draft.put(Table::station_keys, key, crypto::seal_exchanged(keys, key, exchanged, random));
}

}  // namespace ledger
