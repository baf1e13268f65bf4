#pragma once
/// What a handler decides; written to the wire by answer_writer.hpp.

#include <array>
#include <cstdint>
#include <string_view>

#include "codec/message.hpp"
#include "handlers/refusals.hpp"
#include "ledger/records.hpp"

namespace handlers {

/// One group of DE 54, in won or points.
struct AdditionalAmount {
  std::array<char, 2> account_type;  ///< 00 card, 30 an agent's prefund
  std::array<char, 2> amount_type;   ///< 01 ledger balance, 02 available, 90 points
  std::int64_t amount_won = 0;
};

/// Small, made on the stack, no heap. What the request is echoed from is not here.
struct Answer {
  Refusal refusal = Refusal::none;
  std::uint8_t bad_element = 0;      ///< of a format error: DE 44 names it
  base::Date business_day = 0;       ///< DE 15, but for 08xx
  ledger::Sequence sequence = 0;     ///< of the remembered transaction, 0: none
  std::int64_t amount_won = 0;       ///< DE 4 instead of the request's, when not 0
  std::array<char, 6> approval{};    ///< DE 38 when approval[0] != 0
  std::array<char, 12> reference{};  ///< DE 37 made by the switch when the request had none
  std::array<AdditionalAmount, 3> amounts{};
  std::uint8_t amount_count = 0;
  std::uint64_t card_key = 0;  ///< tells apart the cards that DE 2 names, known or not; 0: none
                               ///< was looked for
  codec::DigitText<19> card;   ///< DE 2 instead of the request's, when size != 0
  std::array<char, 960> tags;  ///< DE 48, a statement's at most; not initialised
  std::size_t tags_size = 0;
  /// A remembered answer in iso87-binary, to be sent again instead of all the above.
  std::array<std::uint8_t, 1'200> replay;
  std::size_t replay_size = 0;

  bool approved() const {
    return refusal == Refusal::none || refusal == Refusal::approved_for_less;
  }
  std::string_view tag_text() const { return {tags.data(), tags_size}; }
};

}  // namespace handlers
