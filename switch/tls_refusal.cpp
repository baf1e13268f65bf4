#include "switch/tls_refusal.hpp"

#include <fmt/format.h>

namespace core {

using config::LogLevel;

std::string_view to_text(TlsRefusal why) {
  switch (why) {
    case TlsRefusal::no_certificate:
      return "no client certificate";
    case TlsRefusal::unknown_authority:
      return "a certificate of an authority that is not in client-ca";
    case TlsRefusal::expired:
      return "a certificate that has expired";
    case TlsRefusal::not_yet_valid:
      return "a certificate that is not valid yet";
    case TlsRefusal::revoked:
      return "a certificate that was revoked";
    case TlsRefusal::unfit:
      return "a certificate that does not hold";
    case TlsRefusal::unknown_name:
      return "a certificate that names no station";
    case TlsRefusal::two_names:
      return "a certificate that names two stations";
    case TlsRefusal::distrusted:
      return "it refused the switch's certificate";
    case TlsRefusal::old_protocol:
      return "neither TLS 1.2 nor TLS 1.3";
    case TlsRefusal::no_common_cipher:
      return "no common cipher";
    case TlsRefusal::not_tls:
      return "what it sent is no TLS";
    case TlsRefusal::broken_off:
      return "it left during the handshake";
    case TlsRefusal::timed_out:
      return "the handshake did not finish in time";
    case TlsRefusal::gave_way:
      return "the oldest of too many handshakes under way";
    case TlsRefusal::busy:
      return "too many connections wait for the switch to take them";
    case TlsRefusal::other:
      return "the handshake failed";
  }
  return "unknown";
}

void TlsRefusals::note(std::string_view from, TlsRefusal why, std::string_view detail,
                       base::TimeUs now_us) {
  tick(now_us);
  ++count_;
  ++counts_[static_cast<std::size_t>(why)];
  if (!quota_.take()) return;
  log_.event(LogLevel::warning, "tls refused", {},
             detail.empty()
                 ? fmt::format("listener {}: {}: {}", listener_, from, to_text(why))
                 : fmt::format("listener {}: {}: {} ({})", listener_, from, to_text(why), detail));
}

void TlsRefusals::tick(base::TimeUs now_us) {
  if (const std::uint64_t left_out = quota_.look(now_us); left_out != 0)
    log_.event(LogLevel::warning, "tls refused", {},
               fmt::format("listener {}: {} more; `cpctl certificates` counts them by reason",
                           listener_, left_out));
}

}  // namespace core
