#include "tools/world.hpp"

#include "tools/usage_error.hpp"

namespace tools {

void World::use_tls(TlsIdentity identity) {
  if (settings.tls_listeners.empty())
    throw UsageError("the configuration has no [listener.NAME] to come to over TLS");
  const config::TlsListener& listener = settings.tls_listeners.front();
  tls = TlsWay{std::move(identity), listener.address, listener.port};
}

const config::Station& World::station(std::string_view name) const {
  if (const config::Station* const found = settings.find_station(name)) return *found;
  std::string names;
  for (const config::Station& each : settings.stations)
    names += (names.empty() ? "" : ", ") + each.name;
  throw UsageError("there is no station " + std::string(name) + "; there are " + names);
}

std::vector<const config::SeedTerminal*> World::terminals(std::string_view station) const {
  std::vector<const config::SeedTerminal*> found;
  for (const config::SeedTerminal& terminal : seed.terminals)
    if (terminal.station == station) found.push_back(&terminal);
  return found;
}

const config::SeedTerminal& World::terminal(std::string_view station, std::string_view id) const {
  for (const config::SeedTerminal& terminal : seed.terminals)
    if (terminal.station == station && (id.empty() || terminal.id == id)) return terminal;
  throw UsageError("the configuration's seed file has no terminal " + std::string(id) +
                   (id.empty() ? "of " : " of ") + std::string(station));
}

World load_world(const std::filesystem::path& config, std::optional<int> port_base,
                 const std::optional<std::filesystem::path>& keys) {
  config::CommandLine command;
  command.config = config;
  command.data = ".";  // where a switch would keep its data: of no interest here
  command.port_base = port_base;
  World world;
  world.settings = config::load_settings(command);
  world.seed = config::load_seed(world.settings, config::SeedUse::taken);
  const auto& file = keys ? keys : world.settings.demo_key_file;
  if (!file) throw UsageError("the configuration names no published keys: say --keys FILE");
  world.keys = StationKeys::load(*file);
  return world;
}

}  // namespace tools
