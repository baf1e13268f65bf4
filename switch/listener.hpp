#pragma once
/// A listener without TLS, on loopback: whoever reaches it is taken for its station.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "switch/handler_memory.hpp"
#include "switch/station_line.hpp"

namespace core {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                    boost::asio::io_context::executor_type>;

/// Binds and listens; returns the port that it got. Throws std::runtime_error with a sentence that
/// begins with `who`.
std::uint16_t open_acceptor(Acceptor& acceptor, std::string_view who,
                            const boost::asio::ip::address& address, std::uint16_t port);

/// The server's; its address stays.
struct Listener {
  Listener(boost::asio::io_context& io, StationLine& of) : line(&of), acceptor(io) {}

  StationLine* line;
  Acceptor acceptor;
  bool is_accepting = false;
  bool must_wait = false;  ///< accept again with the next tick only: the process has no descriptor
  HandlerMemory memory;
};

}  // namespace core
