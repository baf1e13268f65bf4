#pragma once
/// A station as the edge serves it, whichever listener its connections come through.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "switch/router.hpp"
#include "switch/station_figures.hpp"

namespace core {

struct StationSettings {
  StationLink link;
  std::uint32_t max_connections = 1'024;
  std::string address = "127.0.0.1";  ///< of its own listener: loopback only
  std::optional<std::uint16_t> port;  ///< 0: any free one; nothing: it has no listener of its own
  std::string certificate_name;       ///< in lower case; empty: it has no certificate
};

/// The server's; its address stays. The I/O thread, but for what is const, and for the figures,
/// which any thread may read.
struct StationLine {
  explicit StationLine(StationSettings from)
      : link(std::move(from.link)),
        max_connections(from.max_connections),
        address(std::move(from.address)),
        port(from.port),
        certificate_name(std::move(from.certificate_name)) {}

  const StationLink link;
  const std::uint32_t max_connections;
  const std::string address;
  std::optional<std::uint16_t> port;
  const std::string certificate_name;
  StationFigures figures;
  std::uint64_t refused_told = 0;  ///< of figures.refused, those the log knows of
};

}  // namespace core
