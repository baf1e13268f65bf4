#pragma once
/// Answers the operator's commands; control.hpp says how they come and go.
///
/// What reads or writes the ledger is done between the rounds, in pieces small enough that no
/// purchase waits noticeably; what looks at all the data does so in a thread of the store
/// (look_desk.hpp).

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "config/settings.hpp"
#include "crypto/card_vault.hpp"
#include "ledger/directory.hpp"
#include "ledger/durable_store.hpp"
#include "switch/backup_desk.hpp"
#include "switch/control.hpp"
#include "switch/look_desk.hpp"
#include "switch/lot_file.hpp"
#include "switch/message_log.hpp"
#include "switch/reload.hpp"
#include "switch/server.hpp"
#include "switch/station_keys.hpp"
#include "switch/tls_gate.hpp"

namespace core {

/// What the desk looks at; all must outlive it.
struct DeskView {
  boost::asio::io_context& io;
  const config::Settings& settings;
  SwitchClock clock;
  MessageLog& log;
  const Engine& engine;
  const Server& server;
  ledger::DurableStore& store;
  ledger::Directory& directory;
  Keyring& keyring;
  crypto::CardVault& vault;
  base::RandomSource& random;
  Reload& reload;
  TlsGate* gate = nullptr;  ///< none without a TLS listener
};

/// Cards of a lot that are made at once: so many as take as long to make as the journal to write,
/// within these bounds. Fewer would hardly shorten what a purchase waits, more would double it.
inline constexpr std::uint32_t kLotPiece = 12, kMostLotPiece = 200;
inline constexpr std::uint32_t kMaxLot = 1'000'000;

/// The I/O thread.
class ControlDesk final : public BackgroundWork {
 public:
  explicit ControlDesk(const DeskView& view);
  ControlDesk(const ControlDesk&) = delete;
  ControlDesk& operator=(const ControlDesk&) = delete;
  ~ControlDesk() = default;

  /// Where the answers go; before the first request.
  void set_door(ControlServer* door) { door_ = door; }
  /// One request line; ControlServer::Handler.
  void handle(ControlClient client, std::string_view request);

  bool has_work() const override;
  void do_a_piece() override;

 private:
  static constexpr base::TimeUs kRest = base::kMicrosPerSecond / 20;
  struct Lot;
  /// Does a little; true when there is no more to do.
  struct Piece {
    ControlClient client;
    std::function<bool()> work;
    base::TimeUs not_before_us = 0;  ///< base::steady_now()
  };

  void dispatch(ControlClient client, const boost::json::object& request);
  /// Does this between two rounds, while no commit is on its way, as the other pieces: what reads
  /// the ledger, or changes it (ledger_change.hpp). What it throws is told to the client.
  void later(ControlClient client, std::function<void()> work);
  /// The piece that calls this has its next turn so much later.
  void rest(base::TimeUs for_us = kRest) { rest_until_us_ = base::steady_now() + for_us; }
  void status(ControlClient client);
  void stations(ControlClient client);
  void card(ControlClient client, const boost::json::object& request);
  void show_card(ControlClient client, std::string_view digits);
  void limits(ControlClient client, const boost::json::object& request);
  void products(ControlClient client, const boost::json::object& request);
  void create_lot(ControlClient client, const boost::json::object& request);
  void continue_lot(ControlClient client, const boost::json::object& request);
  void make_lot(const std::shared_ptr<Lot>& lot);
  bool add_to_lot(Lot& lot);
  void commit_cards(Lot& lot, std::uint32_t count);
  void end_lot(const Lot& lot);
  void lots(ControlClient client);
  void print_lot(ControlClient client, const boost::json::object& request);
  void note_printed(ControlClient client, const LotFileOrder& order, const LotFileOutcome& outcome);
  void check(ControlClient client);
  void breakage(ControlClient client, const boost::json::object& request);
  /// A bit at a time, as the client takes them, then the end.
  void send_all(ControlClient client, std::vector<boost::json::object> lines);
  void keys(ControlClient client);
  void reload(ControlClient client, ReloadScope scope);
  void log_level(ControlClient client, const boost::json::object& request);
  void certificates(ControlClient client);
  void reload_certificates(ControlClient client);
  void rates(ControlClient client);
  /// `from` is empty: from now on.
  void load_rates(ControlClient client, std::string_view table, std::string_view from);

  DeskView view_;
  ControlServer* door_ = nullptr;
  std::deque<Piece> pieces_;
  base::TimeUs rest_until_us_ = 0;  ///< of the piece at work
  boost::asio::steady_timer wake_;  ///< so that the rounds go on when a rest is over
  std::set<std::uint32_t> lots_in_work_;
  const std::shared_ptr<const bool> here_ = std::make_shared<bool>(true);  ///< goes with the desk
  BackupDesk backups_;
  LookDesk looks_;
  const base::TimeUs started_us_;
};

}  // namespace core
