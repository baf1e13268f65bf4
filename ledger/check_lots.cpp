/// Lots against the cards whose files name them.

#include "ledger/check_state.hpp"
#include "ledger/draft.hpp"

namespace ledger::checking {
namespace {

std::string record_complaint(Source& source, State& state, std::string_view key,
                             const LotRecord& lot) {
  if (key != std::string_view(lot_key(lot.number))) return "holds another number than its key";
  if (lot.wanted == 0 || lot.made > lot.wanted) return "it has more cards than were wanted";
  if (lot.state != (lot.made == lot.wanted ? LotState::complete : LotState::making))
    return "its state is not that of its cards";
  if (!is_plausible_time(lot.time_us)) return "it was begun at no time there is";
  if (lot.printed_us != 0 && !is_plausible_time(lot.printed_us))
    return "its file was written at no time there is";
  if (lot.reserved != decltype(lot.reserved){}) return "its reserved bytes are not zero";
  bool absent = false;
  (void)state.parties.product(source, lot.product, absent);
  return absent ? "its product is not there" : "";
}

/// As the counter says, or nothing where it cannot be read.
std::optional<std::uint64_t> lot_counter(Source& source) {
  const auto found = source.get(Table::meta, kLotCounter);
  if (found.absent()) return 0;
  return found.there() ? record_from<std::uint64_t>(found.value) : std::nullopt;
}

}  // namespace

void read_lots(Source& source, State& state, CheckReport& report) {
  source.for_each(Table::lots, [&](std::string_view key, std::string_view value) {
    ++report.lots;
    const auto record = source.record<LotRecord>(Table::lots, key, value);
    if (!record) return;
    if (std::string what = record_complaint(source, state, key, *record); !what.empty())
      source.add(Table::lots, key, std::move(what));
    if (key.size() == sizeof record->number)
      state
          .lots[base::load_big_endian<std::uint32_t>(
              reinterpret_cast<const std::uint8_t*>(key.data()))]
          .record = *record;
  });
  const auto counter = lot_counter(source);
  const std::uint64_t last = state.lots.empty() ? 0 : state.lots.rbegin()->first;
  if (counter && *counter != last)
    source.add(
        Table::meta, kLotCounter,
        "says " + std::to_string(*counter) + ", but the last lot is " + std::to_string(last));
}

std::string lot_complaint(Source& source, State& state, const CardFileHead& head) {
  if (head.lot == 0) return "";
  if (head.from_lot == 0) return "it names a lot and is of none";
  const auto found = state.lots.find(head.lot);
  if (found == state.lots.end())  // or it cannot be read, which was told there
    return source.get(Table::lots, lot_key(head.lot)).absent() ? "its lot is not there" : "";
  LotSums& lot = found->second;
  if (++lot.cards == 1) lot.first_card = head.id;
  if (head.product == lot.record.product) return "";
  ++lot.of_other_product;
  return "its product is not its lot's";
}

void check_lots(Source& source, State& state) {
  for (const auto& [number, lot] : state.lots) {
    const auto add = [&, key = lot_key(number)](std::string what) {
      source.add(Table::lots, key, std::move(what));
    };
    if (lot.cards != lot.record.made)
      add("says that " + std::to_string(lot.record.made) + " cards were made; " +
          std::to_string(lot.cards) + " name it");
    else if (lot.of_other_product != 0)
      add(std::to_string(lot.of_other_product) + " of its cards are of another product");
    else if (lot.first_card != lot.record.first_card)
      add("its first card is " + std::to_string(lot.first_card) + ", not " +
          std::to_string(lot.record.first_card));
  }
}

}  // namespace ledger::checking
