#include "config/listeners.hpp"

#include "config/endpoints.hpp"
#include "config/stations.hpp"

namespace config {
namespace {

std::string read_address(Section& section, bool demo) {
  const Value value = section.require("address", "an IPv4 or IPv6 address in digits");
  if (!is_address(value.text)) value.refuse("an IPv4 or IPv6 address in digits");
  if (demo && !is_loopback(value.text))
    value.refuse("only a loopback address, since the demo world's keys are published");
  return value.text;
}

std::filesystem::path read_file(Section& section, std::string_view key,
                                const std::filesystem::path& folder) {
  const Value value = section.require(key, "the name of a PEM file");
  if (value.text.empty()) value.refuse("the name of a PEM file");
  return folder / value.text;
}

TlsListener read_listener(Ini& ini, const std::string& name, const std::filesystem::path& folder,
                          bool demo, int port_shift) {
  Section section(ini, "listener." + name);
  TlsListener listener;
  listener.name = name;
  listener.address = read_address(section, demo);
  listener.port = read_port(section, port_shift);
  listener.certificate = read_file(section, "certificate", folder);
  listener.key = read_file(section, "key", folder);
  listener.client_ca = read_file(section, "client-ca", folder);
  if (section.find("crl")) listener.crl = read_file(section, "crl", folder);
  listener.max_handshakes =
      section.number<std::uint32_t>("max-handshakes", 1, 4'096, listener.max_handshakes);
  return listener;
}

void check_free(Section& section, const TlsListener& listener,
                const std::vector<TlsListener>& others, const std::vector<Station>& stations) {
  const auto refuse_taken = [&](const std::string& owner) {
    section.require("port", "").wrong("is " + owner + "'s already");
  };
  for (const TlsListener& other : others)
    if (other.port == listener.port && other.address == listener.address) refuse_taken(other.name);
  for (const Station& station : stations)
    if (station.port == listener.port && station.address == listener.address)
      refuse_taken(station.name);
}

}  // namespace

std::vector<TlsListener> read_listeners(Ini& ini, const std::filesystem::path& folder, bool demo,
                                        int port_shift, const std::vector<Station>& stations) {
  std::vector<TlsListener> listeners;
  for (const std::string& name : ini.sections("listener")) {
    if (!is_section_name(name))
      throw ConfigError(ini.file().string() + ": [listener." + name +
                        "]: a listener's name is 1 to 16 of A-Z, 0-9 and -");
    const TlsListener listener = read_listener(ini, name, folder, demo, port_shift);
    Section section(ini, "listener." + name);
    check_free(section, listener, listeners, stations);
    listeners.push_back(listener);
  }
  if (listeners.empty())
    for (const Station& station : stations)
      if (!station.certificate_name.empty())
        Section(ini, "station." + station.name)
            .require("certificate-name", "")
            .wrong(
                "there is no [listener.NAME] section, so that nobody can come with a certificate");
  return listeners;
}

}  // namespace config
