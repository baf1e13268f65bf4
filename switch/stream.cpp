#include "switch/stream.hpp"

#include <array>
#include <boost/asio/error.hpp>

namespace core {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int kDrainReads = 8;

std::size_t translate(const TlsProgress& progress, error_code& error, Socket::wait_type& wait) {
  error = {};
  switch (progress.outcome) {
    case TlsOutcome::done:
      break;
    case TlsOutcome::wants_read:
      wait = Socket::wait_read;
      error = asio::error::would_block;
      break;
    case TlsOutcome::wants_write:
      wait = Socket::wait_write;
      error = asio::error::would_block;
      break;
    case TlsOutcome::ended:
      error = asio::error::eof;
      break;
    case TlsOutcome::lost:
      error = asio::error::connection_aborted;
      break;
  }
  return progress.size;
}

}  // namespace

void close_gently(Socket& socket) {
  error_code ignored, error;
  socket.shutdown(Socket::shutdown_send, ignored);
  std::array<std::uint8_t, 8'192> unread;
  for (int i = 0; i < kDrainReads && !error; ++i) socket.read_some(asio::buffer(unread), error);
  socket.close(ignored);
}

std::size_t Stream::read_tls(base::ByteSpan space, error_code& error) {
  read_wait_ = Socket::wait_read;
  return translate(tls_.read(space), error, read_wait_);
}

std::size_t Stream::write_tls(base::ByteView bytes, error_code& error) {
  return translate(tls_.write(bytes), error, write_wait_);
}

void Stream::close() {
  if (tls_) tls_.send_close();
  close_gently(socket_);
}

}  // namespace core
