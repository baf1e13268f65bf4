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

std::uint16_t read_port(Section& section, int port_shift, std::optional<int> otherwise) {
  const int port = section.number<int>("port", otherwise ? 0 : 1, kMaxPort, otherwise);
  if (port == 0) return 0;
  const int moved = port + port_shift;
  if (moved < 1 || moved > kMaxPort) {
    const std::string sentence = "--port-base moves " + std::to_string(port) + " to " +
                                 std::to_string(moved) + ", which is no port (1 to 65535)";
    if (const auto value = section.find("port")) value->wrong(sentence);
    throw ConfigError(section.name() + ".port: " + sentence);
  }
  return static_cast<std::uint16_t>(moved);
}

}  // namespace config
