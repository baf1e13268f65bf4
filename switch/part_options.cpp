#include "switch/part_options.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace core {

namespace {

/// Descriptors beside the connections: listeners, journal, LMDB, log, control.
constexpr rlim_t kOtherDescriptors = 128;

}  // namespace

handlers::Rules rules_of(const config::Settings& settings) {
  handlers::Rules rules;
  rules.bin = settings.bin;
  rules.hold_s = static_cast<std::uint32_t>(settings.limits.hold_us / base::kMicrosPerSecond);
  return rules;
}

EngineOptions engine_options(const config::Limits& limits) {
  EngineOptions options;
  options.batch_limit = limits.batch;
  return options;
}

ServerOptions server_options(const config::Limits& limits) {
  ServerOptions options;
  options.session.frame_timeout_us = limits.frame_timeout_us;
  options.session.idle_timeout_us = limits.idle_timeout_us;
  options.session.in_flight = limits.in_flight;
  options.session.output_bytes = limits.output_bytes;
  options.connections = limits.connections;
  if (!limits.guess_brake) options.guesses.reset();
  return options;
}

TlsGateOptions gate_options(const config::Limits& limits) {
  TlsGateOptions options;
  options.handshake_timeout_us = limits.frame_timeout_us;
  return options;
}

void raise_descriptor_limit(const config::Settings& settings, MessageLog& log) {
  rlim_t needed = settings.limits.connections + kOtherDescriptors;
  for (const auto& listener : settings.tls_listeners) needed += listener.max_handshakes;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < needed)
    log.event(config::LogLevel::warning, "limits", {},
              fmt::format("{} descriptors are allowed, {} connections need {}: see ulimit -n",
                          limit.rlim_cur, settings.limits.connections, needed));
}

}  // namespace core
