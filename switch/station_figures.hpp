#pragma once
/// What is counted of a station: the one place from which log, `cpctl` and metrics have it.
///
/// Bounds: kMessageKinds × (kAnswerCodes + a histogram) figures a station, about 10 KiB, made with
/// it. Nothing that a peer wrote is part of a figure's name.

#include <array>
#include <cstdint>
#include <string_view>

#include "base/figures.hpp"
#include "base/time.hpp"
#include "codec/describe.hpp"
#include "switch/session.hpp"

namespace core {

/// DE 39 of the protocol's answers; any other, which only data of another version could hold, is
/// counted as the last.
inline constexpr std::array<std::string_view, 24> kAnswerCodes{
    "00", "03", "10", "12", "13", "14", "25", "30", "51", "54", "55", "57",
    "58", "61", "62", "63", "75", "78", "91", "92", "94", "95", "96", "other"};

/// Where a DE 39 stands in kAnswerCodes.
std::size_t answer_place(const std::array<char, 2>& code);

/// Of one station and message kind.
struct MessageFigures {
  std::array<base::Count, kAnswerCodes.size()> answers;
  base::Histogram<base::kShortBoundsUs> latency_us;  ///< of all answers, received to sent
};

/// Counted by the I/O thread, read by any.
struct StationFigures {
  base::Figure<std::uint32_t> connections;  ///< open now
  base::Figure<std::uint32_t> signed_on;    ///< of them
  base::Count accepted, refused;            ///< connections; refused at a limit of connections
  base::Count sign_ons;
  base::Count at_fault;        ///< connections that ended because of what the peer did
  base::Count refused_frames;  ///< no message could be read from them; each ended its connection
  base::Count unmatched;       ///< answers that nobody waits for, dropped
  std::array<base::Count, kSessionLimits> limits;  ///< connections that met each
  base::Figure<base::TimeUs> last_message_us;      ///< the switch's clock; 0: none since the start
  std::array<MessageFigures, codec::kMessageKinds> messages;

  /// One answer was sent.
  void count_answer(codec::MessageKind kind, const std::array<char, 2>& code,
                    std::int64_t latency) {
    MessageFigures& counted = messages[static_cast<std::size_t>(kind)];
    ++counted.answers[answer_place(code)];
    counted.latency_us.record(latency);
  }

  // Sums of the above.
  std::uint64_t approved() const;
  std::uint64_t declined() const;
  /// Requests that were answered, and unmatched answers.
  std::uint64_t all_messages() const { return approved() + declined() + unmatched; }
};

}  // namespace core
