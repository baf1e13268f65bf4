#pragma once
/// The operator's door: a Unix socket in the data folder that only its owner can open.
///
/// A client sends one line of JSON, gets lines of JSON, and the switch closes:
///
///   {"command":"status"}                        → one line of kind `status`
///   {"command":"stations"}                      → a line of kind `station` for each
///   {"command":"card","number":"9410…"}         → one of kind `card`; a PIN# (12 digits) does too
///   {"command":"limits"}                        → one of kind `limits`
///   {"command":"set-limits","day":2000000}      → the same, when it is durable and counts
///   {"command":"products"}                      → a line of kind `product` for each
///   {"command":"add-product","face":10000,"name":"…"}  → that `product`; also "days", "mix",
///                                                 "points_bp"
///   {"command":"end-product","number":2}        → that `product`
///   {"command":"create-lot","face":10000,"count":500}  → `progress` …, then `lot`; ends when the
///                                                 client goes away, the cards made so far stay
///   {"command":"continue-lot","lot":3}          → as that
///   {"command":"lots"}                          → a `lot` for each
///   {"command":"print-lot","lot":3,"file":"/…"} → `progress` …, then `lot-file`
///   {"command":"rates"}                         → for the table in force and each to come `rates`,
///                                                 then its rows, `rate`
///   {"command":"rates-load","table":"…","from":"…"} → `rates`; "from" empty: from now
///   {"command":"check"}                         → `progress` …, then `check`
///   {"command":"breakage"}                      → `progress` …, an `expired-card` for each where
///                                                 "cards" is true, a `breakage` for each product,
///                                                 `breakage-sum`; "date" is another than today
///   {"command":"backup","folder":"/…"}          → `progress` …, then `backup`; ends as a lot does
///   {"command":"reload"}                        → `reload`, when the switch has gone over
///   {"command":"log-level","level":"debug"}     → `log-level`
///   {"command":"certificates"}                  → a `certificate` for each TLS listener
///   {"command":"reload-certificates"}           → as that, once all are read again
///   {"command":"keys"}                          → a line of kind `key` for each
///   {"command":"key-reload"}                    → `key-reload`, when the key file's keys count
///
/// Every line is an object with "kind". The last one is {"kind":"end"}, or, when it did not work,
/// {"kind":"error","text":"a sentence"}; a connection that closes without either was broken off.
/// `progress` has "done" and "of" (numbers) and "text". control_desk.cpp says what is in the
/// others.
///
/// The I/O thread. Bounds: the sums and times below; a client at a bound is closed.

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace core {

inline constexpr std::size_t kMaxControlClients = 16;
inline constexpr std::size_t kMaxControlRequest = 65'536;  ///< bytes of the one line, which may be
                                                           ///< a whole rate table
inline constexpr std::size_t kMaxControlOutput = 262'144;  ///< unsent bytes of one client
inline constexpr base::TimeUs kControlPatience =
    10 * base::kMicrosPerSecond;  ///< for the request, and for a client that takes no answer

/// Names a client; never used twice, so that a late answer to one that left goes nowhere.
using ControlClient = std::uint64_t;

class ControlServer {
 public:
  /// A whole request line, without its line feed. Answered by send() and finish(), now or later.
  using Handler = std::function<void(ControlClient client, std::string_view request)>;

  /// Listens at `path`, mode 0600; a socket left there by a switch that died is replaced, since the
  /// caller holds the data folder's lock. Throws std::runtime_error with a sentence.
  ControlServer(boost::asio::io_context& io, const std::filesystem::path& path, Handler handler);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  ~ControlServer();

  /// False when the client has left or was closed.
  bool send(ControlClient client, const boost::json::object& line);
  /// False while much of what was sent is not taken yet: whoever has many lines waits then.
  bool has_room(ControlClient client) const;
  /// Sends {"kind":"end"} and closes once everything is sent.
  void finish(ControlClient client);
  /// Sends {"kind":"error"} and closes once everything is sent.
  void refuse(ControlClient client, std::string_view sentence);

  /// Several times a second, with base::steady_now(): time-outs.
  void tick(base::TimeUs now_us);
  /// Closes everything and removes the socket.
  void close();

 private:
  struct Client;
  using Socket = boost::asio::local::stream_protocol::socket;
  Client* find(ControlClient client) const;
  void accept();
  void admit(Socket socket);
  void read(Client& client);
  void take(Client& client);
  void write(Client& client);
  void queue(Client& client, const boost::json::object& line);
  void drop(Client& client);
  void reap();

  boost::asio::io_context& io_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::filesystem::path path_;
  Handler handler_;
  std::vector<std::unique_ptr<Client>> clients_;
  ControlClient last_client_ = 0;
  bool is_accepting_ = false;
};

}  // namespace core
