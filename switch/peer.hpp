#pragma once
/// One inbound connection: the Asio that carries out what its Session says.
///
///   bytes arrive → whole frames are submitted → (the engine answers) → send() → finish_round()
///
/// Nothing is read again before the round is finished, so each connection brings at most one
/// received chunk to a batch, and its answers of a batch leave together. The I/O thread.

#include <cstdint>
#include <optional>
#include <vector>

#include "switch/engine.hpp"
#include "switch/handler_memory.hpp"
#include "switch/session.hpp"
#include "switch/stream.hpp"

namespace core {

class Peer;
struct StationLine;

/// What a connection needs of the server.
class PeerHost {
 public:
  virtual void submit(Peer& peer, const codec::Frame& frame, base::TimeUs received_us) = 0;
  virtual void forget(Peer& peer) = 0;
  /// The connection has something to do at the end of this round.
  virtual void stir(Peer& peer) = 0;
  virtual void delivered(Peer& peer, const MessageFacts& facts, base::TimeUs received_us,
                         bool answered) = 0;
  /// For so long an answer that the brake slows down is held back now; 0: it is sent.
  virtual base::TimeUs hold_us(const MessageFacts& facts) = 0;
  /// Held answers were sent, or will not be.
  virtual void unheld(std::size_t count) = 0;
  /// A limit of the connection: it is read on when there is room.
  virtual void reached(Peer& peer, SessionLimit limit) = 0;
  virtual void closed(Peer& peer) = 0;

 protected:
  ~PeerHost() = default;
};

class Peer final : public Connection {
 public:
  /// `number` names the connection in the log. Times are base::steady_now().
  Peer(PeerHost& host, StationLine& line, Stream stream, const SessionLimits& limits,
       std::uint64_t number, base::TimeUs now_us);

  // What the engine calls.
  const StationLink& link() const override;
  LinkState& link_state() override { return link_state_; }
  void deliver(base::ByteView answer, const MessageFacts& facts, base::TimeUs received_us) override;
  void fail(std::string_view reason, std::optional<std::uint16_t> offset,
            base::TimeUs received_us) override;

  /// Held answers that are due by then are sent with this round.
  void release_held(base::TimeUs due_by_us, base::TimeUs now_us);
  /// Sends what is unsent, as far as the socket takes it; when it does not, once it does.
  void send();
  /// Submits what still waits in the receive buffer, then reads on or closes.
  void finish_round();

  Session& session() { return session_; }
  StationLine& line() const { return line_; }
  std::uint64_t number() const { return number_; }
  std::uint64_t messages() const { return messages_; }
  /// Frames from which no message could be read.
  std::uint64_t refused_frames() const { return unreadable_ + session_.met_bad_frame(); }
  base::TimeUs began_us() const { return began_us_; }
  /// Closed, and no handler is left that would touch it.
  bool is_gone() const { return is_closed_ && !is_reading_ && !is_awaiting_room_; }

  bool stirred = false;         ///< the host's: is in its list
  bool told_signed_on = false;  ///< the host's: what the log says
  std::size_t place = 0;        ///< the host's: where it stands among the connections

 private:
  struct HeldAnswer {
    base::TimeUs due_us;
    std::vector<std::uint8_t> bytes;
  };
  SessionAction::Kind submit_frames();
  void read();
  void on_readable();
  void close();

  PeerHost& host_;
  StationLine& line_;
  Stream stream_;
  Session session_;
  LinkState link_state_;
  const std::uint64_t number_;
  const base::TimeUs began_us_;
  base::TimeUs received_us_;
  std::uint64_t messages_ = 0;
  std::uint64_t unreadable_ = 0;
  std::vector<HeldAnswer> held_;  // at most as many as may be in flight
  bool is_reading_ = false;
  bool is_awaiting_room_ = false;
  bool is_closed_ = false;
  bool has_failed_ = false;
  HandlerMemory read_memory_, write_memory_;
};

}  // namespace core
