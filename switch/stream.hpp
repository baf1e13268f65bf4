#pragma once
/// The bytes of one connection: its socket's, or what TLS makes of them.

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "base/bytes.hpp"
#include "switch/tls_session.hpp"

namespace core {

/// Without the type erasure of the default executor.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Shuts down and closes. Unread bytes at a close would make the kernel send a reset, which can
/// overtake what was sent last, so some are read; a peer that sends more gets one all the same.
void close_gently(Socket& socket);

/// Non-blocking; the thread of the socket's io_context.
class Stream {
 public:
  explicit Stream(Socket socket, TlsSession tls = {})
      : socket_(std::move(socket)), tls_(std::move(tls)) {}

  Socket& socket() { return socket_; }

  /// As the socket's own: would_block, eof, or another error for a connection that is lost; TLS
  /// that ends without its word for it is lost.
  std::size_t read_some(base::ByteSpan space, boost::system::error_code& error) {
    if (tls_) return read_tls(space, error);
    return socket_.read_some(boost::asio::buffer(space.data(), space.size()), error);
  }
  std::size_t write_some(base::ByteView bytes, boost::system::error_code& error) {
    if (tls_) return write_tls(bytes, error);
    return socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
  }

  /// What to wait for after would_block; with TLS a read may need room to write, or the other way
  /// round.
  Socket::wait_type read_wait() const { return read_wait_; }
  Socket::wait_type write_wait() const { return write_wait_; }
  /// Read again without waiting: the socket will not announce what is there.
  bool has_unread() const { return tls_ && tls_.has_unread(); }

  void close();

 private:
  std::size_t read_tls(base::ByteSpan space, boost::system::error_code& error);
  std::size_t write_tls(base::ByteView bytes, boost::system::error_code& error);

  Socket socket_;
  TlsSession tls_;
  Socket::wait_type read_wait_ = Socket::wait_read;
  Socket::wait_type write_wait_ = Socket::wait_write;
};

}  // namespace core
