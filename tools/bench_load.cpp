#include "tools/bench_load.hpp"

#include <chrono>

#include "tools/link.hpp"

namespace tools {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kLastAnswersNs = 5 * kSecondNs;
constexpr auto kTick = std::chrono::milliseconds(100);

std::chrono::steady_clock::time_point time_point(std::int64_t ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

std::int64_t to_ns(double seconds) {
  return static_cast<std::int64_t>(seconds * static_cast<double>(kSecondNs));
}

}  // namespace

Histogram LoadResult::all() const {
  Histogram sum;
  for (const Histogram& each : latency) sum.add(each);
  return sum;
}

Load::Load(const World& world, const BenchOptions& options, const std::vector<BenchCard>& cards)
    : options_(options),
      pace_(io_),
      clock_(io_),
      maker_(world, world.station(options.station), options, cards) {
  const config::Station& station = world.station(options.station);
  const auto terminals = world.terminals(options.station);
  if (terminals.empty()) throw UsageError("the seed has no terminal of " + options.station);
  for (std::uint32_t i = 0; i < options.connections; ++i) {
    connections_.emplace_back(io_, station, *terminals[i % terminals.size()], maker_, *this);
    for (std::uint32_t slot = 0; slot < options.in_flight; ++slot)
      free_.push_back(&connections_.back());
  }
}

/// The moment that the open loop has for its n-th request.
std::int64_t Load::intended_ns(std::uint64_t number) const {
  return begin_ns_ +
         static_cast<std::int64_t>(number * static_cast<std::uint64_t>(kSecondNs) / options_.rate);
}

std::size_t Load::pending() const {
  std::size_t sum = 0;
  for (const BenchConnection& connection : connections_)
    if (connection.is_open()) sum += connection.pending();
  return sum;
}

/// Open loop: sends every request whose moment has come while there is a connection for it. What
/// finds none waits, its time running, until an answer frees one.
void Load::send_due() {
  const std::int64_t now_ns = steady_ns();
  while (!free_.empty() && intended_ns(sent_) <= now_ns && intended_ns(sent_) < end_ns_) {
    BenchConnection* const connection = free_.front();
    free_.pop_front();
    if (connection->is_open()) connection->send(intended_ns(sent_++));
  }
}

void Load::arm_pace() {
  if (intended_ns(sent_) >= end_ns_) return;
  pace_.expires_at(time_point(intended_ns(sent_)));
  pace_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    send_due();
    // With no connection free, answers do the sending, and the next one wakes the pace again.
    if (!free_.empty()) arm_pace();
  });
}

void Load::count(const BenchPending& request, const BenchAnswer& answer, std::int64_t now_ns) {
  const std::int64_t latency_ns = now_ns - request.intended_ns;
  result_.latency[static_cast<std::size_t>(request.what.kind)].record(latency_ns);
  ++result_.by_code[answer.code.empty() ? std::string("none") : std::string(answer.code)];
  result_.request_bytes += request.bytes;
  result_.answer_bytes += answer.bytes;
  const auto second = static_cast<std::uint32_t>((now_ns - count_from_ns_) / kSecondNs);
  if (second != second_number_) close_second();
  second_number_ = second;
  second_.record(latency_ns);
}

void Load::close_second() {
  if (second_.count() == 0) return;
  result_.seconds.push_back({second_number_, second_.count(), second_.quantile(0.5),
                             second_.quantile(0.99), second_.max()});
  second_ = Histogram();
}

void Load::answered(BenchConnection& connection, const BenchPending& request,
                    const BenchAnswer& answer) {
  const std::int64_t now_ns = steady_ns();
  if (request.intended_ns >= count_from_ns_) count(request, answer, now_ns);
  if (now_ns >= end_ns_) return;
  if (options_.rate == 0) return connection.send(now_ns);
  const bool was_stuck = free_.empty();
  free_.push_back(&connection);
  if (!was_stuck) return;
  send_due();
  if (!free_.empty()) arm_pace();
}

void Load::lost(BenchConnection& connection, std::string_view why) {
  ++result_.lost_connections;
  result_.unanswered += connection.pending();
  if (result_.first_loss.empty()) result_.first_loss = why;
}

void Load::arm_clock(const std::function<void(double share)>& progress) {
  clock_.expires_after(kTick);
  clock_.async_wait([this, &progress](boost::system::error_code) {
    const std::int64_t now_ns = steady_ns();
    const bool nobody = result_.lost_connections == connections_.size();
    const bool over = now_ns >= end_ns_ && (pending() == 0 || now_ns >= end_ns_ + kLastAnswersNs);
    if (nobody || over) return io_.stop();
    progress(static_cast<double>(now_ns - begin_ns_) / static_cast<double>(end_ns_ - begin_ns_));
    arm_clock(progress);
  });
}

LoadResult Load::run(const std::function<void(double share)>& progress) {
  begin_ns_ = steady_ns();
  count_from_ns_ = begin_ns_ + to_ns(options_.warmup_s);
  end_ns_ = count_from_ns_ + to_ns(options_.seconds);
  result_.counted_s = options_.seconds;
  arm_clock(progress);
  if (options_.rate != 0) {
    arm_pace();
  } else {
    for (BenchConnection* const connection : free_) connection->send(begin_ns_);
  }
  io_.run();
  close_second();
  result_.unanswered += pending();
  for (BenchConnection& connection : connections_) connection.close();
  return result_;
}

}  // namespace tools
