#include "switch/station_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"
#include "ledger/station_keys.hpp"

namespace core {
namespace {

using crypto::KeyUse;

/// Whether the station must have such a key; a transport key it may have.
bool needs(const StationKeys& station, KeyUse use) {
  return use == KeyUse::pin || (use == KeyUse::mac && station.mac != crypto::MacKind::none);
}

void require_keys(const StationKeys& station, const crypto::KeyStore& keys) {
  for (const KeyUse use : {KeyUse::pin, KeyUse::mac})
    if (needs(station, use) && keys.station_key(station.station, use) == nullptr)
      throw std::runtime_error(
          fmt::format("station {0} has no {1} key: `cpctl key import {0} {1}` "
                      "puts one into the key file",
                      station.station, crypto::to_text(use)));
}

/// What is held by exchange, when it came after the key in the key file.
std::optional<crypto::ExchangedKeys> exchanged_keys(ledger::Store& store,
                                                    const crypto::KeyStore& keys,
                                                    const StationKeys& station, KeyUse use) {
  ledger::WriteSet nothing;
  ledger::Draft draft(store, nothing);
  auto exchanged = ledger::read_station_keys(draft, keys, station.id, use);
  if (exchanged && exchanged->generation != keys.generation(station.station, use))
    exchanged.reset();
  return exchanged;
}

/// Those of the key file.
std::shared_ptr<StationKeys> installed_keys(const config::Station& from,
                                            const crypto::KeyStore& keys) {
  auto station = std::make_shared<StationKeys>();
  station->station = from.name;
  station->id = from.id;
  station->mac = from.mac;
  station->form = from.key_form;
  require_keys(*station, keys);
  for (const KeyUse use : {KeyUse::pin, KeyUse::mac})
    if (needs(*station, use))
      station->of(use) = crypto::WorkingKeys(*keys.station_key(from.name, use));
  if (const crypto::Key* key = keys.station_key(from.name, KeyUse::transport))
    station->transport = *key;
  return station;
}

void take_exchanged(ledger::Store& store, const crypto::KeyStore& keys, StationKeys& station) {
  for (const KeyUse use : {KeyUse::pin, KeyUse::mac})
    if (const auto exchanged = exchanged_keys(store, keys, station, use);
        exchanged && needs(station, use))
      station.of(use) = crypto::WorkingKeys(*exchanged);
}

std::string check_value_text(const crypto::Key& key, crypto::KeyAlgorithm algorithm) {
  return std::string(crypto::as_text(crypto::check_value(key, algorithm)));
}

}  // namespace

crypto::KeyAlgorithm StationKeys::algorithm(KeyUse use) const {
  const bool aes = use == KeyUse::transport || (use == KeyUse::mac && mac == crypto::MacKind::cmac);
  return aes ? crypto::KeyAlgorithm::aes : crypto::KeyAlgorithm::triple_des;
}

Keyring::Keyring(const std::vector<config::Station>& stations,
                 std::shared_ptr<const crypto::FileKeyStore> keys)
    : keys_(std::move(keys)) {
  for (const config::Station& from : stations) stations_[from.name] = installed_keys(from, *keys_);
}

void Keyring::load_exchanged(ledger::Store& store) {
  for (auto& [name, station] : stations_) take_exchanged(store, *keys_, *station);
}

NextKeys Keyring::prepare(const std::vector<config::Station>& stations,
                          std::shared_ptr<const crypto::FileKeyStore> keys,
                          ledger::Store& store) const {
  if (const std::string gone = keys->missing_from(*keys_); !gone.empty())
    throw std::runtime_error("the storage key " + gone +
                             " is no longer there as it was; without it data cannot be read");
  NextKeys next;
  for (const config::Station& from : stations) {
    auto& station = next.stations[from.name];
    const auto held = stations_.find(from.name);
    if (held != stations_.end() && held->second->id == from.id && held->second->mac == from.mac) {
      station = held->second;
      require_keys(*station, *keys);
      next.staying.emplace_back(station.get(), from.key_form);
    } else {
      station = installed_keys(from, *keys);
      take_exchanged(store, *keys, *station);
    }
  }
  next.keys = std::move(keys);
  return next;
}

void Keyring::use(NextKeys next, crypto::CardVault& vault, base::TimeUs now) {
  const crypto::FileKeyStore& keys = *next.keys;
  vault.use(keys);
  for (const auto& [station, form] : next.staying) {
    const std::string& name = station->station;
    for (const KeyUse use : {KeyUse::pin, KeyUse::mac})
      if (needs(*station, use) && keys.generation(name, use) != keys_->generation(name, use))
        station->of(use).replace(*keys.station_key(name, use), now);
    const crypto::Key* const transport = keys.station_key(name, KeyUse::transport);
    station->transport = transport == nullptr ? crypto::Key() : *transport;
    station->form = form;
  }
  stations_ = std::move(next.stations);
  keys_ = std::move(next.keys);
}

StationKeys& Keyring::find(std::string_view station) {
  const auto found = stations_.find(station);
  CP_ASSERT(found != stations_.end());
  return *found->second;
}

std::vector<KeyRow> Keyring::rows(ledger::Store& store) const {
  std::vector<KeyRow> rows;
  for (const auto& [name, shared] : stations_) {
    const StationKeys& station = *shared;
    for (const KeyUse use : crypto::kStationUses) {
      const auto held = keys_->station_keys().find({name, use});
      if (held == keys_->station_keys().end()) continue;
      KeyRow row{name,
                 use,
                 held->second.generation,
                 false,
                 held->second.since_us,
                 check_value_text(held->second.key, station.algorithm(use))};
      if (use != KeyUse::transport && needs(station, use)) {
        if (const auto exchanged = exchanged_keys(store, *keys_, station, use)) {
          const auto& present = exchanged->entries.front();
          row = {name,
                 use,
                 exchanged->exchanges,
                 true,
                 present.since_us,
                 check_value_text(present.key, station.algorithm(use))};
        }
      }
      rows.push_back(row);
    }
  }
  for (const auto& [name, held] : keys_->storage_keys())
    rows.push_back({crypto::is_storage_use(name.first) ? "storage" : "card printer", name.first,
                    name.second, false, held.since_us,
                    check_value_text(held.key, crypto::KeyAlgorithm::aes)});
  return rows;
}

std::vector<std::string> key_changes(const crypto::FileKeyStore& before,
                                     const crypto::FileKeyStore& after,
                                     const std::vector<config::Station>& stations) {
  std::vector<std::string> changes;
  for (const auto& [owner, held] : after.station_keys()) {
    const auto& [name, use] = owner;
    if (before.generation(name, use) == held.generation) continue;
    StationKeys of_station;
    const auto station = std::ranges::find(stations, name, &config::Station::name);
    if (station != stations.end()) of_station.mac = station->mac;
    changes.push_back(fmt::format("{} {} (check value {}{})", name, crypto::to_text(use),
                                  check_value_text(held.key, of_station.algorithm(use)),
                                  station != stations.end() ? "" : "; no station has this name"));
  }
  for (const auto& [owner, held] : before.station_keys())
    if (after.generation(owner.first, owner.second) == 0)
      changes.push_back(fmt::format("{} {} is gone", owner.first, crypto::to_text(owner.second)));
  for (const auto& [owner, held] : after.storage_keys())
    if (!before.storage_keys().contains(owner))
      changes.push_back(fmt::format("{}{} {} (check value {})",
                                    crypto::is_storage_use(owner.first) ? "storage " : "",
                                    crypto::to_text(owner.first), owner.second,
                                    check_value_text(held.key, crypto::KeyAlgorithm::aes)));
  return changes;
}

}  // namespace core
