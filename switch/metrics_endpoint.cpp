#include <fmt/format.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <boost/asio/ip/address.hpp>
#include <mutex>
#include <stdexcept>
#include <string>

#include "switch/listener.hpp"
#include "switch/metrics.hpp"

namespace core {

/// What the exposer asks, in its threads.
class MetricsEndpoint::Reader : public prometheus::Collectable {
 public:
  explicit Reader(const MetricsView& view) : view_(view) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return {};
    return read_metrics(view_);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }

 private:
  mutable std::mutex mutex_;
  const MetricsView view_;
  bool is_closed_ = false;
};

namespace {

/// A scraper that is slower than this is given up.
constexpr int kPatienceMs = 5'000;
/// Scrapes at once.
constexpr int kThreads = 2;

/// The exposer's own refusal says no reason, so the port is tried first.
void prove_port(const config::MetricsSettings& settings, const boost::asio::ip::address& address) {
  boost::asio::io_context io;
  Acceptor acceptor(io);
  open_acceptor(acceptor, "metrics.port", address, settings.port);
}

std::vector<std::string> exposer_options(const config::MetricsSettings& settings) {
  const auto address = boost::asio::ip::make_address(settings.address);
  prove_port(settings, address);
  return {"listening_ports",
          address.is_v6() ? fmt::format("[{}]:{}", settings.address, settings.port)
                          : fmt::format("{}:{}", settings.address, settings.port),
          "num_threads",
          std::to_string(kThreads),
          "request_timeout_ms",
          std::to_string(kPatienceMs),
          "enable_keep_alive",
          "no"};
}

}  // namespace

MetricsEndpoint::MetricsEndpoint(const MetricsView& view)
    : reader_(std::make_shared<Reader>(view)) {
  // Never destroyed: CivetWeb takes up to two seconds to stop, and a stop has better to do.
  static std::vector<prometheus::Exposer*>& exposers = *new std::vector<prometheus::Exposer*>;
  try {
    exposers.push_back(new prometheus::Exposer(exposer_options(view.settings.metrics)));
  } catch (const std::exception& failure) {
    throw std::runtime_error(
        fmt::format("{} (metrics.port = 0 serves no metrics)", failure.what()));
  }
  exposers.back()->RegisterCollectable(reader_);
}

MetricsEndpoint::~MetricsEndpoint() { reader_->close(); }

}  // namespace core
