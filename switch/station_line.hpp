#pragma once
/// A station as the edge serves it, whichever listener its connections come through.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "switch/line_quota.hpp"
#include "switch/router.hpp"
#include "switch/station_figures.hpp"

namespace core {

/// Log lines a second of a station's connections that come and go.
inline constexpr std::uint32_t kConnectionLines = 100;

struct StationSettings {
  StationLink link;
  std::uint32_t max_connections = 1'024;
  std::string address = "127.0.0.1";  ///< of its own listener: loopback only
  std::optional<std::uint16_t> port;  ///< 0: any free one; nothing: it has no listener of its own
  std::string certificate_name;       ///< in lower case; empty: it has no certificate
  /// What the link points to, keys and a profile from a file: there as long as the station is.
  std::vector<std::shared_ptr<const void>> kept;
};

/// The server's; its address stays. The I/O thread, but for what is const, the station's name, and
/// the figures, which any thread may read. A reload changes what is not const, or puts another line
/// in this one's place, which then is here as long as its connections are.
struct StationLine {
  explicit StationLine(StationSettings from)
      : link(std::move(from.link)),
        max_connections(from.max_connections),
        address(std::move(from.address)),
        port(from.port),
        certificate_name(std::move(from.certificate_name)),
        kept(std::move(from.kept)) {}

  StationLink link;  ///< but for what it speaks and the keys' place, which stay
  std::uint32_t max_connections;
  const std::string address;
  std::optional<std::uint16_t> port;
  const std::string certificate_name;
  const std::vector<std::shared_ptr<const void>> kept;
  bool is_leaving = false;  ///< a reload took it away: nobody new is let in
  StationFigures figures;
  std::uint64_t refused_told = 0;  ///< of figures.refused, those the log knows of
  LineQuota connection_lines{kConnectionLines};
};

}  // namespace core
