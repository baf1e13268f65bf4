#pragma once
/// A whole switch, brought up in order and taken down in the opposite one.
///
///   data folder → log → store (lock, recovery) → keys → seed → directory → listeners → control
///   → metrics → ready → serve() until SIGTERM or SIGINT → answered, committed, flushed
///
/// SIGHUP reloads (switch/reload.hpp).
/// What stops the start throws std::runtime_error with a sentence that says what to do.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>
#include <string>

#include "config/settings.hpp"
#include "crypto/card_vault.hpp"
#include "crypto/random.hpp"
#include "ledger/directory.hpp"
#include "ledger/durable_store.hpp"
#include "switch/control.hpp"
#include "switch/control_desk.hpp"
#include "switch/engine.hpp"
#include "switch/message_log.hpp"
#include "switch/metrics.hpp"
#include "switch/reload.hpp"
#include "switch/server.hpp"
#include "switch/service_manager.hpp"
#include "switch/station_keys.hpp"
#include "switch/tls_gate.hpp"

namespace core {

/// The thread that makes it also serves.
class Switch {
 public:
  explicit Switch(const config::CommandLine& command);
  Switch(const Switch&) = delete;
  Switch& operator=(const Switch&) = delete;
  ~Switch();

  /// `cpswitch ready: …`: it listens already.
  std::string ready_line() const;
  /// Returns when everything in flight is answered after the first SIGTERM or SIGINT.
  void serve();

 private:
  void load_keys();
  void load_ledger();
  void listen();
  void open_door();
  void show_metrics();
  void await_signal();

  const config::CommandLine command_;
  config::Settings settings_;  // of the start, or of the last reload
  const SwitchClock clock_;
  boost::asio::io_context io_{1};
  MessageLog log_;
  ServiceManager manager_;
  crypto::SystemRandom random_;
  std::unique_ptr<ledger::DurableStore> store_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<crypto::CardVault> vault_;
  ledger::Directory directory_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<TlsGate> gate_;  // none without a [listener.NAME]
  std::unique_ptr<Reload> reload_;
  std::unique_ptr<ControlDesk> desk_;
  std::unique_ptr<ControlServer> door_;
  std::unique_ptr<MetricsEndpoint> metrics_;  // none with metrics.port = 0
  boost::asio::signal_set signals_;
};

/// Serves, or restores, in front of the command line: 0 after an orderly stop, 2 when it could not
/// start or go on, after one sentence on standard error.
int run_switch(int argc, const char* const* argv);

}  // namespace core
