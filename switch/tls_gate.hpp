#pragma once
/// The TLS listeners: they accept, shake hands and find the station that a certificate names, all
/// in a thread of their own. The server gets connections whose handshake is done, and nothing of
/// the rest.
///
///   accept → handshake (bounded in number and time) → names of the certificate → station
///   → Server::admit() on the server's thread
///
/// A listener at its bound of handshakes ends the oldest for each new one: a station's takes some
/// milliseconds, so that only those who say nothing grow old.

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "config/settings.hpp"
#include "switch/message_log.hpp"
#include "switch/server.hpp"
#include "switch/tls_context.hpp"
#include "switch/tls_refusal.hpp"

namespace core {

/// A certificate that is valid for fewer days is told as a warning, at the start and once a day.
inline constexpr std::int64_t kExpiryWarningDays = 30;

/// One TLS listener, for the operator.
struct TlsReport {
  std::string listener, address;
  std::uint16_t port = 0;
  CertificateFacts certificate;
  std::size_t under_way = 0;  ///< handshakes
  std::uint64_t admitted = 0, refused = 0;
  std::vector<std::pair<std::string_view, std::uint64_t>>
      refusals;  ///< by reason, those there were
};

/// One TLS listener, for metrics.
struct TlsFigures {
  std::string_view listener;        ///< lives as long as the gate
  base::TimeUs valid_until_us = 0;  ///< its certificate
  std::uint64_t admitted = 0;
  std::array<std::uint64_t, kTlsRefusals> refused{};  ///< by TlsRefusal
};

struct TlsReload {
  bool worked = false;
  std::string why;  ///< a sentence, when nothing was changed
};

struct TlsGateOptions {
  base::TimeUs handshake_timeout_us = 10 * base::kMicrosPerSecond;
  std::uint32_t handed_over = 256;  ///< and not yet taken by the server; one more is refused
};

using TlsContexts = std::vector<std::shared_ptr<const TlsContext>>;
/// Reads and checks the files of each listener; changes nothing. Throws std::runtime_error with a
/// sentence. Any thread.
TlsContexts load_contexts(const std::vector<config::TlsListener>& listeners);

class TlsGate {
 public:
  /// Listens for the stations that the server has by then. Throws std::runtime_error with a
  /// sentence. `io` is the server's; all must outlive the gate.
  TlsGate(boost::asio::io_context& io, Server& server, MessageLog& log,
          const std::vector<config::TlsListener>& listeners, const TlsGateOptions& options);
  TlsGate(const TlsGate&) = delete;
  TlsGate& operator=(const TlsGate&) = delete;
  ~TlsGate();

  /// Listens no more and ends what is unfinished; returns when its thread has ended. The server's
  /// thread.
  void close();

  /// Reads all certificates, keys and authorities again, all or nothing: new connections get the
  /// new ones, old connections go on. `done` is called on the server's thread, unless the gate is
  /// closed before. The log says what changed or why nothing did.
  using ReloadDone = std::function<void(const TlsReload&)>;
  void reload(ReloadDone done);
  /// Goes over to the server's stations of now, and to other settings of the same listeners, their
  /// addresses and ports aside, whose files were read with them. As reload() says it in the log.
  void use(std::vector<config::TlsListener> listeners, TlsContexts contexts,
           const TlsGateOptions& options);
  /// As reload(), without doing anything.
  using ReportDone = std::function<void(const std::vector<TlsReport>&)>;
  void report(ReportDone done);

  /// Of each listener, in their order. Any thread.
  std::vector<TlsFigures> figures() const;
  /// Where its listeners listen, in their order.
  std::vector<std::uint16_t> ports() const;

 private:
  struct Handshake {
    Socket socket;
    TlsSession tls;
    std::string from;  // address and port
    base::TimeUs began_us;
  };
  /// By number, which is by age.
  using Handshakes = std::map<std::uint64_t, Handshake>;
  struct Gateway {
    Gateway(boost::asio::io_context& io, MessageLog& log, const config::TlsListener& from)
        : name(from.name), settings(from), acceptor(io), refusals(log, from.name) {}
    const std::string name;        // read by any thread
    config::TlsListener settings;  // of the gate's thread, and a reload changes them
    std::uint16_t port = 0;
    Acceptor acceptor;
    bool must_wait = false;  // accept again with the next tick only
    std::shared_ptr<const TlsContext> context;
    Handshakes handshakes;
    TlsRefusals refusals;
    base::Count admitted;
    base::Figure<base::TimeUs> valid_until_us;  // of the context's certificate
  };

  static void use(Gateway& gateway, std::shared_ptr<const TlsContext> context);
  void accept(Gateway& gateway);
  void begin(Gateway& gateway, Socket socket);
  void proceed(Gateway& gateway, std::uint64_t number);
  void await(Gateway& gateway, Handshakes::iterator handshake, Socket::wait_type what);
  void finish(Gateway& gateway, Handshakes::iterator handshake);
  void admit(Gateway& gateway, Handshake& handshake, const std::shared_ptr<StationLine>& line);
  void refuse(Gateway& gateway, Handshakes::iterator handshake, TlsRefusal why,
              std::string_view detail = {});
  void start_timer();
  void on_timer();
  void tell_certificate(const Gateway& gateway, std::string_view more) const;
  void take(TlsContexts fresh);
  TlsReload reload_now();
  std::vector<TlsReport> report_now() const;

  boost::asio::io_context& server_io_;
  Server& server_;
  MessageLog& log_;
  TlsGateOptions options_;
  using Stations = std::unordered_map<std::string, std::shared_ptr<StationLine>>;
  static Stations stations_of(const Server& server);
  Stations stations_;  // by the certificate's name
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_;
  std::vector<std::unique_ptr<Gateway>> gateways_;
  std::uint64_t last_number_ = 0;
  std::int64_t day_told_ = 0;  // on which the certificates were last looked at
  /// Handed over and not yet taken; shared, since the last ones may come after the gate.
  std::shared_ptr<std::atomic<std::uint32_t>> handed_over_;
  std::thread thread_;
};

}  // namespace core
