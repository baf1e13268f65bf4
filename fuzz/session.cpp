/// switch/session: bytes in any pieces, answers, time-outs and ends in any order, driven as
/// switch/peer does it. Whole frames come out as they went in and stay where they are until they
/// are answered; answers leave in order; every bound holds; what is over ends. Input: the frame
/// format, two limits, then steps of one byte what and one byte how much.

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "fuzz/input.hpp"
#include "switch/session.hpp"

namespace {

using core::Session;
using core::SessionLimits;
using Kind = core::SessionAction::Kind;
using Bytes = std::vector<std::uint8_t>;

constexpr base::TimeUs kFrameTimeout = 10 * base::kMicrosPerSecond;
constexpr base::TimeUs kIdleTimeout = 30 * base::kMicrosPerSecond;
constexpr std::size_t kLargestAnswer = 1'024;
constexpr std::size_t kLargestInput = 32'768;  // of one run: several times the receive buffer

bool is_same(base::ByteView left, base::ByteView right) { return std::ranges::equal(left, right); }

class Run {
 public:
  Run(codec::FrameFormat format, const SessionLimits& limits)
      : format_(format), limits_(limits), session_(format, limits, now_) {
    go_on();
  }

  bool is_over() const { return kind_ == Kind::close; }

  void step(fuzz::Input& input) {
    const unsigned what = input.byte();
    const std::size_t amount = input.byte();
    switch (what % 10) {
      case 0:
        return receive(input.bytes(amount));
      case 1:
        return receive(frame_of(amount * 32 + 1));
      case 2:
        return start_receiving();
      case 3:
        return answer(amount * kLargestAnswer / 255);
      case 4:
        return send(amount * kLargestAnswer / 255);
      case 5:
        return pass(static_cast<base::TimeUs>(amount) * 100'000);
      case 6:
        return amount < 16 ? fail() : answer(0);
      case 7:
        return end_input(amount);
      case 8:
        return amount == 0 ? stop() : send(session_.unsent().size());
      default:
        for (std::size_t i = 0; i < amount % 32; ++i) receive(frame_of(amount));
    }
  }

  /// Everything is answered and taken and the peer goes: then it is over, and nothing was lost.
  void finish() {
    for (int rounds = 0; !is_over(); ++rounds) {
      CP_ASSERT(rounds < 100'000);
      if (!in_flight_.empty())
        answer(1);
      else if (!session_.unsent().empty())
        send(session_.unsent().size());
      else if (is_reading())
        end_input(0);
      else
        CP_ASSERT(false && "waits, though nothing is unanswered or unsent");
    }
    CP_ASSERT(!session_.is_open() && !session_.reason().empty());
    if (session_.reason() == "closed by the peer") CP_ASSERT(submitted_ == received_.size());
  }

 private:
  struct Submitted {
    base::ByteView view;
    Bytes copy;
  };

  bool is_reading() const { return kind_ == Kind::read && !input_ended_; }

  Bytes frame_of(std::size_t message_size) const {
    const std::size_t header = codec::header_size(format_);
    const std::size_t most = codec::kMaxFrameLength - header;
    const std::size_t size = std::min(message_size, most);
    Bytes frame(header + size, static_cast<std::uint8_t>(size));
    const Bytes tpdu(format_.tpdu ? codec::kTpduSize : 0, 0x60);
    codec::write_header(format_, tpdu, size, base::ByteSpan(frame).first(header));
    return frame;
  }

  void start_receiving() {
    if (!is_reading() || is_receiving_) return;
    room_ = session_.begin_receive();
    is_receiving_ = true;
    CP_ASSERT(!room_.empty());
  }

  /// As much as there is room for; the rest goes into another connection's story.
  void receive(base::ByteView bytes) {
    start_receiving();
    if (!is_receiving_) return;
    const std::size_t left = kLargestInput - received_.size();
    bytes = bytes.first(std::min({bytes.size(), room_.size(), left}));
    std::ranges::copy(bytes, room_.begin());
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    session_.received(bytes.size(), now_);
    is_receiving_ = false;
    go_on();
  }

  void end_input(std::size_t amount) {
    if (!is_reading() || amount > 32) return;
    session_.input_ended();
    input_ended_ = true;
    is_receiving_ = false;
    go_on();
  }

  void answer(std::size_t size) {
    if (in_flight_.empty()) return;
    in_flight_.pop_front();
    const Bytes bytes(size, ++answers_);
    unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
    session_.answer(bytes, now_);
    go_on();
  }

  /// One submitted frame could not be read: nothing else of this connection is answered.
  void fail() {
    if (in_flight_.empty()) return;
    session_.fail("unreadable", core::Session::Blame::peer);
    session_.forget_submitted();
    in_flight_.clear();
    go_on();
  }

  void send(std::size_t size) {
    size = std::min(size, session_.unsent().size());
    if (size == 0) return;
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(size));
    session_.sent(size, now_);
    go_on();
  }

  void stop() {
    session_.end("the switch stops");
    go_on();
  }

  void pass(base::TimeUs time_us) {
    now_ += time_us;
    const bool is_late = unfinished_since_ != 0 && now_ - unfinished_since_ >= kFrameTimeout;
    const bool was_idle = is_reading() && in_flight_.empty() && unsent_.empty();
    const bool is_untaken = !unsent_.empty();
    const bool was_open = session_.is_open();
    const bool has_news = session_.tick(now_);
    if (is_late) CP_ASSERT(!session_.is_open());
    if (was_open && session_.reason() == "a frame did not finish in time") CP_ASSERT(is_late);
    if (was_idle && time_us >= kIdleTimeout) CP_ASSERT(!session_.is_open());
    if (was_open && !session_.is_open()) CP_ASSERT(has_news);
    go_on();
    if (is_untaken && time_us >= kFrameTimeout) CP_ASSERT(is_over());
  }

  /// What switch/peer does after each of these.
  void go_on() {
    if (is_over()) return;
    for (;;) {
      const core::SessionAction action = session_.next(now_);
      kind_ = action.kind;
      if (kind_ != Kind::submit) break;
      take(action.frame);
    }
    const bool is_unfinished = kind_ == Kind::read && submitted_ < received_.size();
    if (!is_unfinished) unfinished_since_ = 0;
    if (is_unfinished && unfinished_since_ == 0) unfinished_since_ = now_;
    check();
  }

  /// It is the next frame of all that was received.
  void take(const codec::Frame& frame) {
    const codec::Frame wanted =
        codec::read_frame(format_, base::ByteView(received_).subspan(submitted_));
    CP_ASSERT(wanted.status == codec::FrameStatus::good && wanted.size == frame.size);
    CP_ASSERT(is_same(wanted.message, frame.message) && is_same(wanted.tpdu, frame.tpdu));
    submitted_ += frame.size;
    unfinished_since_ = 0;
    in_flight_.push_back({frame.message, Bytes(frame.message.begin(), frame.message.end())});
  }

  void check() {
    CP_ASSERT(session_.unanswered() == in_flight_.size());
    CP_ASSERT(in_flight_.size() <= limits_.in_flight);
    for (const Submitted& frame : in_flight_) CP_ASSERT(is_same(frame.view, frame.copy));
    CP_ASSERT(std::ranges::equal(session_.unsent(), unsent_));
    CP_ASSERT(unsent_.size() <= core::output_bound(limits_, kLargestAnswer));
    if (kind_ == Kind::read) CP_ASSERT(session_.is_open());
    if (kind_ == Kind::wait && session_.is_open())
      CP_ASSERT(!in_flight_.empty() || !unsent_.empty());
    if (is_over()) CP_ASSERT(!session_.is_open());
  }

  const codec::FrameFormat format_;
  const SessionLimits limits_;
  base::TimeUs now_ = 1'000'000;
  Session session_;
  Kind kind_ = Kind::wait;
  Bytes received_;             // all of it
  std::size_t submitted_ = 0;  // of what was received
  std::deque<Submitted> in_flight_;
  std::deque<std::uint8_t> unsent_;
  std::uint8_t answers_ = 0;
  base::TimeUs unfinished_since_ = 0;  // 0: no frame has begun, or its clock stands still
  base::ByteSpan room_;
  bool is_receiving_ = false;
  bool input_ended_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const unsigned choice = input.byte();
  const codec::FrameFormat format{static_cast<codec::HeaderKind>(choice & 3), (choice & 4) != 0};
  SessionLimits limits{.frame_timeout_us = kFrameTimeout, .idle_timeout_us = kIdleTimeout};
  limits.in_flight = 1 + input.byte() % 16;
  limits.output_bytes = 1 + 16 * std::size_t{input.byte()};
  Run run(format, limits);
  while (!input.is_empty() && !run.is_over()) run.step(input);
  run.finish();
  return 0;
}
