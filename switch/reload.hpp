#pragma once
/// Reads settings, stations, keys, packager files and certificates again while the switch serves,
/// all or nothing; or the key file alone.
///
///   begin() → a thread opens the log file again, then reads and checks what is asked for
///   → between two rounds what was submitted is answered → the switch goes over, or stays as it is
///   → one event, and the answer to whoever asked: what has changed, or why nothing did
///
/// With everything the log file is opened again, whatever comes of the rest.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "config/settings.hpp"
#include "crypto/card_vault.hpp"
#include "ledger/store.hpp"
#include "switch/engine.hpp"
#include "switch/message_log.hpp"
#include "switch/server.hpp"
#include "switch/service_manager.hpp"
#include "switch/station_keys.hpp"
#include "switch/tls_gate.hpp"

namespace core {

/// What a reload reads, and what it changes; all must outlive it.
struct ReloadParts {
  boost::asio::io_context& io;
  const config::CommandLine& command;
  config::Settings& settings;  ///< become the new ones
  SwitchClock clock;
  MessageLog& log;
  const ServiceManager& manager;
  Engine& engine;
  Server& server;
  ledger::Store& store;
  Keyring& keyring;
  crypto::CardVault& vault;
  TlsGate* gate = nullptr;  ///< none without a TLS listener
};

enum class ReloadScope : std::uint8_t { keys, everything };

struct ReloadOutcome {
  bool worked = false;
  std::string sentence;  ///< what has changed, or why nothing did
};

/// The I/O thread.
class Reload {
 public:
  explicit Reload(const ReloadParts& parts);
  Reload(const Reload&) = delete;
  Reload& operator=(const Reload&) = delete;
  /// Waits for its thread; nobody is told any more.
  ~Reload();

  /// Who asks while one is under way gets the outcome of another one after it.
  using Done = std::function<void(const ReloadOutcome&)>;
  void begin(ReloadScope scope, Done done = {});
  /// Several times a second: goes over where that had to wait for a commit.
  void tick();

 private:
  struct Fresh;
  void start_reading();
  static void read(const ReloadParts& parts, Fresh& fresh);
  ReloadOutcome take(Fresh& fresh);
  void end(const ReloadOutcome& outcome);

  ReloadParts parts_;
  std::thread thread_;
  std::shared_ptr<Fresh> fresh_;  // read, and waits for the moment between two rounds
  bool is_under_way_ = false;
  ReloadScope scope_{}, scope_then_{};  // of the one under way; the wider of what the next ones ask
  std::vector<Done> asking_;            // for the one under way
  std::vector<Done> asking_then_;       // for the next
  const std::shared_ptr<const bool> here_ = std::make_shared<bool>(true);  // goes with this
};

}  // namespace core
