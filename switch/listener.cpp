#include "switch/listener.hpp"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <stdexcept>

namespace core {

namespace asio = boost::asio;

std::uint16_t open_acceptor(Acceptor& acceptor, std::string_view who,
                            const asio::ip::address& address, std::uint16_t port) {
  const asio::ip::tcp::endpoint endpoint(address, port);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    throw std::runtime_error(
        fmt::format("{}: cannot listen on {}:{}: {}", who, address.to_string(), port,
                    error == asio::error::address_in_use
                        ? "the port is in use; stop what listens there or give another --port-base"
                        : error.message()));
  return acceptor.local_endpoint().port();
}

}  // namespace core
