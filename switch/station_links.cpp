#include "switch/station_links.hpp"

namespace core {
namespace {

StationLink link_of(const config::Station& from, StationKeys& keys) {
  StationLink link;
  link.keys = &keys;
  link.station.name = from.name;
  link.station.id = from.id;
  link.station.role = from.role;
  link.station.password_required = from.password_required;
  link.station.pin_keys = &keys.pin_keys;
  link.profile = from.profile;
  link.frame = from.frame;
  link.mac = from.mac;
  link.sign_on_required = from.sign_on_required;
  return link;
}

}  // namespace

std::vector<StationSettings> station_settings(const config::Settings& settings,
                                              const StationKeysMap& keys) {
  std::vector<StationSettings> stations;
  for (const config::Station& from : settings.stations) {
    StationSettings station;
    const std::shared_ptr<StationKeys>& station_keys = keys.at(from.name);
    station.link = link_of(from, *station_keys);
    station.kept.push_back(station_keys);
    for (const auto& profile : settings.file_profiles)
      if (profile.get() == from.profile) station.kept.push_back(profile);
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
