#include "switch/server.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/assert.hpp"

namespace core {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using config::LogLevel;

namespace {

constexpr std::chrono::milliseconds kTickPeriod{100};
/// A tick so late comes after a stall of this thread, in a write or outside of the process.
constexpr base::TimeUs kStallUs = base::kMicrosPerSecond;

std::string_view to_text(SessionLimit limit) {
  switch (limit) {
    case SessionLimit::in_flight:
      return "requests in flight";
    case SessionLimit::held:
      return "answers held back because of guesses";
    default:
      return "answers that the peer does not take";
  }
}

}  // namespace

Server::Server(asio::io_context& io, Engine& engine, ledger::Store& store, MessageLog& log,
               SwitchClock clock, const ServerOptions& options)
    : io_(io),
      engine_(engine),
      store_(store),
      log_(log),
      clock_(clock),
      options_(options),
      brake_(options.guesses.value_or(GuessLimits()), base::steady_now,
             [this](const BrakeChange& change) { tell_brake(change); }),
      timer_(io),
      last_tick_us_(base::steady_now()) {
  start_timer();
}

Server::~Server() {
  // Handlers hold pointers to what dies with this server: let them come back first.
  error_code ignored;
  stop_by_us_ = base::steady_now();  // what still comes from a TLS listener is dropped
  timer_.cancel();
  for (auto& listener : listeners_) listener->acceptor.close(ignored);
  for (auto& peer : peers_) peer->session().abandon("the switch stopped");
  for (auto& peer : peers_) peer->finish_round();
  io_.restart();
  io_.poll();
}

StationLine& Server::add(StationSettings settings) {
  if (options_.guesses) settings.link.brake = &brake_;
  auto line = std::make_shared<StationLine>(std::move(settings));
  if (line->port) accept(*listeners_.emplace_back(open(*line)));
  const std::lock_guard lock(lines_mutex_);
  return *stations_.emplace_back(std::move(line));
}

std::vector<std::shared_ptr<const StationLine>> Server::lines() const {
  const std::lock_guard lock(lines_mutex_);
  return {stations_.begin(), stations_.end()};
}

std::unique_ptr<Listener> Server::open(StationLine& line) {
  const std::string who = "station " + line.link.station.name;
  error_code error;
  const auto address = asio::ip::make_address(line.address, error);
  if (error || !address.is_loopback())
    throw std::runtime_error(
        fmt::format("{}: cannot listen on {}: it is no loopback address, and without TLS no other "
                    "is served",
                    who, line.address));
  auto listener = std::make_unique<Listener>(io_, line);
  line.port = open_acceptor(listener->acceptor, who, address, *line.port);
  return listener;
}

void Server::accept(Listener& listener) {
  if (listener.is_accepting || stop_by_us_ != 0 || !listener.acceptor.is_open()) return;
  listener.is_accepting = true;
  listener.must_wait = false;
  listener.acceptor.async_accept(
      io_, asio::bind_allocator(HandlerAllocator<std::byte>(listener.memory),
                                [this, &listener](const error_code& error, Socket socket) {
                                  on_accept(listener, error, std::move(socket));
                                }));
}

void Server::on_accept(Listener& listener, const error_code& error, Socket socket) {
  listener.is_accepting = false;
  if (error == asio::error::operation_aborted || !listener.acceptor.is_open()) return;
  if (!error) admit(*listener.line, Stream(std::move(socket)));
  if (!error || error == asio::error::connection_aborted) {
    to_accept_.push_back(&listener);
    return;
  }
  // No descriptor or memory is left: without a pause this would go round at full speed.
  listener.must_wait = true;
  log_.event(LogLevel::warning, "accept failed", listener.line->link.station.name, error.message());
}

void Server::admit(StationLine& line, Stream stream, std::string_view how) {
  if (stop_by_us_ != 0 || line.is_leaving) return;
  if (open_peers_ >= options_.connections || line.figures.connections >= line.max_connections) {
    ++line.figures.refused;  // told with the next tick; the socket closes here
    return;
  }
  PeerHost& host = *this;
  Peer& peer = *peers_.emplace_back(std::make_unique<Peer>(
      host, line, std::move(stream), options_.session, ++last_number_, base::steady_now()));
  peer.place = peers_.size() - 1;
  ++open_peers_;
  ++line.figures.connections;
  ++line.figures.accepted;
  if (line.connection_lines.take())
    log_.event(LogLevel::info, "connect", line.link.station.name,
               fmt::format("connection {}{}, {} of {} now", peer.number(), how,
                           line.figures.connections.value(), line.max_connections));
  stir(peer);
}

void Server::submit(Peer& peer, const codec::Frame& frame, base::TimeUs received_us) {
  engine_.submit(peer, frame, received_us);
}

void Server::forget(Peer& peer) { engine_.forget(peer); }

void Server::stir(Peer& peer) {
  if (std::exchange(peer.stirred, true)) return;
  stirred_.push_back(&peer);
}

void Server::delivered(Peer& peer, const MessageFacts& facts, base::TimeUs received_us,
                       bool answered) {
  StationFigures& figures = peer.line().figures;
  figures.last_message_us.set(clock_.now());
  if (!answered) ++figures.unmatched;
  delivered_.push_back({&peer.line(), facts, received_us, answered});
  if (stop_by_us_ != 0) delivered_.back().facts.wait_us = 0;
  if (peer.link_state().signed_on != peer.told_signed_on) note_sign_on(peer);
}

void Server::note_sign_on(Peer& peer) {
  StationFigures& figures = peer.line().figures;
  peer.told_signed_on = peer.link_state().signed_on;
  peer.told_signed_on ? ++figures.signed_on : --figures.signed_on;
  if (peer.told_signed_on) ++figures.sign_ons;
  log_.event(LogLevel::info, peer.told_signed_on ? "sign-on" : "sign-off",
             peer.line().link.station.name, fmt::format("connection {}", peer.number()));
}

base::TimeUs Server::hold_us(const MessageFacts& facts) {
  if (facts.wait_us == 0 || stop_by_us_ != 0) return 0;
  brake_.began_waiting();
  return facts.wait_us;
}

void Server::tell_brake(const BrakeChange& change) {
  log_.event(change.is_on ? LogLevel::warning : LogLevel::info,
             change.is_on ? "brake" : "brake off", change.station, change.text);
}

void Server::reached(Peer& peer, SessionLimit limit) {
  ++peer.line().figures.limits[static_cast<std::size_t>(limit)];
  log_.event(
      LogLevel::warning, "limit", peer.line().link.station.name,
      fmt::format("connection {}: the limit of {} is reached; it is read on as there is room",
                  peer.number(), to_text(limit)));
}

void Server::closed(Peer& peer) {
  StationLine& line = peer.line();
  CP_ASSERT(open_peers_ > 0 && line.figures.connections > 0);
  --open_peers_;
  --line.figures.connections;
  if (std::exchange(peer.told_signed_on, false)) --line.figures.signed_on;
  const bool at_fault = peer.session().blame() == Session::Blame::peer;
  if (at_fault) ++line.figures.at_fault;
  line.figures.refused_frames += peer.refused_frames();
  if (line.connection_lines.take())
    log_.event(at_fault ? LogLevel::warning : LogLevel::info, "disconnect", line.link.station.name,
               fmt::format("connection {}: {}; {} messages in {} s", peer.number(),
                           peer.session().reason(), peer.messages(),
                           (base::steady_now() - peer.began_us()) / base::kMicrosPerSecond));
}

bool Server::is_done() const { return stop_by_us_ != 0 && peers_.empty(); }

bool Server::must_not_wait() const {
  if (!stirred_.empty()) return true;
  if (engine_.committing()) return false;
  return engine_.has_work() || (background_ != nullptr && background_->has_work());
}

void Server::run() {
  while (!is_done()) {
    if (io_.stopped()) io_.restart();
    if (!must_not_wait()) io_.run_one();
    io_.poll();
    round();
    if (background_ != nullptr && background_->has_work() && !engine_.committing())
      background_->do_a_piece();
  }
}

void Server::round() {
  engine_.flush(moment());
  std::swap(stirred_, working_);
  for (Peer* peer : working_) {
    peer->stirred = false;
    peer->send();
  }
  write_log();
  for (Peer* peer : working_) {
    peer->finish_round();
    if (peer->is_gone() && !peer->stirred) remove(*peer);  // else after the next round
  }
  working_.clear();
  for (Listener* listener : to_accept_) accept(*listener);
  to_accept_.clear();
  const std::uint64_t batches = engine_.figures().batches;
  if (!engine_.committing() && std::exchange(batches_ticked_, batches) != batches) store_.tick();
}

/// After the answers left, so that neither a line nor counting costs latency.
void Server::write_log() {
  if (delivered_.empty()) return;
  const base::TimeUs now_us = base::steady_now();
  for (const Delivered& d : delivered_) {
    if (d.answered) {
      d.line->figures.count_answer(d.facts.kind, d.facts.code, now_us - d.received_us);
      log_.message(d.line->link.station.name, d.facts, now_us - d.received_us);
    } else {
      log_.event(LogLevel::warning, "dropped", d.line->link.station.name,
                 fmt::format("an answer nobody waits for: {:04}", d.facts.mti.value));
    }
  }
  delivered_.clear();
}

void Server::remove(Peer& peer) {
  CP_ASSERT(!peer.stirred);
  const std::size_t place = peer.place;
  std::swap(peers_[place], peers_.back());
  peers_[place]->place = place;
  peers_.pop_back();
}

void Server::stop(std::string_view why) {
  if (stop_by_us_ != 0) return;
  stop_by_us_ = base::steady_now() + options_.stop_patience_us;
  log_.event(LogLevel::info, "stop", {}, why);
  error_code ignored;
  for (auto& listener : listeners_) listener->acceptor.close(ignored);
  for (auto& peer : peers_) {
    peer->release_held(std::numeric_limits<base::TimeUs>::max(), base::steady_now());
    peer->session().end("the switch stops");
    stir(*peer);
  }
}

void Server::start_timer() {
  timer_.expires_after(kTickPeriod);
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    on_timer();
    start_timer();
  });
}

void Server::sweep_holds() {
  const std::uint64_t before = engine_.figures().sweep_failures.value();
  engine_.sweep_holds(moment().now);
  if (engine_.figures().sweep_failures.value() != before)
    log_.event(
        LogLevel::error, "holds", {},
        "some whose time is over cannot be looked at: a record is damaged; they are over all "
        "the same for whoever uses their cards; run cpctl check");
}

void Server::on_timer() {
  const base::TimeUs now_us = base::steady_now();
  const bool has_stalled = now_us - std::exchange(last_tick_us_, now_us) > kStallUs;
  sweep_holds();
  if (!engine_.committing()) store_.tick();
  tell_clock_step(now_us);
  const bool is_late = stop_by_us_ != 0 && now_us >= stop_by_us_;
  brake_.tick();
  for (auto& peer : peers_) {
    peer->release_held(now_us, now_us);
    if (is_late) peer->session().abandon("the switch stops");
    // After a stall what the peers sent meanwhile is read first: it was not they who were silent.
    const bool has_news = !has_stalled && peer->session().tick(now_us);
    if (has_news || is_late) stir(*peer);
  }
  for (auto& listener : listeners_)
    if (listener->must_wait) accept(*listener);
  let_go();
  tell_refusals();
  tell_left_out(now_us);
  log_.tick();
  if (tick_) tick_(now_us);
}

void Server::tell_clock_step(base::TimeUs now_us) {
  const base::TimeUs clock_us = clock_.now();
  const base::TimeUs step_us = clock_watch_.look(clock_us, now_us);
  if (step_us == 0) return;
  ++clock_steps_;
  const double step_s = in_seconds(step_us);
  log_.event(LogLevel::warning, "clock stepped", {},
             fmt::format("the system's clock was set {} by {:.1f} s (or this machine slept); it is "
                         "{} now, business day {}; see that it is right",
                         step_s < 0 ? "back" : "forward", std::abs(step_s),
                         base::iso_seoul(clock_us), base::business_day(clock_us)));
}

/// A station that does nothing but connect must not push the lines of money out of the log.
void Server::tell_left_out(base::TimeUs now_us) {
  for (auto& line : stations_)
    if (const std::uint64_t left_out = line->connection_lines.look(now_us); left_out != 0)
      log_.event(
          LogLevel::warning, "connect", line->link.station.name,
          fmt::format("{} lines of connections that came or went were left out; {} of {} now",
                      left_out, line->figures.connections.value(), line->max_connections));
}

void Server::tell_refusals() {
  for (auto& line : stations_) {
    const std::uint64_t refused = line->figures.refused;
    const std::uint64_t fresh = refused - std::exchange(line->refused_told, refused);
    if (fresh == 0) continue;
    const bool own = line->figures.connections >= line->max_connections;
    log_.event(LogLevel::warning, "refused", line->link.station.name,
               fmt::format("{} connections: the limit of {} {} is reached", fresh,
                           own ? line->max_connections : options_.connections,
                           own ? "of this station" : "in all"));
  }
}

}  // namespace core
