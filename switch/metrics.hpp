#pragma once
/// The switch's figures for Prometheus, at http://ADDRESS:PORT/metrics.
///
/// Counted where things happen (StationFigures, EngineFigures, StoreFigures …) and only read here,
/// in threads of the endpoint: a scrape costs the answering thread nothing, and is answered also
/// while that one is stuck. docs/operations.md has the table of all metrics; its test compares.

#include <memory>
#include <vector>

#include "config/settings.hpp"
#include "ledger/durable_store.hpp"
#include "switch/engine.hpp"
#include "switch/message_log.hpp"
#include "switch/server.hpp"
#include "switch/tls_gate.hpp"

namespace prometheus {
struct MetricFamily;
}

namespace core {

/// What the endpoint looks at, from a thread of its own; what it refers to must outlive it.
struct MetricsView {
  const config::Settings settings;  ///< of the start: a reload changes the switch's
  SwitchClock clock;
  const MessageLog& log;
  const Engine& engine;
  const Server& server;
  const ledger::DurableStore& store;
  const TlsGate* gate = nullptr;  ///< none without a TLS listener
  base::TimeUs started_us = 0;    ///< base::system_now()
};

/// All metrics with their present values. Any thread. Series are bounded by stations × message
/// kinds × kAnswerCodes; one that has never counted anything is left out.
std::vector<prometheus::MetricFamily> read_metrics(const MetricsView& view);

class MetricsEndpoint {
 public:
  /// Listens where the settings say. Throws std::runtime_error with a sentence.
  explicit MetricsEndpoint(const MetricsView& view);
  /// Waits for a scrape under way; from then on nothing of the view is looked at. Port and threads
  /// stay until the process ends.
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

 private:
  class Reader;
  std::shared_ptr<Reader> reader_;
};

}  // namespace core
