#include "tools/station_keys.hpp"

#include <fstream>
#include <sstream>

#include "tools/card_file.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

constexpr std::size_t kKeyBytes = 16;

std::string use_name(crypto::KeyUse use) {
  return use == crypto::KeyUse::pin ? "pin" : use == crypto::KeyUse::mac ? "mac" : "transport";
}

}  // namespace

StationKeys StationKeys::load(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw UsageError("cannot read the key file " + file.string());
  StationKeys keys;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string what, station, use, hex;
    if (!(words >> what) || what == "storage" || what == "printer") continue;
    words >> station >> use >> hex;
    auto bytes = base::from_hex(hex);
    bool known = false;
    for (const auto each : {crypto::KeyUse::pin, crypto::KeyUse::mac, crypto::KeyUse::transport}) {
      if (what != "station" || use != use_name(each) || !bytes || bytes->size() != kKeyBytes)
        continue;
      known = true;
      keys.keys_[{station, each}] = crypto::Key(*bytes);
    }
    if (!known)
      throw UsageError(file.string() + ":" + std::to_string(number) +
                       ": not of the form `station NAME pin|mac|transport HEX`");
  }
  return keys;
}

void StationKeys::load_over(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return;
  for (const auto& [name, key] : load(file).keys_) keys_[name] = key;
}

void StationKeys::put(std::string_view station, crypto::KeyUse use, crypto::Key key,
                      const std::filesystem::path& file) {
  StationKeys kept;
  kept.load_over(file);
  const std::pair<std::string, crypto::KeyUse> name(station, use);
  keys_[name] = kept.keys_[name] = std::move(key);
  std::string text;
  for (const auto& [owner, each] : kept.keys_)
    text += "station " + owner.first + " " + use_name(owner.second) + " " +
            base::to_hex(each.bytes()) + "\n";
  save_for_owner(file, text);
}

const crypto::Key* StationKeys::find(std::string_view station, crypto::KeyUse use) const {
  const auto found = keys_.find(std::pair<std::string, crypto::KeyUse>(station, use));
  return found == keys_.end() ? nullptr : &found->second;
}

const crypto::Key& StationKeys::require(std::string_view station, crypto::KeyUse use) const {
  const crypto::Key* const key = find(station, use);
  if (key == nullptr)
    throw UsageError("the key file has no " + use_name(use) + " key of " + std::string(station));
  return *key;
}

}  // namespace tools
