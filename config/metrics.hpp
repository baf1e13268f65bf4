#pragma once
/// Section `[metrics]`; for this folder only.

#include <vector>

#include "config/ini.hpp"
#include "config/settings.hpp"

namespace config {

/// Where figures are served; its port is nobody else's. Throws ConfigError.
MetricsSettings read_metrics(Ini& ini, bool demo, int port_shift,
                             const std::vector<Station>& stations,
                             const std::vector<TlsListener>& listeners);

}  // namespace config
