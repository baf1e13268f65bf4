#include "config/endpoints.hpp"

#include <arpa/inet.h>

namespace config {
namespace {

constexpr int kMaxPort = 65'535;

}  // namespace

bool is_address(const std::string& text) {
  in_addr four{};
  in6_addr six{};
  return ::inet_pton(AF_INET, text.c_str(), &four) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

bool is_loopback(const std::string& text) {
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::uint16_t read_port(Section& section, int port_shift) {
  const int port = section.number<int>("port", 1, kMaxPort);
  const int moved = port + port_shift;
  if (moved < 1 || moved > kMaxPort)
    section.require("port", "")
        .wrong("--port-base moves " + std::to_string(port) + " to " + std::to_string(moved) +
               ", which is no port (1 to 65535)");
  return static_cast<std::uint16_t>(moved);
}

}  // namespace config
