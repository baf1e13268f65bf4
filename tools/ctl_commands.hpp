#pragma once
/// The commands of cpctl, one function each; they return how the program ends.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tools/command_line.hpp"

namespace tools {

/// Where the switch is; given before or after the command.
struct SwitchPlace {
  std::filesystem::path data;    ///< empty when only the socket was named
  std::filesystem::path socket;  ///< `control.sock` in the data folder when not named
  std::filesystem::path keys;    ///< `keys` in the data folder when not named
  bool keys_named = false;
  std::string master = "master.key";  ///< a file, in the data folder, or `credential:NAME`
};

int ctl_status(const SwitchPlace& place);
int ctl_stations(const SwitchPlace& place);
/// The TLS listeners; with `reload` after their files were read again.
int ctl_certificates(const SwitchPlace& place, bool reload);
/// `-`: the number is read from standard input.
int ctl_card(const SwitchPlace& place, const std::string& number);
/// What `limits set` changes; nothing: all stay.
struct LimitsOrder {
  std::optional<std::int64_t> transaction_won, day_won, balance_won, recharge_won;
};
int ctl_limits(const SwitchPlace& place);
int ctl_set_limits(const SwitchPlace& place, const LimitsOrder& order);

/// What is not given is the switch's default.
struct ProductOrder {
  std::uint64_t face_won = 0;
  std::string name;
  std::optional<std::uint64_t> days, points_bp;
  std::optional<std::string> mix;
};
int ctl_products(const SwitchPlace& place);
int ctl_add_product(const SwitchPlace& place, const ProductOrder& order);
int ctl_end_product(const SwitchPlace& place, std::uint64_t number);
/// Settings, stations, keys and certificates are read again, all or nothing; says what changed.
int ctl_reload(const SwitchPlace& place);
int ctl_log_level(const SwitchPlace& place, const std::string& level);

/// A table of calls' rates from a CSV file, from a moment (`2026-11-23 12:00`, Asia/Seoul) on;
/// empty: from now.
int ctl_rates_load(const SwitchPlace& place, const std::string& file, const std::string& from);
/// The table in force, and those to come.
int ctl_rates_show(const SwitchPlace& place);

int ctl_lot_create(const SwitchPlace& place, std::uint64_t face_won, std::uint64_t count);
int ctl_lot_continue(const SwitchPlace& place, std::uint64_t lot);
int ctl_lot_list(const SwitchPlace& place);
/// Has the running switch write the lot's file for the card printer.
int ctl_lot_print(const SwitchPlace& place, std::uint64_t lot, const std::filesystem::path& to);
/// At the card printer's: needs no switch.
struct LotOpening {
  std::string file;
  std::string to;    ///< a new file, mode 0600; `-`: standard output, which must be no terminal
  std::string from;  ///< the printer key's components; empty: standard input
};
int ctl_lot_open(const LotOpening& wanted);

/// What expired cards still hold, on `date` (2026-11-23; empty: the business day). Of a running
/// switch, or of the data of one that is stopped.
int ctl_breakage(const SwitchPlace& place, const std::string& date, bool with_cards);

/// A running switch checks its own books; the data of one that is stopped is read here.
int ctl_check(const SwitchPlace& place);

/// What the operator names as given up; nothing: only look.
struct RepairOrder {
  std::optional<std::uint64_t> drop_from;  ///< the first batch that is given up
  std::optional<std::string> mend;         ///< the segment whose header and size are written anew
};
/// Shows what damage in the journal of a stopped switch would cost; cuts it where that was ordered.
/// kNotWell where there is damage and it stays.
int ctl_repair(const SwitchPlace& place, const RepairOrder& order);

/// Has the running switch write a backup into this folder, new or empty.
int ctl_backup(const SwitchPlace& place, const std::filesystem::path& folder);

/// What is to be imported; the key itself comes from a file or standard input.
struct KeyImport {
  std::string station, use;  ///< no station: the card printer's
  std::string from;          ///< a file; empty: standard input
  std::string check_value;   ///< that the key must have; empty: any
  bool is_wrapped = false;   ///< under the station's transport key, else components in clear
};
int ctl_key_list(const SwitchPlace& place);
int ctl_key_import(const SwitchPlace& place, const KeyImport& wanted);
int ctl_key_rotate(const SwitchPlace& place, const std::string& what);

int ctl_decode(const Words& words);

}  // namespace tools
