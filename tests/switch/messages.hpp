#pragma once
/// The messages that the tests of the edge send, framed, and what they look at in the answers.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "codec/message.hpp"
#include "codec/writer.hpp"
#include "crypto/pin_block.hpp"

namespace core::test {

inline std::string framed(base::ByteView message) {
  std::string bytes(2, '\0');
  base::store_big_endian(reinterpret_cast<std::uint8_t*>(bytes.data()),
                         static_cast<std::uint16_t>(message.size()));
  return bytes + std::string(base::as_text(message));
}

/// 0800 with this DE 70.
inline std::string network_request(std::uint32_t stan, int code) {
  std::array<std::uint8_t, 64> space;
  codec::Writer writer(codec::kIso87Binary, space);
  writer.begin({800});
  writer.number(7, 1'122'011'530);
  writer.number(11, stan);
  writer.number(70, static_cast<std::uint64_t>(code));
  return framed({space.data(), writer.finish().value()});
}
inline std::string echo(std::uint32_t stan) { return network_request(stan, 301); }

struct CardRequest {
  std::uint32_t stan = 0;
  std::string_view card = "9410129999999995";  ///< is not there
  std::uint16_t mti = 200;
  std::uint64_t processing = 0;
  std::uint64_t amount_won = 5'000;  ///< 0: no DE 4 and 49
  std::string_view reference = {};   ///< DE 37
  std::string_view terminal = "POS00001";
  std::string_view merchant = "DEMOMART0000001";
  std::string_view details = {};  ///< DE 48
  std::optional<crypto::PinBlock> pin_block = {};
};

inline std::string card_request(const CardRequest& wanted) {
  std::array<std::uint8_t, 256> space;
  codec::Writer writer(codec::kIso87Binary, space);
  writer.begin({wanted.mti});
  writer.digits(2, wanted.card);
  writer.number(3, wanted.processing);
  if (wanted.amount_won != 0) writer.number(4, wanted.amount_won);
  writer.number(7, 1'122'011'530);
  writer.number(11, wanted.stan);
  writer.number(12, 101'530);
  writer.number(13, 1'122);
  if (!wanted.reference.empty()) writer.text(37, wanted.reference);
  writer.text(41, wanted.terminal);
  writer.text(42, wanted.merchant);
  if (!wanted.details.empty()) writer.text(48, wanted.details);
  if (wanted.amount_won != 0) writer.text(49, "410");
  if (wanted.pin_block) writer.bytes(52, *wanted.pin_block);
  return framed({space.data(), writer.finish().value()});
}

/// A purchase on a card that is not there: declined with 14, and remembered, so that it writes.
inline std::string unknown_card_purchase(std::uint32_t stan) {
  return card_request({.stan = stan});
}

/// A stock card of the demo lot, and the agent's sale that puts 10,000 won on it.
inline constexpr std::string_view kLotCard = "9410129900000011";
inline std::string sale(std::uint32_t stan) {
  return card_request({.stan = stan,
                       .card = kLotCard,
                       .processing = 900'000,
                       .amount_won = 10'000,
                       .terminal = "AGT00001",
                       .merchant = "DEMOAGENT000001",
                       .details = "000100801000001"});
}

/// DE 39 and DE 11 of an answer; blanks when it is none.
inline std::string code_of(const std::string& message) {
  codec::Message view;
  if (!codec::read_message(codec::kIso87Binary, base::as_bytes(message), view) || !view.has(39))
    return "  ";
  return std::string(view.text(39));
}
inline std::uint64_t stan_of(const std::string& message) {
  codec::Message view;
  if (!codec::read_message(codec::kIso87Binary, base::as_bytes(message), view)) return 0;
  return view.number(11);
}

}  // namespace core::test
