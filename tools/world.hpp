#pragma once
/// The configuration as the other end of the wire sees it: where to connect, as whom, with which
/// keys.

#include <filesystem>
#include <optional>
#include <string_view>

#include "config/seed.hpp"
#include "config/settings.hpp"
#include "tools/link.hpp"
#include "tools/station_keys.hpp"

namespace tools {

struct World {
  config::Settings settings;
  config::Seed seed;
  StationKeys keys;
  std::optional<TlsWay> tls;  ///< nothing: to each station's own listener

  /// From now on over TLS, to the configuration's first TLS listener. Throws UsageError when there
  /// is none.
  void use_tls(TlsIdentity identity);
  /// Throws UsageError with the names that there are.
  const config::Station& station(std::string_view name) const;
  /// The terminals that the seed gives a station, in its order.
  std::vector<const config::SeedTerminal*> terminals(std::string_view station) const;
  /// The one of this id, or the station's first when `id` is empty. Throws UsageError.
  const config::SeedTerminal& terminal(std::string_view station, std::string_view id) const;
};

/// `keys` defaults to the configuration's published set. Throws ConfigError or UsageError.
World load_world(const std::filesystem::path& config, std::optional<int> port_base,
                 const std::optional<std::filesystem::path>& keys);

}  // namespace tools
