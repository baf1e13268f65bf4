#pragma once
/// What all runs share: the demo world's stations, keys and ledger data, cut to the model's world.

#include <map>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

#include "base/random.hpp"
#include "config/seed.hpp"
#include "config/settings.hpp"
#include "crypto/key_store.hpp"
#include "model.hpp"
#include "switch/router.hpp"

namespace simulation {

/// Repeatable bytes.
class SeededRandom : public base::RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(base::ByteSpan out) override;

 private:
  std::mt19937_64 engine_;
};

struct Plant {
  model::World world;  ///< of the model: the limits are set a run
  config::Settings settings;
  config::Seed seed;
  std::shared_ptr<crypto::FileKeyStore> keys;
  std::unique_ptr<core::Keyring> keyring;
  std::map<std::string, core::StationLink> links;  ///< by station name
  std::unordered_map<std::uint16_t, ledger::Category> categories;

  const core::StationLink& link(const std::string& station) const { return links.at(station); }
};

/// Loaded once a process.
const Plant& plant();

}  // namespace simulation
