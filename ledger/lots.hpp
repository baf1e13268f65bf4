#pragma once
/// Lots of stock cards, made a piece at a time: what is there is known whatever happens meanwhile.
///
///   begin_lot → add_lot_card … → write_lot, in one commit with the piece's cards → …

#include <cstdint>
#include <functional>
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
void add_lot_card(Draft& draft, const CardMaker& maker, const ProductRecord& product,
                  LotRecord& lot);

/// What is printed on a card, in clear; wiped when dropped.
struct CardSecrets {
  crypto::ClearText number, pin, initial_password;
};

struct LotVisits {
  /// Each card that still has its initial password, in the order in which they were made.
  std::function<void(const CardSecrets&)> card;
  /// Cards looked at, of so many; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;
};
/// How many of the lot's cards were left out, since they were sold. Throws std::runtime_error where
/// a card cannot be read or opened.
std::uint32_t visit_lot(Snapshot& snapshot, crypto::CardVault& vault, const LotRecord& lot,
                        const LotVisits& visits);

/// The card's secrets from what is sealed; nothing where its initial password is gone, since it was
/// sold. Throws std::runtime_error where something does not open.
std::optional<CardSecrets> open_secrets(crypto::CardVault& vault, const CardFile& file);

}  // namespace ledger
