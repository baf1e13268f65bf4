#pragma once
/// A message in words, masked: safe for logs, tickets and screens.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codec/message.hpp"

namespace codec {

/// A card number with its first six and last four digits, a PIN# (twelve digits) with its first
/// eight; anything shorter than thirteen and not twelve digits shows nothing.
std::string mask_card(std::string_view digits);
/// The same over the digits themselves, without heap.
void mask_card_in_place(std::span<char> digits);

/// Line by line: `MTI 0200 financial request`, then `DE 004 amount, transaction | 000000005000`.
/// Tags of DE 48 follow as `48.0002 order id | …`. A masked value shows its length: `[masked 16]`.
/// Each line ends with a line feed.
std::string describe(const Message& message);

/// What the MTI alone says: `financial request`, `reversal advice answer`; `unknown` for the rest.
std::string_view mti_name(Mti mti);

/// What a message is, from MTI and processing code or network code; a request and its answer are of
/// one kind.
enum class MessageKind : std::uint8_t {
  verify,
  balance_inquiry,
  statement,
  collect,
  hold,
  completion,
  purchase,
  refund,
  recharge,
  bank_deposit,
  pay_out,
  sale,
  activation,
  password_change,
  owner_registration,
  close,
  block,
  unblock,
  points,
  reversal,
  reversal_advice,
  reconciliation,
  sign_on,
  sign_off,
  key_exchange,
  cutover,
  echo,
  unknown,  ///< none of the protocol's
};
inline constexpr std::size_t kMessageKinds = static_cast<std::size_t>(MessageKind::unknown) + 1;

MessageKind message_kind(const Message& message);
/// `purchase`, `balance inquiry`, …
std::string_view to_text(MessageKind kind);

}  // namespace codec
