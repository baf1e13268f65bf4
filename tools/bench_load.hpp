#pragma once
/// The load itself: connections kept busy (closed loop), or requests at intended moments whether
/// the switch keeps up or not (open loop).
///
///   warm-up → counted time → no more is sent → the last answers, at most 5 s → LoadResult

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "tools/bench_connection.hpp"
#include "tools/histogram.hpp"

namespace tools {

/// The answers that came within one second of the counted time; latencies in nanoseconds.
struct LoadSecond {
  std::uint32_t second = 0;  ///< since the counting began
  std::uint64_t answers = 0;
  std::int64_t p50 = 0, p99 = 0, max = 0;
};

/// What was counted; of the requests intended after the warm-up.
struct LoadResult {
  std::array<Histogram, kBenchKinds> latency;  ///< in nanoseconds, of answered requests
  std::map<std::string, std::uint64_t> by_code;
  std::vector<LoadSecond> seconds;  ///< those with an answer, one after the other; at most a day
  std::uint64_t request_bytes = 0, answer_bytes = 0;  ///< of answered requests, with their frames
  std::uint64_t unanswered = 0;
  std::uint64_t lost_connections = 0;
  std::string first_loss;  ///< why; empty when none was lost
  double counted_s = 0;

  Histogram all() const;
};

class Load : public BenchDriver {
 public:
  /// Connects all. Throws LinkError. Everything handed in must outlive it.
  Load(const World& world, const BenchOptions& options, const std::vector<BenchCard>& cards);

  /// Blocks until it is over. `progress` is called about ten times a second.
  LoadResult run(const std::function<void(double share)>& progress);

 private:
  void answered(BenchConnection& connection, const BenchPending& request,
                const BenchAnswer& answer) override;
  void lost(BenchConnection& connection, std::string_view why) override;
  void count(const BenchPending& request, const BenchAnswer& answer, std::int64_t now_ns);
  void close_second();
  void send_due();
  void arm_pace();
  void arm_clock(const std::function<void(double share)>& progress);
  std::int64_t intended_ns(std::uint64_t number) const;
  std::size_t pending() const;

  const BenchOptions& options_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer pace_, clock_;
  RequestMaker maker_;
  std::deque<BenchConnection> connections_;
  std::deque<BenchConnection*> free_;  ///< open loop: one entry for each request that may be sent
  std::uint64_t sent_ = 0;             ///< open loop: which intended moment is next
  std::int64_t begin_ns_ = 0, count_from_ns_ = 0, end_ns_ = 0;
  LoadResult result_;
  Histogram second_;  ///< of the second that runs
  std::uint32_t second_number_ = 0;
};

}  // namespace tools
