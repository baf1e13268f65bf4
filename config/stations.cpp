#include "config/stations.hpp"

#include <algorithm>
#include <array>

#include "config/endpoints.hpp"
#include "config/packager_file.hpp"

namespace config {
namespace {

constexpr std::size_t kMaxNameSize = 16;
constexpr std::size_t kMaxCertificateName = 253;  // of a DNS name

constexpr std::pair<std::string_view, Role> kRoles[] = {
    {"terminal", Role::terminal}, {"telephone", Role::telephone}, {"agent", Role::agent},
    {"site", Role::site},         {"bank", Role::bank},           {"cardco", Role::cardco},
    {"operator", Role::operating}};

std::string read_address(Section& section) {
  const auto value = section.find("address");
  if (!value) return "127.0.0.1";
  if (!is_loopback(value->text))
    value->refuse(
        "only a loopback address (127.0.0.1 or another of 127.0.0.0/8, or ::1), since whoever "
        "reaches a listener without TLS is taken for its station; others come to a "
        "[listener.NAME] with a certificate-name");
  return value->text;
}

/// In lower case, as names of hosts are compared.
std::string read_certificate_name(Section& section) {
  const auto value = section.find("certificate-name");
  if (!value) return {};
  std::string name = value->text;
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.empty() || name.size() > kMaxCertificateName ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") != std::string::npos)
    value->refuse("1 to 253 letters, digits, dots, - and _, as the certificate names the station");
  return name;
}

/// `only_tls`: whoever connects has proved with a certificate who it is.
crypto::MacKind read_mac(Section& section, Role role, bool only_tls, bool demo) {
  using crypto::MacKind;
  const auto mac = section.choice<MacKind>(
      "mac", {{"none", MacKind::none}, {"x9.19", MacKind::x9_19}, {"cmac", MacKind::cmac}},
      MacKind::none);
  const bool must = role == Role::operating || role == Role::site || role == Role::bank;
  if (must && !demo && !only_tls && mac == MacKind::none) {
    const std::string_view allowed =
        "x9.19 or cmac, since operator, site and bank stations must have a MAC or come over TLS "
        "only (a certificate-name and no port), on loopback too";
    section.require("mac", allowed).refuse(allowed);
  }
  return mac;
}

/// A built-in one by its name, or one of a packager file beside the configuration.
const codec::Profile* read_profile(Section& section, const std::filesystem::path& beside,
                                   FileProfiles& profiles) {
  const auto value = section.find("profile");
  if (!value) return &codec::kIso87Binary;
  if (const codec::Profile* const built_in = codec::find_profile(value->text)) return built_in;
  if (!is_packager_file(value->text))
    value->refuse(
        "one of iso87-binary, iso87-ascii, iso87-ascii-binary, or the name of a packager file, "
        "NAME.xml, beside the configuration file");
  const std::filesystem::path file = beside / value->text;
  for (const auto& known : profiles)
    if (known->name == file.string()) return known.get();
  try {
    profiles.push_back(load_packager_file(file));
  } catch (const ConfigError& error) {
    value->wrong(error.what());
  }
  return profiles.back().get();
}

Station read_station(Ini& ini, const std::string& name, bool demo, int port_shift,
                     FileProfiles& profiles) {
  using codec::HeaderKind;
  Section section(ini, "station." + name);
  Station station;
  station.name = name;
  station.id = section.number<std::uint16_t>("id", 1, 65'535);
  station.role = section.choice<Role>(
      "role", {kRoles[0], kRoles[1], kRoles[2], kRoles[3], kRoles[4], kRoles[5], kRoles[6]});
  station.certificate_name = read_certificate_name(section);
  const bool only_tls = !station.certificate_name.empty() && !section.find("port");
  if (!only_tls) {
    station.port = read_port(section, port_shift);
    station.address = read_address(section);
  }
  station.profile = read_profile(section, ini.file().parent_path(), profiles);
  station.frame.kind =
      section.choice<HeaderKind>("header",
                                 {{"2-byte", HeaderKind::two_byte},
                                  {"2-byte-inclusive", HeaderKind::two_byte_inclusive},
                                  {"4-ascii", HeaderKind::four_ascii},
                                  {"2-bcd", HeaderKind::two_bcd}},
                                 HeaderKind::two_byte);
  station.frame.tpdu = section.yes_or_no("tpdu", false);
  station.mac = read_mac(section, station.role, only_tls, demo);
  station.key_form = section.choice<crypto::KeyForm>(
      "key-exchange", {{"aes-kw", crypto::KeyForm::aes_kw}, {"tr-31", crypto::KeyForm::key_block}},
      crypto::KeyForm::aes_kw);
  station.password_required =
      section.choice<bool>("password", {{"required", true}, {"optional", false}}, true);
  station.sign_on_required =
      section.choice<bool>("sign-on", {{"required", true}, {"not-required", false}}, false);
  station.max_connections = section.number<std::uint32_t>("max-connections", 1, 65'535, 1'024u);
  return station;
}

/// Names are unique already: a section cannot be given twice.
void check_unique(Section& section, const Station& station, const std::vector<Station>& others) {
  for (const Station& other : others) {
    if (other.id == station.id)
      section.require("id", "").wrong(std::to_string(station.id) + " is " + other.name +
                                      "'s already; ledger records tell stations apart by it");
    if (!station.certificate_name.empty() && other.certificate_name == station.certificate_name)
      section.require("certificate-name", "")
          .wrong("is " + other.name + "'s already; a certificate names one station");
    if (station.port != 0 && other.port == station.port && other.address == station.address)
      section.require("port", "")
          .wrong("is " + other.name + "'s already; a listener belongs to one station");
  }
}

}  // namespace

bool is_section_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameSize &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string_view to_text(Role role) {
  for (const auto& [name, known] : kRoles)
    if (known == role) return name;
  return "unknown";
}

std::vector<Station> read_stations(Ini& ini, bool demo, int port_shift, FileProfiles& profiles) {
  std::vector<Station> stations;
  for (const std::string& name : ini.sections("station")) {
    if (!is_section_name(name))
      throw ConfigError(ini.file().string() + ": [station." + name +
                        "]: a station's name is 1 to 16 of A-Z, 0-9 and -");
    const Station station = read_station(ini, name, demo, port_shift, profiles);
    Section section(ini, "station." + name);
    check_unique(section, station, stations);
    stations.push_back(station);
  }
  if (stations.empty())
    throw ConfigError(ini.file().string() +
                      ": there is no [station.NAME] section; without one nobody can connect");
  return stations;
}

}  // namespace config
