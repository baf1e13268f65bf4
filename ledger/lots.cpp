#include "ledger/lots.hpp"

#include <stdexcept>
#include <string>

#include "base/assert.hpp"

namespace ledger {

using crypto::Secret;

LotRecord begin_lot(Draft& draft, std::uint8_t product, std::uint32_t wanted, base::TimeUs now) {
  LotRecord lot{};
  lot.number = static_cast<std::uint32_t>(draft.next_number(kLotCounter));
  lot.time_us = now;
  lot.wanted = wanted;
  lot.product = product;
  lot.state = LotState::making;
  write_lot(draft, lot);
  return lot;
}

std::optional<LotRecord> read_lot(Draft& draft, std::uint32_t number) {
  return draft.read<LotRecord>(Table::lots, lot_key(number));
}

void write_lot(Draft& draft, const LotRecord& lot) {
  draft.write(Table::lots, lot_key(lot.number), lot);
}

CardSecrets add_lot_card(Draft& draft, const CardMaker& maker, const ProductRecord& product,
                         LotRecord& lot) {
  CP_ASSERT(lot.made < lot.wanted && lot.product == product.number);
  NewCard wanted;
  wanted.product = &product;
  wanted.state = CardState::stock;
  wanted.from_lot = true;
  wanted.lot = lot.number;
  CardSecrets secrets;
  const CardId id = make_card(draft, maker, wanted, &secrets);
  if (lot.made == 0) lot.first_card = id;
  if (++lot.made == lot.wanted) lot.state = LotState::complete;
  return secrets;
}

std::optional<CardSecrets> open_secrets(crypto::CardVault& vault, const CardFile& file) {
  const CardFileHead& head = file.head;
  if (head.has_initial == 0) return std::nullopt;
  const auto number = vault.open(Secret::card_number, head.id, head.seal_key, head.number);
  const auto pin = vault.open(Secret::pin_number, head.id, head.seal_key, head.pin);
  const auto initial = vault.open(Secret::initial_password, head.id, head.seal_key, file.initial);
  if (!number || !pin || !initial)
    throw std::runtime_error("what card " + std::to_string(head.id) +
                             " has sealed does not open: run `cpctl check`");
  return CardSecrets{*number, *pin, *initial};
}

}  // namespace ledger
