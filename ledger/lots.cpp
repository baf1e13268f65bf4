#include "ledger/lots.hpp"

#include <stdexcept>
#include <string>

#include "base/assert.hpp"

namespace ledger {

using crypto::Secret;

namespace {

std::runtime_error unreadable(CardId id, const char* what) {
  return std::runtime_error("card " + std::to_string(id) + " " + what + ": run `cpctl check`");
}

}  // namespace

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

void add_lot_card(Draft& draft, const CardMaker& maker, const ProductRecord& product,
                  LotRecord& lot) {
  CP_ASSERT(lot.made < lot.wanted && lot.product == product.number);
  NewCard wanted;
  wanted.product = &product;
  wanted.state = CardState::stock;
  wanted.from_lot = true;
  wanted.lot = lot.number;
  const CardId id = make_card(draft, maker, wanted);
  if (lot.made == 0) lot.first_card = id;
  if (++lot.made == lot.wanted) lot.state = LotState::complete;
}

std::uint32_t visit_lot(Snapshot& snapshot, crypto::CardVault& vault, const LotRecord& lot,
                        const LotVisits& visits) {
  std::uint32_t seen = 0, sold = 0;
  for (CardId id = lot.first_card; seen < lot.made; ++id) {
    const auto bytes = snapshot.get(Table::card_files, number_key(id));
    const auto file = bytes ? decode_card_file(*bytes) : std::nullopt;
    if (!file) throw unreadable(id, "cannot be read");
    if (file->head.lot != lot.number) continue;
    if (visits.progress) visits.progress(seen, lot.made);
    ++seen;
    if (const auto secrets = open_secrets(vault, *file))
      visits.card(*secrets);
    else
      ++sold;
  }
  return sold;
}

std::optional<CardSecrets> open_secrets(crypto::CardVault& vault, const CardFile& file) {
  const CardFileHead& head = file.head;
  if (head.has_initial == 0) return std::nullopt;
  const auto number = vault.open(Secret::card_number, head.id, head.seal_key, head.number);
  const auto pin = vault.open(Secret::pin_number, head.id, head.seal_key, head.pin);
  const auto initial = vault.open(Secret::initial_password, head.id, head.seal_key, file.initial);
  if (!number || !pin || !initial)
    throw unreadable(head.id, "has something sealed that does not open");
  return CardSecrets{*number, *pin, *initial};
}

}  // namespace ledger
