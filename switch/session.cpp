#include "switch/session.hpp"

#include <cstring>

#include "base/assert.hpp"

namespace core {

using Kind = SessionAction::Kind;

namespace {

/// An output buffer that a slow reader made larger than this is given back once it is empty.
constexpr std::size_t kKeptOutput = 65'536;

}  // namespace

Session::Session(codec::FrameFormat format, const SessionLimits& limits, base::TimeUs now_us)
    : format_(format),
      limits_(limits),
      capacity_(receive_capacity(limits)),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity_)),
      last_heard_us_(now_us) {
  CP_ASSERT(limits.in_flight > 0 && limits.output_bytes > 0);
}

void Session::received(std::size_t size, base::TimeUs now_us) {
  CP_ASSERT(is_receiving_ && size <= capacity_ - filled_);
  is_receiving_ = false;
  filled_ += size;
  last_heard_us_ = now_us;
}

SessionAction Session::next(base::TimeUs now_us) {
  if (ending_) return next_when_ending();
  if (!has_room()) {
    waiting_ = true;
    return {};
  }
  if (waiting_ && frame_began_us_ != 0) frame_began_us_ = now_us;
  waiting_ = false;

  const base::ByteView rest(buffer_.get() + taken_, filled_ - taken_);
  const codec::Frame frame = codec::read_frame(format_, rest);
  switch (frame.status) {
    case codec::FrameStatus::good:
      taken_ += frame.size;
      ++in_flight_;
      frame_began_us_ = 0;
      return {Kind::submit, frame};
    case codec::FrameStatus::bad:
      met_bad_frame_ = true;
      end(frame.complaint, Blame::peer);
      return next_when_ending();
    case codec::FrameStatus::indeterminate:
      break;
  }
  if (input_ended_) {
    rest.empty() ? end("closed by the peer")
                 : end("closed by the peer inside a frame", Blame::peer);
    return next_when_ending();
  }
  if (!make_room(frame.size)) {
    waiting_ = true;
    return {};
  }
  if (!rest.empty() && frame_began_us_ == 0) frame_began_us_ = now_us;
  return {Kind::read, {}};
}

/// Whether another frame may be submitted; notes which limit says no.
bool Session::has_room() {
  if (in_flight_ >= limits_.in_flight) {
    if (!std::exchange(told_in_flight_, true)) limit_to_tell_ = SessionLimit::in_flight;
    return false;
  }
  if (held_ >= limits_.held) {
    if (!std::exchange(told_held_, true)) limit_to_tell_ = SessionLimit::held;
    return false;
  }
  if (unsent().size() >= limits_.output_bytes) {
    if (!std::exchange(told_output_, true)) limit_to_tell_ = SessionLimit::unsent;
    return false;
  }
  return true;
}

SessionAction Session::next_when_ending() const {
  const bool done = unanswered() == 0 && unsent().empty();
  return {done || abandoned_ ? Kind::close : Kind::wait, {}};
}

/// Room for the rest of a frame of this size; compacts when nothing points into the buffer.
bool Session::make_room(std::size_t frame_size) {
  if (in_flight_ == 0 && !is_receiving_ && taken_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + taken_, filled_ - taken_);
    filled_ -= taken_;
    taken_ = 0;
  }
  CP_ASSERT(frame_size <= kLargestFrame);
  return taken_ + frame_size <= capacity_;
}

void Session::answer(base::ByteView bytes, base::TimeUs now_us) {
  CP_ASSERT(in_flight_ > 0);
  --in_flight_;
  put_out(bytes, now_us);
}

void Session::hold() {
  CP_ASSERT(in_flight_ > 0);
  --in_flight_;
  ++held_;
}

void Session::release(base::ByteView bytes, base::TimeUs now_us) {
  CP_ASSERT(held_ > 0);
  --held_;
  put_out(bytes, now_us);
}

void Session::put_out(base::ByteView bytes, base::TimeUs now_us) {
  last_heard_us_ = now_us;
  if (bytes.empty()) return;
  if (unsent().empty()) output_moved_us_ = now_us;
  output_.insert(output_.end(), bytes.begin(), bytes.end());
}

void Session::fail(std::string_view reason, Blame blame) {
  CP_ASSERT(in_flight_ > 0);
  --in_flight_;
  end(reason, blame);
}

void Session::sent(std::size_t size, base::TimeUs now_us) {
  CP_ASSERT(size <= unsent().size());
  sent_ += size;
  output_moved_us_ = now_us;
  if (sent_ == output_.size()) {
    output_.clear();
    sent_ = 0;
    if (output_.capacity() > kKeptOutput) output_.shrink_to_fit();
  } else if (sent_ >= output_.size() / 2) {
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
}

void Session::end(std::string_view reason, Blame blame) {
  if (ending_) return;
  ending_ = true;
  reason_ = reason;
  blame_ = blame;
}

void Session::abandon(std::string_view reason, Blame blame) {
  end(reason, blame);
  abandoned_ = true;
}

bool Session::tick(base::TimeUs now_us) {
  if (abandoned_) return false;
  if (!unsent().empty() && now_us - output_moved_us_ >= limits_.frame_timeout_us) {
    abandon("the peer does not take its answers", Blame::peer);
    return true;
  }
  if (ending_ || waiting_) return false;
  if (frame_began_us_ != 0 && now_us - frame_began_us_ >= limits_.frame_timeout_us) {
    end("a frame did not finish in time", Blame::peer);
    return true;
  }
  if (unanswered() == 0 && unsent().empty() && now_us - last_heard_us_ >= limits_.idle_timeout_us) {
    end("idle");
    return true;
  }
  return false;
}

}  // namespace core
