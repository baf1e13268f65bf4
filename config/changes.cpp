#include "config/changes.hpp"

#include <algorithm>
#include <set>

namespace config {
namespace {

/// Settings that a running switch takes, besides the stations. What is not named here needs a
/// restart, so that a setting which is added later does until somebody has thought about it.
bool is_taken_while_running(std::string_view key) {
  if (key == "log.level" || key.starts_with("limits.")) return true;
  if (!key.starts_with("listener.")) return false;
  for (const std::string_view taken :
       {".certificate", ".key", ".client-ca", ".crl", ".max-handshakes"})
    if (key.ends_with(taken)) return true;
  return false;
}

/// What takes effect with a connection's next message; all other keys of a station say how it comes
/// or what it speaks.
bool keeps_connections(std::string_view station_key) {
  return station_key == "max-connections" || station_key == "password" ||
         station_key == "sign-on" || station_key == "key-exchange";
}

/// The names whose values are different, or which only one of them has.
std::set<std::string> different_keys(const Settings& before, const Settings& after) {
  std::set<std::string> keys;
  const auto note_others = [&](const Settings& one, const Settings& other) {
    for (const auto& [key, value] : one.in_effect) {
      const auto found = other.in_effect.find(key);
      if (found == other.in_effect.end() || found->second != value) keys.insert(key);
    }
  };
  note_others(before, after);
  note_others(after, before);
  // A packager file may have changed under its name.
  for (const Station& station : before.stations)
    if (const Station* now = after.find_station(station.name))
      if (!codec::is_same_form(*station.profile, *now->profile))
        keys.insert("station." + station.name + ".profile");
  return keys;
}

/// TLS listeners are opened at the start only.
bool is_of_new_or_old_listener(std::string_view key, const Settings& before,
                               const Settings& after) {
  const auto has = [&](const Settings& settings) {
    return std::ranges::any_of(settings.tls_listeners, [&](const TlsListener& listener) {
      return key.starts_with("listener." + listener.name + ".");
    });
  };
  return key.starts_with("listener.") && !(has(before) && has(after));
}

void note_station_key(std::string_view key, const Settings& before, const Settings& after,
                      Changes& changes) {
  key.remove_prefix(std::string_view("station.").size());
  const std::string name(key.substr(0, key.find('.')));
  if (before.find_station(name) == nullptr || after.find_station(name) == nullptr) return;
  const std::string_view of_station = key.substr(name.size() + 1);
  if (changes.stations_changed.empty() || changes.stations_changed.back().name != name)
    changes.stations_changed.push_back({name, {}, false});
  StationChange& change = changes.stations_changed.back();
  change.keys.emplace_back(of_station);
  change.ends_connections |= !keeps_connections(of_station);
}

std::vector<std::string> names_only_in(const Settings& one, const Settings& other) {
  std::vector<std::string> names;
  for (const Station& station : one.stations)
    if (other.find_station(station.name) == nullptr) names.push_back(station.name);
  std::ranges::sort(names);
  return names;
}

}  // namespace

const StationChange* Changes::find(std::string_view station) const {
  const auto found = std::ranges::find(stations_changed, station, &StationChange::name);
  return found == stations_changed.end() ? nullptr : &*found;
}

Changes compare(const Settings& before, const Settings& after) {
  Changes changes;
  changes.stations_added = names_only_in(after, before);
  changes.stations_removed = names_only_in(before, after);
  for (const std::string& key : different_keys(before, after)) {
    if (key.starts_with("station."))
      note_station_key(key, before, after, changes);
    else if (is_taken_while_running(key) && !is_of_new_or_old_listener(key, before, after))
      changes.settings.push_back(key);
    else
      changes.needs_restart.push_back(key);
  }
  return changes;
}

}  // namespace config
