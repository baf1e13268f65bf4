#pragma once
/// Answers the operator's commands; control.hpp says how they come and go.
///
/// What reads or writes the ledger is done between the rounds, in pieces small enough that no
/// purchase waits noticeably; the check reads a settled snapshot in a thread of the store.

#include <atomic>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>

#include "base/random.hpp"
#include "config/settings.hpp"
#include "crypto/card_vault.hpp"
#include "ledger/check.hpp"
#include "ledger/directory.hpp"
#include "ledger/durable_store.hpp"
#include "switch/backup_desk.hpp"
#include "switch/control.hpp"
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

/// Cards of a lot that are made at once: some tenths of a millisecond.
inline constexpr std::uint32_t kLotPiece = 20;
inline constexpr std::uint32_t kMaxLot = 1'000'000;

/// The I/O thread.
class ControlDesk final : public BackgroundWork {
 public:
  explicit ControlDesk(const DeskView& view);
  ControlDesk(const ControlDesk&) = delete;
  ControlDesk& operator=(const ControlDesk&) = delete;
  ~ControlDesk();

  /// Where the answers go; before the first request.
  void set_door(ControlServer* door) { door_ = door; }
  /// One request line; ControlServer::Handler.
  void handle(ControlClient client, std::string_view request);

  bool has_work() const override { return !pieces_.empty(); }
  void do_a_piece() override;

 private:
  struct Lot;
  struct CheckLink;
  /// Does a little; true when there is no more to do.
  struct Piece {
    ControlClient client;
    std::function<bool()> work;
  };

  void dispatch(ControlClient client, const boost::json::object& request);
  /// Does this between two rounds, while no commit is on its way, as the other pieces: what reads
  /// the ledger, or changes it (ledger_change.hpp). What it throws is told to the client.
  void later(ControlClient client, std::function<void()> work);
  void status(ControlClient client);
  void stations(ControlClient client);
  void card(ControlClient client, const boost::json::object& request);
  void show_card(ControlClient client, std::string_view digits);
  void limits(ControlClient client, const boost::json::object& request);
  void products(ControlClient client, const boost::json::object& request);
  void lot(ControlClient client, const boost::json::object& request);
  bool continue_lot(Lot& lot);
  void end_lot(const Lot& lot);
  void check(ControlClient client);
  static void run_check(ControlClient client, const std::shared_ptr<CheckLink>& link,
                        boost::asio::io_context& io, const crypto::KeyStore& keys,
                        ledger::Snapshot& snapshot);
  static void end_check(ControlClient client, const std::shared_ptr<CheckLink>& link,
                        boost::asio::io_context& io, std::string error, ledger::CheckReport report);
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
  std::shared_ptr<CheckLink> checking_;
  const std::shared_ptr<const bool> here_ = std::make_shared<bool>(true);  ///< goes with the desk
  BackupDesk backups_;
  const base::TimeUs started_us_;
};

}  // namespace core
