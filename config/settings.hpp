#pragma once
/// Everything that is configured, in one checked struct.
///
///   parse_command_line(argc, argv) → CommandLine → load_settings(CommandLine) → Settings
///
/// The file is INI-like; --set key=value comes over it. An unknown key, a missing key and a value
/// that is not allowed are ConfigErrors; what is in a Settings is right and needs no more checks.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "codec/frame.hpp"
#include "codec/profile.hpp"
#include "config/error.hpp"
#include "crypto/key_block.hpp"
#include "crypto/mac.hpp"
#include "ledger/parties.hpp"

namespace config {

using ledger::Role;

/// `terminal`, …, `operator`.
std::string_view to_text(Role role);

/// Section `[station.NAME]`: one party's right to connect: to a loopback listener of its own, with
/// a certificate to a TLS listener, or to both.
struct Station {
  std::string name;
  std::uint16_t id = 0;  ///< unique, 1 to 65535; in ledger records, so it stays with the station
  Role role = Role::terminal;
  std::string address = "127.0.0.1";  ///< a loopback address
  std::uint16_t port = 0;             ///< shifted by --port-base already; 0: it has no listener
  std::string certificate_name;       ///< unique, in lower case; empty: it has no certificate
  const codec::Profile* profile = &codec::kIso87Binary;  ///< lives as long as the Settings
  codec::FrameFormat frame;
  crypto::MacKind mac = crypto::MacKind::none;
  crypto::KeyForm key_form = crypto::KeyForm::aes_kw;  ///< of a new key in 0800/161
  bool password_required = true;
  bool sign_on_required = false;
  std::uint32_t max_connections = 1'024;
};

/// Profiles that were read from packager files, each file's once.
using FileProfiles = std::vector<std::shared_ptr<const codec::Profile>>;

/// Section `[listener.NAME]`: where stations arrive over TLS; their certificate says which one.
struct TlsListener {
  std::string name;
  std::string address;
  std::uint16_t port = 0;                    ///< shifted by --port-base already
  std::filesystem::path certificate;         ///< PEM: the switch's, then what leads to its CA
  std::filesystem::path key;                 ///< PEM, its owner's only
  std::filesystem::path client_ca;           ///< PEM: who may issue certificates to stations
  std::optional<std::filesystem::path> crl;  ///< PEM: certificates that count no more
  std::uint32_t max_handshakes = 64;         ///< under way; one more ends the oldest
};

/// Section `[limits]`: bounds of the edge; those of money are ledger data.
struct Limits {
  base::TimeUs frame_timeout_us = 10 * base::kMicrosPerSecond;  ///< a frame that does not finish
  base::TimeUs idle_timeout_us = 600 * base::kMicrosPerSecond;  ///< a connection that says nothing
  std::uint32_t in_flight = 256;       ///< requests of one connection; more are not read
  std::uint32_t connections = 4'096;   ///< in all; a listener's own is Station::max_connections
  std::uint32_t batch = 256;           ///< requests handled in one ledger batch
  std::size_t output_bytes = 262'144;  ///< unsent bytes at which a connection is no longer read
  bool guess_brake = true;             ///< who guesses waits; demo world only: else always
  base::TimeUs hold_us = 86'400 * base::kMicrosPerSecond;  ///< how long a hold lasts
};

/// Section `[ledger]`.
struct LedgerSettings {
  base::TimeUs window_us = 10 * base::kMicrosPerSecond;  ///< time to apply one frozen overlay
  std::uint64_t overlay_bytes = 0;                       ///< each of the active and the frozen one
  std::uint64_t segment_bytes = 0;                       ///< one journal segment
  std::uint64_t journal_bytes = 0;                       ///< bound of all segments together
  std::uint64_t map_bytes = 0;                           ///< address space reserved for the tables
  base::TimeUs slow_write_us = 0;      ///< a journal write that takes longer is logged
  base::TimeUs snapshot_limit_us = 0;  ///< a check of the running switch takes no longer
  base::TimeUs backup_limit_us = 0;    ///< … and a backup no longer than this
};

enum class LogFormat : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// Section `[log]`.
struct LogSettings {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
  std::filesystem::path file;         ///< empty: standard output
  std::uint32_t queue_lines = 8'192;  ///< lines waiting to be written; more are counted and dropped
};

/// Section `[metrics]`: where Prometheus finds the switch's figures.
inline constexpr int kDefaultMetricsPort = 8'592;
struct MetricsSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< shifted by --port-base already; 0: nowhere
};

/// One checked configuration. Paths are complete: those of the file are relative to it, those of
/// the running system to the data folder.
struct Settings {
  std::filesystem::path config_file;
  std::filesystem::path data_folder;

  bool demo = false;                 ///< the demo world: loopback, published keys
  std::string bin;                   ///< six digits: how our own card numbers begin
  base::TimeUs clock_offset_us = 0;  ///< added to the system's clock; demo world only

  std::filesystem::path key_file;         ///< in the data folder
  std::string master_key = "master.key";  ///< a file, in the data folder, or `credential:NAME`
  std::optional<std::filesystem::path>
      demo_key_file;                               ///< station keys of the first start; demo only
  std::optional<std::filesystem::path> seed_file;  ///< ledger data of the first start
  std::filesystem::path control_socket;            ///< in the data folder

  base::TimeUs acquirer_timeout_us = 20 * base::kMicrosPerSecond;  ///< wait for a bank's answer

  FileProfiles file_profiles;              ///< that stations point to; shared with copies of this
  std::vector<Station> stations;           ///< in the file's order; names, ids and ports are unique
  std::vector<TlsListener> tls_listeners;  ///< in the file's order
  Limits limits;
  LedgerSettings ledger;
  LogSettings log;
  MetricsSettings metrics;

  /// Every setting by its name, as text, defaults too; to compare two configurations by
  /// (config/changes.hpp).
  std::map<std::string, std::string> in_effect;

  /// The station of this name or id, or nullptr.
  const Station* find_station(std::string_view name) const;
  const Station* find_station(std::uint16_t id) const;
};

/// The port at which the demo world's ports begin; --port-base N moves all by N − 8580.
inline constexpr int kDefaultPortBase = 8'580;

/// `--config FILE --data DIR [--set key=value …] [--port-base N] [--restore BACKUP
/// [--to-sequence N]] [--help] [--version]`
struct CommandLine {
  bool help = false;     ///< print help_text() and end well; nothing else is set
  bool version = false;  ///< print the version and end well; nothing else is set
  std::filesystem::path config;
  std::filesystem::path data;
  std::vector<std::pair<std::string, std::string>> sets;  ///< in order; the last of a key counts
  std::optional<int> port_base;
  std::optional<std::filesystem::path> restore;  ///< make `data` from this backup, and end
  std::optional<std::uint64_t> to_sequence;      ///< … as of this transaction
};

/// Throws ConfigError.
CommandLine parse_command_line(int argc, const char* const* argv);
/// The options, a line each.
std::string help_text();

/// Reads the file and checks everything that one machine's files can tell; opens no socket and
/// makes no folder. Throws ConfigError.
Settings load_settings(const CommandLine& command);

}  // namespace config
