/// Station keys that came about by key exchange: each is sealed to its station and use.

#include "crypto/exchanged_keys.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

std::string complaint(std::string_view key, std::string_view value, crypto::CardVault* vault) {
  const bool is_key = key.size() == 3 && key.substr(0, 2) != std::string_view("\0\0", 2) &&
                      (key[2] == 1 || key[2] == 2);
  if (!is_key) return "the key is no station and use";
  if (value.size() != crypto::kSealedExchangedSize) return "is not of the size of such a record";
  if (vault != nullptr && !crypto::open_exchanged(vault->keys(), key, value))
    return "cannot be opened with the keys in the key file";
  return "";
}

}  // namespace

void check_station_keys(Source& source, crypto::CardVault* vault) {
  source.for_each(Table::station_keys, [&](std::string_view key, std::string_view value) {
    if (const std::string what = complaint(key, value, vault); !what.empty())
      source.add(Table::station_keys, key, what);
  });
}

}  // namespace ledger::checking
