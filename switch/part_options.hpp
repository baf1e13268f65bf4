#pragma once
/// From the configuration's limits to what the parts of the switch need of them, at the start and
/// at a reload.

#include "config/settings.hpp"
#include "handlers/service.hpp"
#include "switch/engine.hpp"
#include "switch/message_log.hpp"
#include "switch/server.hpp"
#include "switch/tls_gate.hpp"

namespace core {

handlers::Rules rules_of(const config::Settings& settings);
EngineOptions engine_options(const config::Limits& limits);
ServerOptions server_options(const config::Limits& limits);
TlsGateOptions gate_options(const config::Limits& limits);

/// As many descriptors as the connections may need; fewer are told, not fatal.
void raise_descriptor_limit(const config::Settings& settings, MessageLog& log);

}  // namespace core
