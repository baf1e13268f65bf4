#pragma once
/// What the tests of the edge share: a store whose commits the test decides, a switch of the demo
/// world on free ports in a thread of its own, and a client with plain blocking sockets.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "config/seed.hpp"
#include "config/settings.hpp"
#include "crypto/random.hpp"
#include "ledger/memory_store.hpp"
#include "switch/control.hpp"
#include "switch/control_desk.hpp"
#include "switch/key_loading.hpp"
#include "switch/seeding.hpp"
#include "switch/server.hpp"
#include "switch/station_links.hpp"
#include "tests/switch/messages.hpp"

namespace core::test {

using namespace std::chrono_literals;

inline constexpr int kPatienceMs = 10'000;  ///< no test waits longer for anything

/// In memory; a commit may be held back until the test lets it go. Or all of it is a real one's.
class TestStore : public ledger::DurableStore {
 public:
  std::optional<std::string_view> get(ledger::Table table, std::string_view key) override {
    return real ? real->get(table, key) : memory.get(table, key);
  }
  void scan(ledger::Table table, std::string_view first, std::size_t limit,
            const std::function<bool(std::string_view, std::string_view)>& visit) override {
    real ? real->scan(table, first, limit, visit) : memory.scan(table, first, limit, visit);
  }
  ledger::Writable writable() const override { return real ? real->writable() : memory.writable(); }
  void commit(const ledger::WriteSet& batch, const Done& done) override {
    if (++commits >= full_from) memory.set_full(true);
    if (real) return real->commit(batch, done);
    if (!hold_commits) return memory.commit(batch, done);
    held_ = [this, &batch, done] { memory.commit(batch, done); };
  }
  void tick() override { real ? real->tick() : memory.tick(); }
  ledger::StoreFigures figures() const override {
    if (real) return real->figures();
    ledger::StoreFigures figures;
    figures.active_bytes = active_bytes;
    figures.last_write_us = last_write_us;
    return figures;
  }
  bool settle() override { return true; }
  bool request_settled_snapshot(SnapshotUser user, SnapshotRefused refused) override {
    if (!snapshots_allowed) return false;
    snapshot_thread_ = std::jthread([this, user = std::move(user), refused = std::move(refused)] {
      if (!no_snapshot_because.empty()) return refused(no_snapshot_because);
      const auto snapshot = memory.snapshot();
      user(*snapshot, 1);
    });
    return true;
  }

  /// The test is the backup's thread, and ends it.
  bool request_backup(ledger::BackupRequest request) override {
    if (backup) return false;
    backup = std::move(request);
    return true;
  }
  std::optional<ledger::BackupRequest> backup;

  /// The held commit happens now.
  void release() { std::exchange(held_, nullptr)(); }
  bool is_holding() const { return held_ != nullptr; }

  ledger::MemoryStore memory;
  std::unique_ptr<ledger::DurableStore> real;
  bool hold_commits = false;
  bool snapshots_allowed = true;
  std::string no_snapshot_because;  ///< why none can be opened; empty: it can
  std::uint64_t commits = 0;
  std::uint64_t full_from = UINT64_MAX;  ///< the first of `commits` that finds no room
  std::uint64_t active_bytes = 0;        ///< what figures() says of the overlay
  std::int64_t last_write_us = 0;        ///< … and of the journal

 private:
  std::function<void()> held_;
  std::jthread snapshot_thread_;
};

/// A blocking connection; every wait has an end.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer != 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  bool is_connected() const { return is_connected_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// What the kernel takes now, without waiting.
  std::size_t send_some(std::string_view bytes) const {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  /// Closed without a farewell, as when the peer's machine goes down.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
  }
  void end_output() const { ::shutdown(socket_, SHUT_WR); }

  /// The next answer's message without its two-byte header; empty at the end or after the time.
  std::string receive(int patience_ms = kPatienceMs) {
    while (received_.size() < 2 || received_.size() < frame_size())
      if (!receive_more(patience_ms)) return {};
    const std::string message = received_.substr(2, frame_size() - 2);
    received_.erase(0, frame_size());
    return message;
  }
  /// Bytes of the next successful recv(); nothing at the end or after the time.
  std::string receive_chunk(int patience_ms = kPatienceMs) {
    received_.clear();
    receive_more(patience_ms);
    return std::exchange(received_, {});
  }
  /// True when the switch closed within the time; what still comes is dropped.
  bool is_closed(int patience_ms = kPatienceMs) {
    while (!at_end_ && receive_more(patience_ms)) received_.clear();
    return at_end_;
  }
  bool has_nothing(int for_ms) {
    pollfd waiting{socket_, POLLIN, 0};
    return received_.empty() && ::poll(&waiting, 1, for_ms) == 0;
  }

 private:
  std::size_t frame_size() const {
    return 2 + base::load_big_endian<std::uint16_t>(
                   reinterpret_cast<const std::uint8_t*>(received_.data()));
  }
  bool receive_more(int patience_ms) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) return false;
    std::array<char, 65'536> bytes;
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (size <= 0) {
      at_end_ = true;
      return false;
    }
    received_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
  }

  int socket_ = -1;
  bool is_connected_ = false, at_end_ = false;
  std::string received_;
};

/// Tests guess wrong all the time.
inline ServerOptions without_brake() {
  ServerOptions options;
  options.guesses.reset();
  return options;
}

struct TestSwitchOptions {
  /// Opens the real store, reporting to the log; empty: in memory.
  std::function<std::unique_ptr<ledger::DurableStore>(MessageLog& log)> open_store;
  /// Its keys are of this folder, where the first switch makes them; empty: of one of its own.
  std::filesystem::path key_folder;
  ServerOptions server = without_brake();
  std::uint32_t station_connections = 1'024;
};

/// The demo world on free ports, served by a thread.
class TestSwitch {
 public:
  explicit TestSwitch(const TestSwitchOptions& options = {}) : folder_(make_folder()) {
    command_ = make_command(folder_);
    settings_ = config::load_settings(command_);
    if (!options.key_folder.empty()) {
      settings_.key_file = options.key_folder / "keys";
      settings_.master_key = (options.key_folder / "master.key").string();
    }
    const SwitchClock clock{0, &clock_step_us};
    log_ = std::make_unique<MessageLog>(settings_.log, clock);
    if (options.open_store) store.real = options.open_store(*log_);
    const auto keys = open_key_file(settings_, false, random_, clock.now(), *log_);
    vault_ = std::make_unique<crypto::CardVault>(*keys);
    keyring_ = std::make_unique<Keyring>(settings_.stations, keys);
    seed_if_new(store, config::load_seed(settings_), *vault_, random_, settings_.bin, clock.now());
    seed_rates_if_none(store, config::load_seed(settings_));
    directory_.load(store, {});
    engine_ = std::make_unique<Engine>(store, directory_, *vault_, random_, handlers::Rules{},
                                       EngineOptions{});
    server_ = std::make_unique<Server>(io_, *engine_, store, *log_, clock, options.server);
    for (auto& station : station_settings(settings_, keyring_->stations())) {
      station.port = 0;
      station.max_connections = options.station_connections;
      server_->add(std::move(station));
    }
    reload_ = std::make_unique<Reload>(ReloadParts{io_, command_, settings_, clock, *log_, manager_,
                                                   *engine_, *server_, store, *keyring_, *vault_});
    desk_ = std::make_unique<ControlDesk>(DeskView{io_, settings_, clock, *log_, *engine_, *server_,
                                                   store, directory_, *keyring_, *vault_, random_,
                                                   *reload_});
    door_ = std::make_unique<ControlServer>(
        io_, settings_.control_socket,
        [this](ControlClient client, std::string_view request) { desk_->handle(client, request); });
    desk_->set_door(door_.get());
    server_->set_background(desk_.get());
    server_->on_tick([this](base::TimeUs now_us) {
      door_->tick(now_us);
      reload_->tick();
    });
    store.commits = 0;
    thread_ = std::thread([this] { server_->run(); });
  }
  ~TestSwitch() {
    take_down();
    std::filesystem::remove_all(folder_);
  }

  std::uint16_t port(std::string_view station) const {
    for (const auto& line : server_->stations())
      if (line->link.station.name == station) return line->port.value_or(0);
    return 0;
  }
  /// Runs this on the switch's thread and returns what it returns.
  template <class Work>
  auto on_thread(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    boost::asio::post(io_, [&task] { task(); });
    return result.get();
  }
  template <class Condition>
  bool becomes(Condition condition) {
    for (int i = 0; i < kPatienceMs / 5; ++i) {
      if (on_thread(condition)) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }
  StationFigures figures(std::string_view station) {
    return on_thread([&] {
      for (const auto& line : server_->stations())
        if (line->link.station.name == station) return line->figures;
      return StationFigures{};
    });
  }
  /// An orderly stop; returns when run() has.
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this] { server_->stop("the test is over"); });
    thread_.join();
  }
  /// Everything logged so far; ends the log.
  std::string log_text() {
    take_down();
    std::ifstream file(settings_.log.file);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
  }
  const std::filesystem::path& control_socket() const { return settings_.control_socket; }
  boost::asio::io_context& io() { return io_; }
  Server& server() { return *server_; }
  const Engine& engine() const { return *engine_; }
  const config::Settings& settings() const { return settings_; }
  MessageLog& log() { return *log_; }
  Reload& reload() { return *reload_; }

  TestStore store;
  std::atomic<base::TimeUs> clock_step_us{0};  ///< the system's clock is set by this

 private:
  void take_down() {
    stop();
    if (server_ == nullptr) return;
    server_->on_tick({});
    server_->set_background(nullptr);
    reload_.reset();
    door_.reset();
    desk_.reset();
    server_.reset();
    store.real.reset();
    log_.reset();
  }
  static std::filesystem::path make_folder() {
    char name[] = "/tmp/cyberpass-switch-XXXXXX";
    return ::mkdtemp(name);
  }
  static config::CommandLine make_command(const std::filesystem::path& folder) {
    config::CommandLine command;
    command.config = std::filesystem::path(CYBERPASS_SOURCE_DIR) / "config" / "demo.conf";
    command.data = folder;
    command.sets = {{"log.file", "switch.log"}};
    return command;
  }

  boost::asio::io_context io_{1};
  const std::filesystem::path folder_;
  config::CommandLine command_;
  config::Settings settings_;
  ServiceManager manager_;
  crypto::SystemRandom random_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<crypto::CardVault> vault_;
  ledger::Directory directory_;
  std::unique_ptr<MessageLog> log_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Reload> reload_;
  std::unique_ptr<ControlDesk> desk_;
  std::unique_ptr<ControlServer> door_;
  std::thread thread_;
};

}  // namespace core::test
