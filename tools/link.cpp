#include "tools/link.hpp"

#include <poll.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>

namespace tools {
namespace {

/// As write_header() takes it, whose source and destination it swaps: identifier, source 0x0001,
/// destination 0x0002.
constexpr std::uint8_t kTpdu[codec::kTpduSize] = {0x60, 0x00, 0x01, 0x00, 0x02};

}  // namespace

base::ByteView terminal_tpdu(codec::FrameFormat format) {
  return {kTpdu, format.tpdu ? codec::kTpduSize : 0};
}

std::vector<std::uint8_t> framed(codec::FrameFormat format, base::ByteView message) {
  const std::size_t header = codec::header_size(format);
  std::vector<std::uint8_t> frame(header + message.size());
  codec::write_header(format, terminal_tpdu(format), message.size(), {frame.data(), header});
  std::copy(message.begin(), message.end(), frame.begin() + static_cast<std::ptrdiff_t>(header));
  return frame;
}

boost::asio::ip::tcp::endpoint endpoint_of(const config::Station& station) {
  if (station.port == 0)
    throw LinkError(station.name +
                    " has no port of its own and comes over TLS only: say --tls-ca, "
                    "--tls-cert and --tls-key");
  return {boost::asio::ip::make_address(station.address), station.port};
}

Link::Link(const config::Station& station, const std::optional<TlsWay>& tls)
    : station_(station), socket_(io_) {
  const auto endpoint =
      tls ? boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(tls->address), tls->port)
          : endpoint_of(station);
  boost::system::error_code error;
  socket_.connect(endpoint, error);
  if (error)
    throw LinkError("nobody listens for " + station.name + " at " + endpoint.address().to_string() +
                    ":" + std::to_string(endpoint.port()) + " (" + error.message() + ")");
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), error);
  if (tls) tls_.emplace(socket_.native_handle(), tls->identity, station.name);
}

void Link::send(base::ByteView message) {
  const std::vector<std::uint8_t> frame = framed(station_.frame, message);
  if (tls_) return tls_->write(frame);
  boost::system::error_code error;
  boost::asio::write(socket_, boost::asio::buffer(frame), error);
  if (error) throw LinkError(station_.name + ": cannot send: " + error.message());
}

std::optional<std::vector<std::uint8_t>> Link::receive(base::TimeUs patience_us) {
  const base::TimeUs until_us = base::steady_now() + patience_us;
  while (true) {
    const codec::Frame frame = codec::read_frame(station_.frame, received_);
    if (frame.status == codec::FrameStatus::bad)
      throw LinkError(station_.name + ": the answer is no frame: " + std::string(frame.complaint));
    if (frame.status == codec::FrameStatus::good) {
      std::vector<std::uint8_t> message(frame.message.begin(), frame.message.end());
      received_.erase(received_.begin(),
                      received_.begin() + static_cast<std::ptrdiff_t>(frame.size));
      return message;
    }
    if (!read_more(until_us)) return std::nullopt;
  }
}

/// False when the time is over.
bool Link::read_more(base::TimeUs until_us) {
  const base::TimeUs left_us = until_us - base::steady_now();
  pollfd waiting{socket_.native_handle(), POLLIN, 0};
  const bool is_here = tls_ && tls_->has_unread();
  if (left_us <= 0 || (!is_here && ::poll(&waiting, 1, static_cast<int>(left_us / 1'000) + 1) == 0))
    return false;
  const std::size_t before = received_.size();
  received_.resize(before + codec::kMaxFrameLength);
  const base::ByteSpan space(received_.data() + before, codec::kMaxFrameLength);
  boost::system::error_code error;
  const std::size_t size =
      tls_ ? tls_->read(space)
           : socket_.read_some(boost::asio::buffer(space.data(), space.size()), error);
  received_.resize(before + size);
  if (error || size == 0) throw LinkError(station_.name + ": the switch closed the connection");
  return true;
}

}  // namespace tools
