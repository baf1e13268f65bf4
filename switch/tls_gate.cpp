#include "switch/tls_gate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "base/assert.hpp"

namespace core {

namespace asio = boost::asio;
using boost::system::error_code;
using config::LogLevel;

namespace {

constexpr std::chrono::milliseconds kGateTickPeriod{100};

std::string endpoint_text(const Socket& socket) {
  error_code error;
  const auto from = socket.remote_endpoint(error);
  if (error) return "somebody who has left";
  const std::string address = from.address().to_string();
  return from.address().is_v6() ? fmt::format("[{}]:{}", address, from.port())
                                : fmt::format("{}:{}", address, from.port());
}

/// The first name and the serial number of a certificate that an authority of ours has signed;
/// nothing of it can disturb a line of the log.
std::string certificate_text(const TlsSession& tls) {
  constexpr std::size_t kMost = 64;
  const std::vector<std::string> names = tls.peer_names();
  std::string name = names.empty() ? "no name" : names.front().substr(0, kMost);
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';
  return fmt::format("{}, serial {}", name, tls.peer_serial());
}

}  // namespace

TlsContexts load_contexts(const std::vector<config::TlsListener>& listeners) {
  TlsContexts contexts;
  for (const config::TlsListener& listener : listeners)
    contexts.push_back(std::make_shared<TlsContext>(listener, base::system_now()));
  return contexts;
}

TlsGate::TlsGate(asio::io_context& io, Server& server, MessageLog& log,
                 const std::vector<config::TlsListener>& listeners, const TlsGateOptions& options)
    : server_io_(io),
      server_(server),
      log_(log),
      options_(options),
      stations_(stations_of(server)),
      timer_(io_),
      handed_over_(std::make_shared<std::atomic<std::uint32_t>>(0)) {
  for (const config::TlsListener& listener : listeners) {
    Gateway& gateway = *gateways_.emplace_back(std::make_unique<Gateway>(io_, log_, listener));
    use(gateway, std::make_shared<TlsContext>(listener, base::system_now()));
    gateway.port = open_acceptor(gateway.acceptor, "listener " + listener.name,
                                 asio::ip::make_address(listener.address), listener.port);
    tell_certificate(gateway, "");
    accept(gateway);
  }
  day_told_ = base::system_now() / base::kMicrosPerDay;
  start_timer();
  thread_ = std::thread([this] { io_.run(); });
}

TlsGate::~TlsGate() { close(); }

TlsGate::Stations TlsGate::stations_of(const Server& server) {
  Stations stations;
  for (const auto& line : server.stations())
    if (!line->certificate_name.empty()) stations[line->certificate_name] = line;
  return stations;
}

void TlsGate::close() {
  if (!thread_.joinable()) return;
  io_.stop();
  thread_.join();
  for (auto& gateway : gateways_) {
    gateway->handshakes.clear();
    error_code ignored;
    gateway->acceptor.close(ignored);
  }
}

void TlsGate::use(Gateway& gateway, std::shared_ptr<const TlsContext> context) {
  gateway.valid_until_us.set(context->certificate().valid_until_us);
  gateway.context = std::move(context);
}

void TlsGate::accept(Gateway& gateway) {
  gateway.must_wait = false;
  gateway.acceptor.async_accept(io_, [this, &gateway](const error_code& error, Socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) begin(gateway, std::move(socket));
    if (!error || error == asio::error::connection_aborted) return accept(gateway);
    // No descriptor or memory is left: without a pause this would go round at full speed.
    gateway.must_wait = true;
    log_.event(LogLevel::warning, "accept failed", {},
               fmt::format("listener {}: {}", gateway.settings.name, error.message()));
  });
}

void TlsGate::begin(Gateway& gateway, Socket socket) {
  if (gateway.handshakes.size() >= gateway.settings.max_handshakes)
    refuse(gateway, gateway.handshakes.begin(), TlsRefusal::gave_way);
  error_code ignored;  // one that is gone already is noticed by the handshake
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  TlsSession tls = gateway.context->session(socket.native_handle());
  std::string from = endpoint_text(socket);
  const std::uint64_t number = ++last_number_;
  gateway.handshakes.emplace(
      number, Handshake{std::move(socket), std::move(tls), std::move(from), base::steady_now()});
  proceed(gateway, number);
}

void TlsGate::proceed(Gateway& gateway, std::uint64_t number) {
  const auto handshake = gateway.handshakes.find(number);
  if (handshake == gateway.handshakes.end()) return;  // its time was over meanwhile
  TlsSession& tls = handshake->second.tls;
  switch (tls.shake_hands()) {
    case TlsOutcome::done:
      return finish(gateway, handshake);
    case TlsOutcome::wants_read:
      return await(gateway, handshake, Socket::wait_read);
    case TlsOutcome::wants_write:
      return await(gateway, handshake, Socket::wait_write);
    case TlsOutcome::ended:
    case TlsOutcome::lost:
      return refuse(gateway, handshake, tls.refusal(), tls.refusal_detail());
  }
}

void TlsGate::await(Gateway& gateway, Handshakes::iterator handshake, Socket::wait_type what) {
  handshake->second.socket.async_wait(
      what, [this, &gateway, number = handshake->first](const error_code& error) {
        if (!error) proceed(gateway, number);
      });
}

/// The stranger has proved what its certificate says: which station is it?
void TlsGate::finish(Gateway& gateway, Handshakes::iterator handshake) {
  std::shared_ptr<StationLine> line;
  for (const std::string& name : handshake->second.tls.peer_names()) {
    const auto found = stations_.find(name);
    if (found == stations_.end()) continue;
    if (line && line != found->second)
      return refuse(gateway, handshake, TlsRefusal::two_names,
                    certificate_text(handshake->second.tls));
    line = found->second;
  }
  if (!line)
    return refuse(gateway, handshake, TlsRefusal::unknown_name,
                  certificate_text(handshake->second.tls));
  if (*handed_over_ >= options_.handed_over) return refuse(gateway, handshake, TlsRefusal::busy);
  admit(gateway, handshake->second, line);
  gateway.handshakes.erase(handshake);
}

/// The socket leaves this thread's io_context for the server's; the session keeps its descriptor.
void TlsGate::admit(Gateway& gateway, Handshake& handshake,
                    const std::shared_ptr<StationLine>& line) {
  error_code error;
  const auto protocol = handshake.socket.local_endpoint(error).protocol();
  const int descriptor = handshake.socket.release();
  Socket socket(server_io_);
  socket.assign(protocol, descriptor, error);
  if (error) {  // the system has no room to watch it
    gateway.refusals.note(handshake.from, TlsRefusal::busy, error.message(), base::steady_now());
    ::close(descriptor);
    return;
  }
  ++gateway.admitted;
  std::string how = fmt::format(" from {} over {}, certificate {}", handshake.from,
                                handshake.tls.version(), handshake.tls.peer_serial());
  ++*handed_over_;
  asio::post(server_io_, [&server = server_, line, handed_over = handed_over_, how = std::move(how),
                          stream = Stream(std::move(socket), std::move(handshake.tls))]() mutable {
    --*handed_over;
    server.admit(*line, std::move(stream), how);
  });
}

void TlsGate::refuse(Gateway& gateway, Handshakes::iterator handshake, TlsRefusal why,
                     std::string_view detail) {
  Handshake& refused = handshake->second;
  gateway.refusals.note(refused.from, why, detail, base::steady_now());
  refused.tls.send_close();
  close_gently(refused.socket);
  gateway.handshakes.erase(handshake);
}

void TlsGate::start_timer() {
  timer_.expires_after(kGateTickPeriod);
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    on_timer();
    start_timer();
  });
}

void TlsGate::on_timer() {
  const base::TimeUs now_us = base::steady_now();
  const std::int64_t day = base::system_now() / base::kMicrosPerDay;
  const bool is_new_day = std::exchange(day_told_, day) != day;
  for (auto& gateway : gateways_) {
    Handshakes& handshakes = gateway->handshakes;
    while (!handshakes.empty() &&
           now_us - handshakes.begin()->second.began_us >= options_.handshake_timeout_us)
      refuse(*gateway, handshakes.begin(), TlsRefusal::timed_out);
    gateway->refusals.tick(now_us);
    if (gateway->must_wait) accept(*gateway);
    if (is_new_day &&
        gateway->context->certificate().days_left(base::system_now()) < kExpiryWarningDays)
      tell_certificate(*gateway, "");
  }
}

void TlsGate::tell_certificate(const Gateway& gateway, std::string_view more) const {
  const CertificateFacts& facts = gateway.context->certificate();
  const std::int64_t days = facts.days_left(base::system_now());
  log_.event(days < kExpiryWarningDays ? LogLevel::warning : LogLevel::info, "certificate", {},
             fmt::format("listener {}: {}, serial {}, valid until {}, {} days left{}",
                         gateway.settings.name, facts.subject, facts.serial,
                         base::iso_seoul(facts.valid_until_us), days, more));
}

void TlsGate::reload(ReloadDone done) {
  asio::post(io_, [this, done = std::move(done)] {
    asio::post(server_io_, [done, reloaded = reload_now()] { done(reloaded); });
  });
}

void TlsGate::use(std::vector<config::TlsListener> listeners, TlsContexts contexts,
                  const TlsGateOptions& options) {
  CP_ASSERT(listeners.size() == gateways_.size() && contexts.size() == gateways_.size());
  asio::post(io_, [this, listeners = std::move(listeners), contexts = std::move(contexts), options,
                   stations = stations_of(server_)]() mutable {
    options_ = options;
    stations_ = std::move(stations);
    // Their order in the file may be another; who takes their certificates goes by the gateways'.
    TlsContexts fresh;
    for (auto& gateway : gateways_)
      for (std::size_t i = 0; i < listeners.size(); ++i)
        if (listeners[i].name == gateway->name) {
          gateway->settings = listeners[i];
          fresh.push_back(std::move(contexts[i]));
          break;
        }
    take(std::move(fresh));
  });
}

TlsReload TlsGate::reload_now() {
  TlsContexts fresh;
  try {
    std::vector<config::TlsListener> listeners;
    for (const auto& gateway : gateways_) listeners.push_back(gateway->settings);
    fresh = load_contexts(listeners);
  } catch (const std::exception& failure) {
    const std::string why =
        fmt::format("nothing was changed, the old certificates stay: {}", failure.what());
    log_.event(LogLevel::error, "certificate", {}, why);
    return {false, why};
  }
  take(std::move(fresh));
  return {true, {}};
}

/// In the order of the listeners.
void TlsGate::take(TlsContexts fresh) {
  CP_ASSERT(fresh.size() == gateways_.size());
  for (std::size_t i = 0; i < gateways_.size(); ++i) {
    Gateway& gateway = *gateways_[i];
    const std::string before = gateway.context->certificate().serial;
    use(gateway, std::move(fresh[i]));
    tell_certificate(gateway, gateway.context->certificate().serial == before
                                  ? "; read again, the same certificate"
                                  : "; new, before it serial " + before);
  }
}

void TlsGate::report(ReportDone done) {
  asio::post(io_, [this, done = std::move(done)] {
    asio::post(server_io_, [done, reports = report_now()] { done(reports); });
  });
}

std::vector<TlsReport> TlsGate::report_now() const {
  std::vector<TlsReport> reports;
  for (const auto& gateway : gateways_) {
    TlsReport report{gateway->settings.name,
                     gateway->settings.address,
                     gateway->port,
                     gateway->context->certificate(),
                     gateway->handshakes.size(),
                     gateway->admitted,
                     gateway->refusals.count(),
                     {}};
    for (std::size_t i = 0; i < kTlsRefusals; ++i) {
      const auto why = static_cast<TlsRefusal>(i);
      if (gateway->refusals.count(why) != 0)
        report.refusals.emplace_back(to_text(why), gateway->refusals.count(why));
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<TlsFigures> TlsGate::figures() const {
  std::vector<TlsFigures> all;
  for (const auto& gateway : gateways_) {
    TlsFigures& figures = all.emplace_back();
    figures.listener = gateway->name;
    figures.valid_until_us = gateway->valid_until_us;
    figures.admitted = gateway->admitted;
    for (std::size_t i = 0; i < kTlsRefusals; ++i)
      figures.refused[i] = gateway->refusals.count(static_cast<TlsRefusal>(i));
  }
  return all;
}

std::vector<std::uint16_t> TlsGate::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& gateway : gateways_) ports.push_back(gateway->port);
  return ports;
}

}  // namespace core
