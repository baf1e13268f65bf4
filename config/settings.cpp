#include "config/settings.hpp"

#include <sys/un.h>

#include <algorithm>

#include "config/ini.hpp"
#include "config/listeners.hpp"
#include "config/metrics.hpp"
#include "config/stations.hpp"
#include "ledger/durable_store.hpp"

namespace config {
namespace {

constexpr base::TimeUs kMillisecond = 1'000, kSecond = base::kMicrosPerSecond;
constexpr base::TimeUs kMaxClockOffset = 3'650 * base::kMicrosPerDay;

/// What changes the world itself stands in the file, where it can be reviewed.
void refuse_set_of_world(const Ini& ini, const CommandLine& command) {
  for (const auto& [key, value] : command.sets)
    if (key == "demo" || key == "keys.demo")
      throw ConfigError("--set " + key + ": may only stand in " + ini.file().string());
}

std::string read_bin(Ini& ini) {
  const auto value = Section(ini, "").find("bin");
  if (!value) return "941012";
  const std::string& bin = value->text;
  if (bin.size() != 6 || bin.front() == '0' ||
      bin.find_first_not_of("0123456789") != std::string::npos)
    value->refuse("six digits, not beginning with 0, with which our card numbers begin");
  return value->text;
}

base::TimeUs read_clock_offset(Ini& ini, bool demo) {
  const auto value = Section(ini, "clock").find("offset");
  if (!value) return 0;
  if (!demo) value->wrong("only the demo world (demo = yes) may have another clock");
  const auto offset = parse_duration(value->text, true);
  if (!offset || *offset < -kMaxClockOffset || *offset > kMaxClockOffset)
    value->refuse("at most 3650 days, as +31d, -2h or +30s");
  return *offset;
}

base::TimeUs read_acquirer_timeout(Ini& ini, bool demo) {
  Section section(ini, "acquirers");
  const auto value = section.find("timeout");
  if (value && value->from_command_line && !demo)
    value->wrong("only the demo world (demo = yes) may change it on the command line");
  return section.duration("timeout", 100 * kMillisecond, 300 * kSecond, 20 * kSecond);
}

std::string path_text(Ini& ini, const std::string& section, const std::string& key,
                      const std::string& otherwise) {
  const auto value = Section(ini, section).find(key);
  if (!value) return otherwise;
  if (value->text.empty()) value->refuse("the name of a file");
  return value->text;
}

void read_paths(Ini& ini, Settings& settings) {
  const std::filesystem::path beside = settings.config_file.parent_path();
  settings.key_file = settings.data_folder / path_text(ini, "keys", "file", "keys");
  settings.master_key = path_text(ini, "keys", "master", settings.master_key);
  settings.control_socket =
      settings.data_folder / path_text(ini, "control", "socket", "control.sock");
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (settings.control_socket.string().size() > kLongest)
    throw ConfigError(settings.control_socket.string() + ": is longer than the system's bound of " +
                      std::to_string(kLongest) +
                      " characters for a socket's path; take a shorter --data or control.socket");
  if (const auto keys = Section(ini, "keys").find("demo")) {
    if (!settings.demo) keys->wrong("published keys are for the demo world (demo = yes) only");
    settings.demo_key_file = beside / path_text(ini, "keys", "demo", "");
  }
  if (const std::string seed = path_text(ini, "", "seed", ""); !seed.empty())
    settings.seed_file = beside / seed;
}

bool read_guess_brake(Ini& ini, bool demo) {
  Section section(ini, "limits");
  const auto value = section.find("guess-brake");
  const bool wanted = section.yes_or_no("guess-brake", true);
  if (!wanted && !demo)
    value->wrong("only the demo world (demo = yes) may let everybody guess at full speed");
  return wanted;
}

/// They were here before they could be changed while the switch runs.
void refuse_money_limits(const Ini& ini) {
  for (const char* const key : {"limits.txn-won", "limits.day-won", "limits.card-balance-won"})
    ini.refuse(key,
               "limits of money are ledger data: take this out; the seed's [limits] has the first "
               "ones, `cpctl limits set` changes them");
}

Limits read_limits(Ini& ini, bool demo) {
  refuse_money_limits(ini);
  Section section(ini, "limits");
  Limits limits;
  limits.frame_timeout_us =
      section.duration("frame-timeout", 100 * kMillisecond, 300 * kSecond, limits.frame_timeout_us);
  limits.idle_timeout_us =
      section.duration("idle-timeout", kSecond, base::kMicrosPerDay, limits.idle_timeout_us);
  limits.in_flight = section.number<std::uint32_t>("in-flight", 1, 65'536, limits.in_flight);
  limits.connections = section.number<std::uint32_t>("connections", 1, 65'536, limits.connections);
  limits.batch = section.number<std::uint32_t>("batch", 1, 4'096, limits.batch);
  // At least one answer of the largest size must fit.
  limits.output_bytes = section.number<std::size_t>("output-bytes", 2 * codec::kMaxFrameLength,
                                                    16'777'216, limits.output_bytes);
  limits.guess_brake = read_guess_brake(ini, demo);
  limits.hold_us = section.duration("hold", kSecond, 31 * base::kMicrosPerDay, limits.hold_us);
  if (limits.hold_us % kSecond != 0) section.find("hold")->wrong("a hold lasts whole seconds");
  return limits;
}

LedgerSettings read_ledger(Ini& ini) {
  Section section(ini, "ledger");
  const ledger::StoreOptions store;
  LedgerSettings settings;
  settings.window_us = section.duration("window", kSecond, 60 * kSecond, store.window_us);
  settings.overlay_bytes =
      section.number<std::uint64_t>("overlay-mib", 1, 4'096, store.overlay_bytes >> 20) << 20;
  settings.segment_bytes =
      section.number<std::uint64_t>("segment-mib", 1, 1'024, store.segment_bytes >> 20) << 20;
  settings.journal_bytes =
      section.number<std::uint64_t>("journal-mib", 4, 1'048'576, store.journal_bytes >> 20) << 20;
  settings.map_bytes = section.number<std::uint64_t>("map-gib", 1, 16'384, store.map_bytes >> 30)
                       << 30;
  settings.slow_write_us =
      section.duration("slow-write", kMillisecond, 10 * kSecond, store.slow_write_us);
  settings.snapshot_limit_us =
      section.duration("snapshot-limit", kSecond, 3'600 * kSecond, store.snapshot_limit_us);
  settings.backup_limit_us =
      section.duration("backup-limit", kSecond, base::kMicrosPerDay, store.backup_limit_us);
  return settings;
}

LogSettings read_log(Ini& ini, const std::filesystem::path& data_folder) {
  Section section(ini, "log");
  LogSettings log;
  log.format = section.choice<LogFormat>(
      "format", {{"text", LogFormat::text}, {"json", LogFormat::json}}, log.format);
  log.level = section.choice<LogLevel>("level",
                                       {{"debug", LogLevel::debug},
                                        {"info", LogLevel::info},
                                        {"warning", LogLevel::warning},
                                        {"error", LogLevel::error}},
                                       log.level);
  if (const std::string file = path_text(ini, "log", "file", ""); !file.empty())
    log.file = data_folder / file;
  log.queue_lines = section.number<std::uint32_t>("queue-lines", 64, 1'048'576, log.queue_lines);
  return log;
}

}  // namespace

const Station* Settings::find_station(std::string_view name) const {
  const auto found = std::find_if(stations.begin(), stations.end(),
                                  [&](const Station& station) { return station.name == name; });
  return found == stations.end() ? nullptr : &*found;
}

const Station* Settings::find_station(std::uint16_t id) const {
  const auto found = std::find_if(stations.begin(), stations.end(),
                                  [&](const Station& station) { return station.id == id; });
  return found == stations.end() ? nullptr : &*found;
}

Settings load_settings(const CommandLine& command) {
  Ini ini(command.config);
  refuse_set_of_world(ini, command);
  for (const auto& [key, value] : command.sets) ini.set(key, value);

  Settings settings;
  settings.config_file = command.config;
  settings.data_folder = command.data;
  settings.demo = Section(ini, "").yes_or_no("demo", false);
  settings.bin = read_bin(ini);
  settings.clock_offset_us = read_clock_offset(ini, settings.demo);
  settings.acquirer_timeout_us = read_acquirer_timeout(ini, settings.demo);
  read_paths(ini, settings);
  const int port_shift = command.port_base.value_or(kDefaultPortBase) - kDefaultPortBase;
  settings.stations = read_stations(ini, settings.demo, port_shift, settings.file_profiles);
  settings.tls_listeners = read_listeners(ini, command.config.parent_path(), settings.demo,
                                          port_shift, settings.stations);
  settings.limits = read_limits(ini, settings.demo);
  settings.ledger = read_ledger(ini);
  settings.log = read_log(ini, settings.data_folder);
  settings.metrics =
      read_metrics(ini, settings.demo, port_shift, settings.stations, settings.tls_listeners);
  ini.refuse_unknown();
  settings.in_effect = ini.in_effect();
  return settings;
}

}  // namespace config
