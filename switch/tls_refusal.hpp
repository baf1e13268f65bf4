#pragma once
/// Why a TLS listener did not let somebody in, counted and told to the log within a bound.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/figures.hpp"
#include "base/time.hpp"
#include "switch/line_quota.hpp"
#include "switch/message_log.hpp"

namespace core {

enum class TlsRefusal : std::uint8_t {
  no_certificate,
  unknown_authority,
  expired,
  not_yet_valid,
  revoked,
  unfit,
  unknown_name,
  two_names,
  distrusted,
  old_protocol,
  no_common_cipher,
  not_tls,
  broken_off,
  timed_out,
  gave_way,
  busy,
  other,
};
inline constexpr std::size_t kTlsRefusals = static_cast<std::size_t>(TlsRefusal::other) + 1;

/// `no client certificate`, …
std::string_view to_text(TlsRefusal why);

/// Lines of one listener in one second; more refusals are counted and told as a number.
inline constexpr std::uint32_t kRefusalLines = 5;

/// The refusals of one listener. One thread, but for the counts, which any may read.
class TlsRefusals {
 public:
  TlsRefusals(MessageLog& log, std::string listener) : log_(log), listener_(std::move(listener)) {}

  /// `from` is the stranger's address, `detail` more words about the reason, or empty.
  void note(std::string_view from, TlsRefusal why, std::string_view detail, base::TimeUs now_us);
  /// Several times a second, with base::steady_now().
  void tick(base::TimeUs now_us);

  std::uint64_t count() const { return count_; }
  std::uint64_t count(TlsRefusal why) const { return counts_[static_cast<std::size_t>(why)]; }

 private:
  MessageLog& log_;
  const std::string listener_;
  std::array<base::Count, kTlsRefusals> counts_;
  base::Count count_;
  LineQuota quota_{kRefusalLines};
};

}  // namespace core
