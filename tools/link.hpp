#pragma once
/// One TCP connection to a station's listener: whole messages out and in, one after the other.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/time.hpp"
#include "codec/frame.hpp"
#include "config/settings.hpp"

namespace tools {

/// The other side is not there, left, or sent what is no frame.
class LinkError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Blocking; one thread. With a TPDU, each frame carries the one of this terminal.
class Link {
 public:
  /// Connects. Throws LinkError. `station` must outlive the link.
  explicit Link(const config::Station& station);

  /// Frames and sends a message. Throws LinkError.
  void send(base::ByteView message);
  /// The next message, or nothing when none came in time. Throws LinkError.
  std::optional<std::vector<std::uint8_t>> receive(base::TimeUs patience_us);

 private:
  bool read_more(base::TimeUs until_us);

  const config::Station& station_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::vector<std::uint8_t> received_;
};

/// The TPDU that write_header() takes for a terminal's frames; empty where the format has none.
base::ByteView terminal_tpdu(codec::FrameFormat format);

/// Header, this terminal's TPDU where the station's frames have one, and the message.
std::vector<std::uint8_t> framed(codec::FrameFormat format, base::ByteView message);

/// Where the station listens.
boost::asio::ip::tcp::endpoint endpoint_of(const config::Station& station);

}  // namespace tools
