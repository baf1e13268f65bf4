#pragma once
/// Where one station's connections arrive, and what is counted of them.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "switch/handler_memory.hpp"
#include "switch/router.hpp"

namespace core {

/// A station and the address at which it may connect.
struct ListenerSettings {
  StationLink link;
  std::string address = "127.0.0.1";  ///< loopback only
  std::uint16_t port = 0;             ///< 0: any free one
  std::uint32_t max_connections = 1'024;
};

struct StationFigures {
  std::uint32_t connections = 0;  ///< open now
  std::uint32_t signed_on = 0;    ///< of them
  std::uint64_t accepted = 0, refused = 0;
  std::uint64_t messages = 0, approved = 0, declined = 0;
  base::TimeUs last_message_us = 0;  ///< the switch's clock; 0: none since the start
};

/// The server's; its address stays.
struct Listener {
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                      boost::asio::io_context::executor_type>;
  Listener(boost::asio::io_context& io, ListenerSettings from)
      : link(std::move(from.link)),
        address(std::move(from.address)),
        port(from.port),
        max_connections(from.max_connections),
        acceptor(io) {}

  const StationLink link;
  const std::string address;
  std::uint16_t port;
  const std::uint32_t max_connections;
  Acceptor acceptor;
  StationFigures figures;
  std::uint64_t refused_told = 0;  ///< of figures.refused, those the log knows of
  bool is_accepting = false;
  bool must_wait = false;  ///< accept again with the next tick only: the process has no descriptor
  HandlerMemory memory;
};

}  // namespace core
