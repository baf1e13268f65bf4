#include "config/metrics.hpp"

#include "config/endpoints.hpp"

namespace config {

MetricsSettings read_metrics(Ini& ini, bool demo, int port_shift,
                             const std::vector<Station>& stations,
                             const std::vector<TlsListener>& listeners) {
  Section section(ini, "metrics");
  MetricsSettings metrics;
  if (const auto address = section.find("address")) {
    if (!is_address(address->text)) address->refuse("an IPv4 or IPv6 address in digits");
    if (demo && !is_loopback(address->text))
      address->refuse("only a loopback address in the demo world");
    metrics.address = address->text;
  }
  metrics.port = read_port(section, port_shift, kDefaultMetricsPort);
  if (metrics.port == 0) return metrics;
  const auto refuse_taken = [&](const auto& owner) {
    if (owner.port != metrics.port || owner.address != metrics.address) return;
    throw ConfigError("metrics.port: " + std::to_string(metrics.port) + " is " + owner.name +
                      "'s; set another one, or 0 for none");
  };
  for (const Station& station : stations) refuse_taken(station);
  for (const TlsListener& listener : listeners) refuse_taken(listener);
  return metrics;
}

}  // namespace config
