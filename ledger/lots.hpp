#pragma once
/// Lots of stock cards, made a piece at a time: what is there is known whatever happens meanwhile.
///
///   begin_lot → add_lot_card … → write_lot, in one commit with the piece's cards → …

#include <cstdint>
#include <optional>

#include "ledger/cards.hpp"
#include "ledger/draft.hpp"
#include "ledger/records.hpp"

namespace ledger {

/// A lot with the next number and no cards, written to the draft.
LotRecord begin_lot(Draft& draft, std::uint8_t product, std::uint32_t wanted, base::TimeUs now);

std::optional<LotRecord> read_lot(Draft& draft, std::uint32_t number);
void write_lot(Draft& draft, const LotRecord& lot);

/// One card more, counted in `lot`, which the caller writes in the same commit. It must lack one.
CardSecrets add_lot_card(Draft& draft, const CardMaker& maker, const ProductRecord& product,
                         LotRecord& lot);

/// The card's secrets from what is sealed; nothing where its initial password is gone, since it was
/// sold. Throws std::runtime_error where something does not open.
std::optional<CardSecrets> open_secrets(crypto::CardVault& vault, const CardFile& file);

}  // namespace ledger
