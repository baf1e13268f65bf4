#pragma once
/// One connection to a station's listener, or over TLS to one for all stations: whole messages out
/// and in, one after the other.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/time.hpp"
#include "codec/frame.hpp"
#include "config/settings.hpp"
#include "tools/tls_client.hpp"

namespace tools {

/// The other side is not there, left, or sent what is no frame.
class LinkError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How a station comes over TLS.
struct TlsWay {
  TlsIdentity identity;
  std::string address;
  std::uint16_t port = 0;
};

/// Blocking; one thread. With a TPDU, each frame carries the one of this terminal.
class Link {
 public:
  /// Connects. Throws LinkError. `station` must outlive the link.
  explicit Link(const config::Station& station, const std::optional<TlsWay>& tls = std::nullopt);

  /// Frames and sends a message. Throws LinkError.
  void send(base::ByteView message);
  /// The next message, or nothing when none came in time. Throws LinkError.
  std::optional<std::vector<std::uint8_t>> receive(base::TimeUs patience_us);

 private:
  bool read_more(base::TimeUs until_us);

  const config::Station& station_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<TlsClient> tls_;
  std::vector<std::uint8_t> received_;
};

/// The TPDU that write_header() takes for a terminal's frames; empty where the format has none.
base::ByteView terminal_tpdu(codec::FrameFormat format);

/// Header, this terminal's TPDU where the station's frames have one, and the message.
std::vector<std::uint8_t> framed(codec::FrameFormat format, base::ByteView message);

/// Where the station's own listener is. Throws LinkError when it has none.
boost::asio::ip::tcp::endpoint endpoint_of(const config::Station& station);

}  // namespace tools
