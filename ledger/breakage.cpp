#include "ledger/breakage.hpp"

#include <map>
#include <stdexcept>

#include "codec/describe.hpp"
#include "ledger/damaged_record.hpp"
#include "ledger/draft.hpp"

namespace ledger {
namespace {

constexpr std::uint64_t kCardsAStep = 1'024;

std::uint64_t card_count(Snapshot& snapshot) {
  const auto bytes = snapshot.get(Table::meta, kCardCounter);
  return bytes ? record_from<std::uint64_t>(*bytes).value_or(0) : 0;
}

BreakageRow row_of(Snapshot& snapshot, std::uint8_t number) {
  BreakageRow row;
  row.product = number;
  const auto bytes = snapshot.get(Table::products, bytes_of(number));
  const auto product = bytes ? record_from<ProductRecord>(*bytes) : std::nullopt;
  if (product) {
    row.name = product->name.trimmed();
    row.face_won = product->face_won;
  }
  return row;
}

}  // namespace

Breakage sum_breakage(Snapshot& snapshot, base::Date today, const BreakageVisits& visits) {
  const std::uint64_t all = card_count(snapshot);
  std::map<std::uint8_t, BreakageRow> rows;
  std::uint64_t seen = 0;
  snapshot.for_each(Table::cards, [&](std::string_view key, std::string_view value) {
    if (visits.progress && seen++ % kCardsAStep == 0) visits.progress(seen, all);
    const auto card = record_from<CardRecord>(value);
    if (!card || key.size() != sizeof(CardId))
      throw DamagedRecord(Table::cards, key, "its length is not that of a card");
    if (card->balance_won == 0 || !card->is_expired(today)) return true;
    BreakageRow& row = rows[card->product];
    ++row.cards;
    row.won += card->balance_won;
    if (visits.card)
      visits.card({base::load_big_endian<CardId>(reinterpret_cast<const std::uint8_t*>(key.data())),
                   card->product, card->last_day, card->balance_won});
    return true;
  });
  Breakage breakage;
  for (const auto& [number, sums] : rows) {
    BreakageRow row = row_of(snapshot, number);
    row.cards = sums.cards;
    row.won = sums.won;
    breakage.cards += row.cards;
    breakage.won += row.won;
    breakage.rows.push_back(std::move(row));
  }
  return breakage;
}

std::string masked_number(Snapshot& snapshot, crypto::CardVault& vault, CardId id) {
  const auto bytes = snapshot.get(Table::card_files, number_key(id));
  const auto file = bytes ? decode_card_file(*bytes) : std::nullopt;
  if (!file) return "its file cannot be read";
  try {
    const auto number =
        vault.open(crypto::Secret::card_number, id, file->head.seal_key, file->head.number);
    return number ? codec::mask_card(*number) : "its sealed number cannot be opened";
  } catch (const std::runtime_error&) {
    return "its key is not in the key file";
  }
}

}  // namespace ledger
