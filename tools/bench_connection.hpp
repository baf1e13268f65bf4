#pragma once
/// One connection of a load run: sends what it is given, matches answers by STAN.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "codec/frame.hpp"
#include "tools/bench_options.hpp"
#include "tools/bench_requests.hpp"

namespace tools {

/// A request that waits for its answer.
struct BenchPending {
  std::uint32_t stan = 0;
  BenchRequest what;
  std::int64_t intended_ns =
      0;                    ///< when it should have been sent, which is what latency counts from
  std::uint32_t bytes = 0;  ///< with its frame
};

struct BenchAnswer {
  std::string_view code;  ///< DE 39, or empty; valid during the call
  std::size_t bytes = 0;  ///< with its frame
};

class BenchConnection;

/// Whoever drives the connections.
class BenchDriver {
 public:
  virtual ~BenchDriver() = default;
  virtual void answered(BenchConnection& connection, const BenchPending& request,
                        const BenchAnswer& answer) = 0;
  /// It is closed; its pending requests stay without an answer.
  virtual void lost(BenchConnection& connection, std::string_view why) = 0;
};

/// The io_context's thread.
class BenchConnection {
 public:
  /// Connects; throws LinkError. Everything handed in must outlive it.
  BenchConnection(boost::asio::io_context& io, const config::Station& station,
                  const config::SeedTerminal& terminal, RequestMaker& maker, BenchDriver& driver);

  /// Sends at once: the completion of its oldest approved hold, or what the mix has next.
  void send(std::int64_t intended_ns);
  std::size_t pending() const { return pending_.size(); }
  bool is_open() const { return socket_.is_open(); }
  void close();

 private:
  void read();
  void take_frames();
  void take_answer(const codec::Frame& frame);
  BenchRequest next_request();
  void write();
  void fail(std::string_view why);

  const config::Station& station_;
  const config::SeedTerminal& terminal_;
  RequestMaker& maker_;
  BenchDriver& driver_;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                  boost::asio::io_context::executor_type>;
  Socket socket_;
  StampMaker stamps_;
  std::vector<BenchPending> pending_;  ///< at most BenchOptions::in_flight
  std::vector<BenchRequest> due_;      ///< completions to be sent; no more than that either
  std::vector<std::uint8_t> in_;
  std::size_t in_used_ = 0;
  std::vector<std::uint8_t> out_;  ///< collected, not yet taken by the socket
  bool is_writing_ = false;        ///< waits for the socket to take more
  bool is_taking_ = false;         ///< answers: what is sent meanwhile leaves together
};

/// Now, by a clock that is never set back.
std::int64_t steady_ns();

}  // namespace tools
