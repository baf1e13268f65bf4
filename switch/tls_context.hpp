#pragma once
/// What a TLS listener shows and whom it believes: its certificate, its key and the authorities of
/// the stations' certificates, read and checked once.
///
/// TLS 1.2 and 1.3; forward secrecy and authenticated ciphers only. Every connection shows a
/// certificate: nothing is resumed, so one that was taken back counts no longer than its
/// connection.

#include <memory>
#include <string>

#include "base/time.hpp"
#include "config/settings.hpp"
#include "switch/tls_session.hpp"

struct ssl_ctx_st;

namespace core {

struct CertificateFacts {
  std::string subject;  ///< as RFC 2253 writes it
  std::string serial;   ///< hexadecimal
  base::TimeUs valid_from_us = 0, valid_until_us = 0;

  /// Whole days that it is still valid.
  std::int64_t days_left(base::TimeUs now) const {
    return (valid_until_us - now) / base::kMicrosPerDay;
  }
};

/// Immutable; any thread.
class TlsContext {
 public:
  /// Reads the files. Throws std::runtime_error with a sentence: one that cannot be read, a key
  /// that is another certificate's or that others may read, a certificate or a list of revoked ones
  /// whose time is over at `now`.
  TlsContext(const config::TlsListener& listener, base::TimeUs now);

  /// For one accepted, non-blocking socket, which the session does not own.
  TlsSession session(int socket) const;
  const CertificateFacts& certificate() const { return certificate_; }

 private:
  struct Freer {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Freer> context_;
  CertificateFacts certificate_;
};

}  // namespace core
