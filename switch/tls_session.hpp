#pragma once
/// TLS over one non-blocking socket, as the side that was connected to.
///
///   shake_hands() until it is done or failed → peer_names() → read() and write() → send_close()
///
/// Each session is used by one thread at a time and may move between threads. The process ignores
/// SIGPIPE. No renegotiation, no compression, no resumption: TlsContext says so to OpenSSL.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "switch/tls_refusal.hpp"

struct ssl_st;

namespace core {

/// What a read, a write or a step of the handshake came to.
enum class TlsOutcome : std::uint8_t {
  done,
  wants_read,   ///< nothing now: again when the socket is readable
  wants_write,  ///< nothing now: again when it is writable
  ended,        ///< the peer said that it sends no more
  lost,         ///< broken, cut off without that word, or refused; refusal() says why
};

struct TlsProgress {
  TlsOutcome outcome = TlsOutcome::done;
  std::size_t size = 0;  ///< bytes read or taken; with `done` only
};

class TlsSession {
 public:
  /// None: the connection is a plain one.
  TlsSession() = default;
  /// Takes the session over.
  explicit TlsSession(ssl_st* session) : ssl_(session) {}
  explicit operator bool() const { return ssl_ != nullptr; }

  TlsOutcome shake_hands();
  /// Of a handshake that is lost.
  TlsRefusal refusal() const { return refusal_; }
  /// OpenSSL's words for it; never what the peer sent.
  std::string_view refusal_detail() const { return refusal_detail_; }

  // After the handshake.
  /// The DNS names of the peer's certificate, or, where it has none, its common names; in lower
  /// case.
  std::vector<std::string> peer_names() const;
  /// The serial number of the peer's certificate, in hexadecimal.
  std::string peer_serial() const;
  /// `TLSv1.3`
  std::string_view version() const;

  /// Fills as much of `space` as has arrived.
  TlsProgress read(base::ByteSpan space);
  /// Something is there to be read that the socket will not announce.
  bool has_unread() const;
  /// Takes a part of the bytes. After wants_…, the same bytes must come again, more may follow.
  TlsProgress write(base::ByteView bytes);
  /// Tells the peer that nothing more is sent, where that can still be told.
  void send_close();

 private:
  struct Freer {
    void operator()(ssl_st* session) const;
  };
  TlsOutcome outcome_of(int result);

  std::unique_ptr<ssl_st, Freer> ssl_;
  bool is_lost_ = false;
  TlsRefusal refusal_ = TlsRefusal::other;
  std::string_view refusal_detail_;
};

}  // namespace core
