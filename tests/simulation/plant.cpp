#include "plant.hpp"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace simulation {
namespace {

constexpr std::uint64_t kKeySeed = 941'012;

/// A folder that goes with its object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cyberpass-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the keys");
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The seed file's merchants, with the terminals, validities, points and stock of the model's
/// world.
void cut_to_world(const model::World& world, config::Seed& seed) {
  std::erase_if(seed.terminals,
                [&](const auto& terminal) { return !world.terminals.contains(terminal.id); });
  for (auto& product : seed.products) {
    const model::Product& known = world.products.at(product.face_won);
    product.validity_days = static_cast<std::uint32_t>(known.days);
    product.points_bp = static_cast<std::uint16_t>(known.points_bp);
  }
  seed.lots.clear();
  for (const model::StockCard& stock : world.stock) {
    config::SeedLot lot;
    lot.first = std::stoull(stock.number.substr(0, 15));
    lot.count = 1;
    lot.face_won = stock.face;
    lot.initial_password = stock.password;
    for (const auto& product : seed.products)
      if (product.face_won == stock.face) lot.product = static_cast<std::uint8_t>(product.number);
    seed.lots.push_back(lot);
  }
}

core::StationLink make_link(const config::Station& station, core::Keyring& keys) {
  core::StationLink link;
  link.keys = &keys.find(station.name);
  link.station.name = station.name;
  link.station.id = station.id;
  link.station.role = station.role;
  link.station.password_required = station.password_required;
  link.station.pin_keys = &link.keys->pin_keys;
  link.profile = station.profile;
  link.frame = station.frame;
  link.mac = station.mac;
  link.sign_on_required = station.sign_on_required;
  return link;
}

Plant load() {
  const ScratchFolder folder;
  Plant plant;
  plant.world = model::demo_world();
  config::CommandLine command;
  command.config = std::filesystem::path(CYBERPASS_SOURCE_DIR) / "config" / "demo.conf";
  command.data = folder.path() / "data";
  plant.settings = config::load_settings(command);
  plant.seed = config::load_seed(plant.settings);
  cut_to_world(plant.world, plant.seed);
  SeededRandom random(kKeySeed);
  plant.keys = crypto::FileKeyStore::load_published(*plant.settings.demo_key_file);
  plant.keys->add_missing_storage_keys(random, base::system_now());
  plant.keyring = std::make_unique<core::Keyring>(plant.settings.stations, plant.keys);
  for (const auto& station : plant.settings.stations)
    plant.links.emplace(station.name, make_link(station, *plant.keyring));
  for (const auto& category : plant.seed.categories)
    for (const std::uint16_t mcc : category.mccs) plant.categories[mcc] = category.category;
  return plant;
}

}  // namespace

void SeededRandom::fill(base::ByteSpan out) {
  std::size_t at = 0;
  while (at < out.size()) {
    std::uint64_t bits = engine_();
    for (int i = 0; i < 8 && at < out.size(); ++i, bits >>= 8)
      out[at++] = static_cast<std::uint8_t>(bits);
  }
}

const Plant& plant() {
  static const Plant kPlant = load();
  return kPlant;
}

}  // namespace simulation
