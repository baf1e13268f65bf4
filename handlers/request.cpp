#include "handlers/request.hpp"

#include <algorithm>

#include "ledger/cards.hpp"

namespace handlers {
namespace {

template <std::size_t Size>
void copy_digits(const codec::Message& message, int element, std::array<char, Size>& out) {
  if (message.has(element))
    message.digits(element, out);
  else
    out.fill(' ');
}

}  // namespace

bool Request::names_foreign_card(std::string_view bin) const {
  return names_card() && card.size != ledger::kPinNumberSize && !card.view().starts_with(bin);
}

std::optional<crypto::Password> Request::password() const {
  crypto::PinBlock block;
  message.bytes(52, block);
  return crypto::open_pin_block(pin_keys, block, card.view());
}

std::optional<crypto::Password> Request::new_password() const {
  const auto hex = tags.find(10);
  const auto block = hex ? crypto::pin_block_from_hex(*hex) : std::nullopt;
  return block ? crypto::open_pin_block(pin_keys, *block, card.view()) : std::nullopt;
}

Request read_request(const codec::Message& message, const Station& station, base::TimeUs now) {
  Request request{message, station, message.mti().without_repeat(), 0, 0, {}, {}, {}, {}, {}, {}};
  request.pin_keys = station.pin_keys->counting(now);
  if (message.has(2)) request.card = message.digits<19>(2);
  if (message.has(3)) request.processing_code = static_cast<std::uint32_t>(message.number(3));
  if (message.has(4)) request.amount_won = static_cast<std::int64_t>(message.number(4));
  if (message.has(48)) {
    auto tags = codec::TagList::read(message.text(48));
    if (tags) request.tags = *tags;
  }
  request.terminal = ledger::TerminalId::of(message.has(41) ? message.text(41) : "");
  request.merchant = ledger::MerchantId::of(message.has(42) ? message.text(42) : "");

  ledger::OriginalKey& original = request.keys.original;
  copy_digits(message, 7, original.transmitted);
  ledger::RequestKey& key = request.keys.request;
  copy_digits(message, 13, key.local_date);
  copy_digits(message, 12, key.local_time);
  copy_digits(message, 11, key.stan);
  if (!message.has(12) || !message.has(13)) {
    // A reversal need not carry them, and STANs come again: DE 7 tells its days apart.
    std::copy_n(request.keys.original.transmitted.begin(), 4, key.local_date.begin());
    std::copy_n(request.keys.original.transmitted.begin() + 4, 6, key.local_time.begin());
  }
  key.station = station.id;
  key.mti = request.mti.value;
  key.terminal = request.terminal;
  key.merchant = request.merchant;

  original.stan = key.stan;
  original.station = station.id;
  original.mti = request.mti.value;
  original.merchant = request.merchant;

  if (message.has(37)) request.keys.reference = message.text(37);
  return request;
}

}  // namespace handlers
