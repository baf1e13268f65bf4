#include "tools/bench_connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <chrono>
#include <random>

#include "codec/message.hpp"
#include "tools/link.hpp"

namespace tools {
using boost::system::error_code;

namespace {

constexpr std::size_t kInputBytes = 2 * codec::kMaxFrameLength;

}  // namespace

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

BenchConnection::BenchConnection(boost::asio::io_context& io, const config::Station& station,
                                 const config::SeedTerminal& terminal, RequestMaker& maker,
                                 BenchDriver& driver)
    : station_(station),
      terminal_(terminal),
      maker_(maker),
      driver_(driver),
      socket_(io),
      stamps_(std::random_device()() % StampMaker::kLastStan + 1),
      in_(kInputBytes) {
  error_code error;
  socket_.connect(endpoint_of(station), error);
  if (!error) socket_.set_option(boost::asio::ip::tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error)
    throw LinkError("cannot connect to " + station.name + " at " + station.address + ":" +
                    std::to_string(station.port) + ": " + error.message());
  read();
}

void BenchConnection::close() {
  error_code ignored;
  socket_.close(ignored);
}

BenchRequest BenchConnection::next_request() {
  if (due_.empty()) return maker_.draw_request();
  const BenchRequest oldest = due_.front();
  due_.erase(due_.begin());
  return oldest;
}

void BenchConnection::send(std::int64_t intended_ns) {
  const BenchRequest request = next_request();
  const Stamp stamp = stamps_.next(maker_.now());
  const std::size_t before = out_.size();
  out_.resize(before + RequestMaker::kMaxRequest);
  const std::size_t size =
      maker_.make(request, stamp, terminal_, base::ByteSpan(out_).subspan(before));
  out_.resize(before + size);
  pending_.push_back({stamp.stan, request, intended_ns, static_cast<std::uint32_t>(size)});
  if (!is_taking_ && !is_writing_) write();
}

/// As far as the socket takes it; the rest once it takes more.
void BenchConnection::write() {
  error_code error;
  const std::size_t size = socket_.write_some(boost::asio::buffer(out_), error);
  if (error && error != boost::asio::error::would_block)
    return fail("cannot send: " + error.message());
  out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size));
  if (out_.empty()) return;
  is_writing_ = true;
  socket_.async_wait(Socket::wait_write, [this](const error_code&) {
    is_writing_ = false;
    if (socket_.is_open() && !out_.empty()) write();
  });
}

/// Waits first: a read that is tried in vain would be a system call more for each answer.
void BenchConnection::read() {
  socket_.async_wait(Socket::wait_read, [this](const error_code& waited) {
    if (!socket_.is_open()) return;
    error_code error = waited;
    if (!error)
      in_used_ += socket_.read_some(
          boost::asio::buffer(in_.data() + in_used_, in_.size() - in_used_), error);
    if (error && error != boost::asio::error::would_block)
      return fail("the switch closed it: " + error.message());
    is_taking_ = true;
    take_frames();
    is_taking_ = false;
    if (socket_.is_open() && !out_.empty() && !is_writing_) write();
    if (socket_.is_open()) read();
  });
}

void BenchConnection::take_frames() {
  std::size_t at = 0;
  while (socket_.is_open()) {
    const codec::Frame frame =
        codec::read_frame(station_.frame, base::ByteView(in_.data() + at, in_used_ - at));
    if (frame.status == codec::FrameStatus::bad) return fail(frame.complaint);
    if (frame.status == codec::FrameStatus::indeterminate) break;
    take_answer(frame);
    at += frame.size;
  }
  std::copy(in_.begin() + static_cast<std::ptrdiff_t>(at),
            in_.begin() + static_cast<std::ptrdiff_t>(in_used_), in_.begin());
  in_used_ -= at;
}

void BenchConnection::take_answer(const codec::Frame& frame) {
  codec::Message message;
  const auto read = codec::read_message(*station_.profile, frame.message, message);
  if (!read || !message.has(11)) return fail("an answer is no message");
  const auto stan = static_cast<std::uint32_t>(message.number(11));
  const auto found =
      std::find_if(pending_.begin(), pending_.end(),
                   [stan](const BenchPending& request) { return request.stan == stan; });
  if (found == pending_.end()) return fail("an answer to nothing that was asked");
  const BenchPending request = *found;
  pending_.erase(found);
  if (request.what.kind == BenchKind::hold)
    if (const auto completion = completion_of(request.what, message)) due_.push_back(*completion);
  driver_.answered(*this, request,
                   {message.has(39) ? message.text(39) : std::string_view(), frame.size});
}

void BenchConnection::fail(std::string_view why) {
  if (!socket_.is_open()) return;  // closed by us
  close();
  driver_.lost(*this, why);
}

}  // namespace tools
