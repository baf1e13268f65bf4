#include "switch/station_links.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace core {
namespace {

const crypto::Key* require_key(const crypto::KeyStore& keys, const std::string& station,
                               crypto::KeyUse use, std::string_view name) {
  const crypto::Key* key = keys.station_key(station, use);
  if (key == nullptr)
    throw std::runtime_error(
        fmt::format("station {} has no {} key: put a line `station {} {} HEX` into the key file",
                    station, name, station, name));
  return key;
}

StationLink link_of(const config::Station& from, const crypto::KeyStore& keys) {
  StationLink link;
  link.station.name = from.name;
  link.station.id = from.id;
  link.station.role = from.role;
  link.station.password_required = from.password_required;
  link.station.pin_key = require_key(keys, from.name, crypto::KeyUse::pin, "pin");
  link.profile = from.profile;
  link.frame = from.frame;
  link.mac = from.mac;
  if (from.mac != crypto::MacKind::none)
    link.mac_key = require_key(keys, from.name, crypto::KeyUse::mac, "mac");
  link.sign_on_required = from.sign_on_required;
  return link;
}

}  // namespace

std::vector<StationSettings> station_settings(const config::Settings& settings,
                                              const crypto::KeyStore& keys) {
  std::vector<StationSettings> stations;
  for (const config::Station& from : settings.stations) {
    StationSettings station;
    station.link = link_of(from, keys);
    station.max_connections = from.max_connections;
    station.address = from.address;
    if (from.port != 0) station.port = from.port;
    station.certificate_name = from.certificate_name;
    stations.push_back(std::move(station));
  }
  return stations;
}

std::string_view role_text(ledger::Role role) { return config::to_text(role); }

std::string_view header_text(codec::FrameFormat frame) {
  switch (frame.kind) {
    case codec::HeaderKind::two_byte:
      return frame.tpdu ? "2-byte with TPDU" : "2-byte";
    case codec::HeaderKind::two_byte_inclusive:
      return frame.tpdu ? "2-byte-inclusive with TPDU" : "2-byte-inclusive";
    case codec::HeaderKind::four_ascii:
      return frame.tpdu ? "4-ascii with TPDU" : "4-ascii";
    case codec::HeaderKind::two_bcd:
      return frame.tpdu ? "2-bcd with TPDU" : "2-bcd";
  }
  return "unknown";
}

std::string_view mac_text(crypto::MacKind mac) {
  switch (mac) {
    case crypto::MacKind::none:
      return "none";
    case crypto::MacKind::x9_19:
      return "x9.19";
    case crypto::MacKind::cmac:
      return "cmac";
  }
  return "unknown";
}

}  // namespace core
