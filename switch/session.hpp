#pragma once
/// One inbound connection as a state machine that knows no socket and no clock.
///
///   begin_receive() → bytes arrive → received(n, now)
///   next(now): submit this frame | read more | wait | close with a reason; until it is no submit
///   answer(bytes) or fail(reason) for each submitted frame → unsent() → sent(n)
///   or hold() instead of answer(), and release(bytes) later: other answers overtake it
///   tick(now) several times a second: time-outs
///
///   open ──end(reason)──▶ ending: nothing more is read or submitted; what was submitted is
///   answered, what is unsent is sent ──▶ close. abandon() does not wait for either.
///
/// The receive buffer, front to back: frames submitted │ not yet looked at or unfinished │ room.
/// A submitted frame's bytes stay where they are while any frame is unanswered, since the engine
/// holds views into them, and the room stays while a receive into it is outstanding; the buffer is
/// compacted only when neither is so.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "codec/frame.hpp"

namespace core {

struct SessionLimits {
  base::TimeUs frame_timeout_us = 10 * base::kMicrosPerSecond;  ///< from a frame's first byte, and
                                                                ///< for a peer that takes nothing
  base::TimeUs idle_timeout_us = 600 * base::kMicrosPerSecond;  ///< since the last byte or answer
  std::uint32_t in_flight = 256;       ///< frames without an answer; more are not read
  std::uint32_t held = 2'048;          ///< answers held back at which nothing more is read
  std::size_t output_bytes = 262'144;  ///< unsent bytes at which nothing more is read
};

/// The receive buffer: as many usual requests as may be in flight, and behind them one unfinished
/// frame of the largest size.
inline constexpr std::size_t kUsualRequest =
    256;  ///< a purchase with DE 48 and MAC takes about 220
inline constexpr std::size_t kLargestFrame = codec::kMaxFrameLength + 4;  ///< and its length header
constexpr std::size_t receive_capacity(const SessionLimits& limits) {
  return limits.in_flight * kUsualRequest + kLargestFrame;
}

/// Unsent bytes never exceed output_bytes (below it frames are still submitted) and an answer for
/// each frame in flight or held back, each at most `answer_bytes`.
constexpr std::size_t output_bound(const SessionLimits& limits, std::size_t answer_bytes) {
  return limits.output_bytes + (limits.in_flight + limits.held) * answer_bytes;
}

/// A limit at which a connection is not read for a while.
enum class SessionLimit : std::uint8_t {
  none,
  in_flight,  ///< requests in flight
  held,       ///< answers held back
  unsent,     ///< answers that the peer does not take
};
inline constexpr std::size_t kSessionLimits = 4;  ///< none among them

/// What the owner of the connection is to do now.
struct SessionAction {
  enum class Kind : std::uint8_t {
    submit,  ///< hand `frame` to the engine, then ask again
    read,    ///< receive into begin_receive()
    wait,    ///< do not receive until something was answered or sent
    close,   ///< close now; reason() says why
  };
  Kind kind = Kind::wait;
  codec::Frame frame;
};

class Session {
 public:
  Session(codec::FrameFormat format, const SessionLimits& limits, base::TimeUs now_us);

  /// Where to receive, after next() said read; stays where it is until received() or input_ended().
  base::ByteSpan begin_receive() {
    is_receiving_ = true;
    return {buffer_.get() + filled_, capacity_ - filled_};
  }
  void received(std::size_t size, base::TimeUs now_us);
  /// The peer sends no more; what it sent is still answered.
  void input_ended() {
    input_ended_ = true;
    is_receiving_ = false;
  }

  SessionAction next(base::TimeUs now_us);

  /// One submitted frame is answered; empty when its answer is nothing.
  void answer(base::ByteView bytes, base::TimeUs now_us);
  /// One submitted frame is answered, but the answer is sent later.
  void hold();
  /// A held answer is to be sent now.
  void release(base::ByteView bytes, base::TimeUs now_us);
  /// The engine forgot this connection: nothing submitted will be answered any more.
  void forget_submitted() { in_flight_ = 0; }
  /// … and nothing held will be sent.
  void forget_held() { held_ = 0; }

  base::ByteView unsent() const { return base::ByteView(output_).subspan(sent_); }
  void sent(std::size_t size, base::TimeUs now_us);

  /// Whether the peer did wrong or all is well, for the log.
  enum class Blame : bool { nobody, peer };
  /// One submitted frame has no answer and the connection must end.
  void fail(std::string_view reason, Blame blame);
  /// The first reason stays.
  void end(std::string_view reason, Blame blame = Blame::nobody);
  /// Ends without waiting for answers or for the peer to take them.
  void abandon(std::string_view reason, Blame blame = Blame::nobody);
  /// Ends or abandons a connection whose time is over; true when next() has something new to say.
  bool tick(base::TimeUs now_us);

  /// Which limit stopped the reading since the last call: told once for each limit.
  SessionLimit take_limit() { return std::exchange(limit_to_tell_, SessionLimit::none); }
  /// A frame's header could not be right; the connection ended.
  bool met_bad_frame() const { return met_bad_frame_; }

  bool is_open() const { return !ending_; }
  /// Why it ended or will end.
  const std::string& reason() const { return reason_; }
  Blame blame() const { return blame_; }
  /// Frames whose answer was not yet given, or is held back.
  std::uint32_t unanswered() const { return in_flight_ + held_; }

 private:
  bool has_room();
  bool make_room(std::size_t frame_size);
  SessionAction next_when_ending() const;
  void put_out(base::ByteView bytes, base::TimeUs now_us);

  const codec::FrameFormat format_;
  const SessionLimits limits_;
  const std::size_t capacity_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t taken_ = 0;   // submitted frames end here
  std::size_t filled_ = 0;  // received bytes end here
  std::vector<std::uint8_t> output_;
  std::size_t sent_ = 0;         // of output_
  std::uint32_t in_flight_ = 0;  // submitted and not answered: the engine holds their bytes
  std::uint32_t held_ = 0;       // answered, and the answer not yet to be sent
  base::TimeUs last_heard_us_;
  base::TimeUs frame_began_us_ = 0;  // 0: no unfinished frame
  base::TimeUs output_moved_us_ = 0;
  bool waiting_ = false;       // next() said wait: the peer's clock stands still
  bool is_receiving_ = false;  // somebody will write behind filled_
  bool input_ended_ = false;
  bool told_in_flight_ = false, told_held_ = false, told_output_ = false;
  SessionLimit limit_to_tell_ = SessionLimit::none;
  bool met_bad_frame_ = false;
  bool ending_ = false;
  bool abandoned_ = false;
  Blame blame_ = Blame::nobody;
  std::string reason_;
};

}  // namespace core
