#pragma once
/// A request taken apart once, the same in every profile.

#include <optional>
#include <span>
#include <string_view>

#include "codec/de48.hpp"
#include "codec/message.hpp"
#include "handlers/service.hpp"
#include "ledger/register.hpp"

namespace handlers {

/// Views into the message and the station; valid as long as both. Absent elements are empty, 0 or
/// blanks.
struct Request {
  const codec::Message& message;
  const Station& station;
  codec::Mti mti;                         ///< without the repeat bit
  std::uint32_t processing_code = 0;      ///< DE 3
  std::int64_t amount_won = 0;            ///< DE 4
  codec::DigitText<19> card;              ///< DE 2; without digits it is as good as absent
  ledger::TerminalId terminal{};          ///< DE 41
  ledger::MerchantId merchant{};          ///< DE 42
  codec::TagList tags;                    ///< DE 48; its sequence was checked before
  ledger::TransactionKeys keys;           ///< keys.reference: DE 37 as received, else empty
  std::span<const crypto::Key> pin_keys;  ///< that count now, the present one first

  /// First two digits of DE 3: what is asked for.
  unsigned operation() const { return processing_code / 10'000; }
  /// Middle two: where money comes from.
  unsigned from_account() const { return processing_code / 100 % 100; }
  /// Last two: where it goes.
  unsigned to_account() const { return processing_code % 100; }

  bool names_card() const { return card.size != 0; }
  /// The card is not one of ours: another BIN (a PIN# is always ours).
  bool names_foreign_card(std::string_view bin) const;
  /// The password in DE 52: nothing when the block is none under the station's keys and this card.
  std::optional<crypto::Password> password() const;
  /// The password in tag 0010 (hexadecimal), in the same way.
  std::optional<crypto::Password> new_password() const;
};

/// `now` decides which of the station's PIN keys count.
Request read_request(const codec::Message& message, const Station& station, base::TimeUs now);

}  // namespace handlers
