#pragma once
/// The edge in one thread: listeners, connections, the round that gives all that arrived together
/// one batch, one journal write and one send a connection.
///
///   wait for what arrives → frames are submitted → engine.flush() → sends → log lines
///   → what waited behind a bound is submitted, connections are read again or closed → …
///
/// One timer, not one a connection, drives all time-outs and the store.

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/store.hpp"
#include "switch/clock.hpp"
#include "switch/engine.hpp"
#include "switch/guess_brake.hpp"
#include "switch/listener.hpp"
#include "switch/message_log.hpp"
#include "switch/peer.hpp"

namespace core {

struct ServerOptions {
  SessionLimits session;
  std::uint32_t connections = 4'096;  ///< in all; more are closed at once, with a log line
  base::TimeUs stop_patience_us = 3 * base::kMicrosPerSecond;  ///< for answers to be taken
  std::optional<GuessLimits> guesses = GuessLimits();          ///< nothing: nobody is slowed down
};

/// Work that may wait: done in small pieces between the rounds, while no commit is on its way.
class BackgroundWork {
 public:
  virtual bool has_work() const = 0;
  virtual void do_a_piece() = 0;

 protected:
  ~BackgroundWork() = default;
};

/// One thread: the one that calls run().
class Server final : private PeerHost {
 public:
  /// All must outlive the server.
  Server(boost::asio::io_context& io, Engine& engine, ledger::Store& store, MessageLog& log,
         SwitchClock clock, const ServerOptions& options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Serves this station, and listens for it where it has a port. Throws std::runtime_error with a
  /// sentence: not a loopback address, or a port that is in use.
  StationLine& add(StationSettings settings);
  /// Answers all that was submitted. False while a commit is on its way: ask again.
  bool settle();
  /// Serves these stations from now on, after settle(), and with these limits for new connections.
  /// Connections of a station that is no longer there, or is in `anew`, get the answers that they
  /// have not taken yet, and end; those of the others go on. Opens all new listeners first: nothing
  /// changes when it throws, as add() does. Returns how many connections end.
  std::size_t take(std::vector<StationSettings> stations, const std::set<std::string>& anew,
                   const ServerOptions& options);
  /// A new connection of this station, `how` for the log: ` over TLSv1.3`, or empty. At a limit of
  /// connections it is closed at once.
  void admit(StationLine& line, Stream stream, std::string_view how = {});

  /// Serves until stop() was called and everything is answered and sent, or its patience is over.
  void run();
  /// Accepts and reads no more; answers what was submitted. Then run() returns.
  void stop(std::string_view why);
  bool is_stopping() const { return stop_by_us_ != 0; }

  /// Called ten times a second with base::steady_now().
  using Tick = std::function<void(base::TimeUs now_us)>;
  void on_tick(Tick tick) { tick_ = std::move(tick); }
  void set_background(BackgroundWork* work) { background_ = work; }

  /// Shared with whoever hands over connections from another thread.
  const std::vector<std::shared_ptr<StationLine>>& stations() const { return stations_; }
  /// Any thread, to read names and figures.
  std::vector<std::shared_ptr<const StationLine>> lines() const;
  /// How often somebody set the system's clock. Any thread.
  std::uint64_t clock_steps() const { return clock_steps_; }
  const GuessFigures& guess_figures() const { return brake_.figures(); }
  std::size_t connections() const { return open_peers_; }
  std::size_t most_connections() const { return options_.connections; }

 private:
  handlers::Moment moment() const { return {clock_.now(), age_clock_.now()}; }
  struct Delivered {
    StationLine* line;
    MessageFacts facts;
    base::TimeUs received_us;
    bool answered;
  };

  // What a Peer calls.
  void submit(Peer& peer, const codec::Frame& frame, base::TimeUs received_us) override;
  void forget(Peer& peer) override;
  void stir(Peer& peer) override;
  void delivered(Peer& peer, const MessageFacts& facts, base::TimeUs received_us,
                 bool answered) override;
  base::TimeUs hold_us(const MessageFacts& facts) override;
  void unheld(std::size_t count) override { brake_.ended_waiting(count); }
  void reached(Peer& peer, SessionLimit limit) override;
  void closed(Peer& peer) override;

  std::unique_ptr<Listener> open(StationLine& line);
  Listener* find_listener(const StationLine& line) const;
  std::size_t retire(StationLine& line);
  void let_go();
  void accept(Listener& listener);
  void on_accept(Listener& listener, const boost::system::error_code& error, Socket socket);
  void note_sign_on(Peer& peer);
  bool is_done() const;
  bool must_not_wait() const;
  void round();
  void write_log();
  void remove(Peer& peer);
  void start_timer();
  void on_timer();
  void sweep_holds();
  void tell_brake(const BrakeChange& change);
  void tell_refusals();
  void tell_left_out(base::TimeUs now_us);
  void tell_clock_step(base::TimeUs now_us);

  boost::asio::io_context& io_;
  Engine& engine_;
  ledger::Store& store_;
  MessageLog& log_;
  const SwitchClock clock_;
  const AgeClock age_clock_{clock_};
  ServerOptions options_;
  GuessBrake brake_;
  boost::asio::steady_timer timer_;
  std::vector<std::shared_ptr<StationLine>> stations_;
  mutable std::mutex lines_mutex_;                     // of stations_ as it changes
  std::vector<std::shared_ptr<StationLine>> leaving_;  // until their connections have ended
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<Peer*> stirred_, working_;
  std::vector<Listener*> to_accept_;  // one connection a round, so that none can hold up the others
  std::vector<Delivered> delivered_;  // of this round, to be logged after it is sent
  Tick tick_;
  BackgroundWork* background_ = nullptr;
  std::size_t open_peers_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t batches_ticked_ = 0;
  base::TimeUs stop_by_us_ = 0;  // 0: serving
  base::TimeUs last_tick_us_ = 0;
  ClockWatch clock_watch_;
  base::Count clock_steps_;
};

}  // namespace core
