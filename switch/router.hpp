#pragma once
/// From one framed message to its answer: MAC → readable? → sign-on → handler → bytes.
///
/// Knows no socket; the same function in the running switch, the simulation and the tests.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "codec/describe.hpp"
#include "codec/frame.hpp"
#include "codec/message.hpp"
#include "crypto/mac.hpp"
#include "handlers/service.hpp"
#include "switch/key_exchange.hpp"
#include "switch/station_keys.hpp"

namespace core {

class GuessBrake;

/// A station as the edge sees it: who it is, how it writes, which keys it has. Lives as long as
/// a connection of the station, or a frame of one, is there.
struct StationLink {
  handlers::Station station;
  const codec::Profile* profile = &codec::kIso87Binary;
  codec::FrameFormat frame;
  crypto::MacKind mac = crypto::MacKind::none;
  StationKeys* keys = nullptr;
  bool sign_on_required = false;
  GuessBrake* brake = nullptr;  ///< slows down who guesses; none: nobody
};

/// What a connection remembers between messages.
struct LinkState {
  bool signed_on = false;
};

/// What the log says of a message; masked, no heap.
struct MessageFacts {
  codec::Mti mti{};
  codec::MessageKind kind = codec::MessageKind::unknown;
  std::array<char, 6> stan{};  ///< zeros: none (unreadable or absent)
  std::array<char, 12> reference{};
  std::array<char, 8> terminal{};
  codec::DigitText<19> masked_card;  ///< size 0: none
  std::int64_t amount_won = -1;      ///< -1: none
  std::array<char, 2> code{};        ///< DE 39 of the answer; zeros: none was sent
  std::string_view words;            ///< of the code
  std::uint8_t bad_element = 0;      ///< of a 30
  bool replayed = false;             ///< the first answer again
  ledger::Sequence sequence = 0;
  base::TimeUs wait_us = 0;  ///< for so long the answer is held back
};

struct Routed {
  enum class Action : std::uint8_t {
    answer,  ///< `size` bytes of a whole frame were written
    drop,    ///< an answer nobody waits for
    close,   ///< not readable: close the connection
  };
  Action action = Action::close;
  std::size_t size = 0;
  std::string_view complaint;           ///< of close and drop, without content
  std::optional<std::uint16_t> offset;  ///< of close: where in the message
  MessageFacts facts;
  std::shared_ptr<const KeyChange> key_change;  ///< takes effect when the draft is durable
};

/// `space` must hold kMaxAnswerFrame bytes. `write_allowed` false: a message whose answer would
/// need a write is answered 96. On return the draft holds what the answer needs (kept).
inline constexpr std::size_t kMaxAnswerFrame = codec::kMaxHeaderSize + 4'096;
Routed route(const codec::Frame& frame, const StationLink& link, LinkState& state,
             handlers::Context& context, bool write_allowed, base::ByteSpan space);

}  // namespace core
