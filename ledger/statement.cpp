#include "ledger/statement.hpp"

#include <utility>

#include "base/assert.hpp"

namespace ledger {
namespace {

/// A summary is written when more entries than this came since.
constexpr std::uint32_t kShortWalk = 32;

/// The first milestone later than this day, and with it all behind it; 0: none is.
Sequence milestone_after(Draft& draft, CardId id, const CardRecord& card, base::Date last) {
  std::uint32_t low = 1,
                high = card.posting_count / kMilestoneEvery + 1;  // the first is in [low, high]
  Sequence found = 0;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const auto milestone =
        draft.read<MilestoneRecord>(Table::card_milestones, milestone_key(id, middle));
    CP_ASSERT(milestone.has_value());
    if (base::seoul_date(milestone->time_us) > last) {
      found = milestone->sequence;
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return found;
}

}  // namespace

std::optional<StatementEntry> read_entry(Draft& draft, CardId card, Sequence sequence) {
  auto transaction = read_transaction(draft, sequence);
  if (!transaction) return std::nullopt;
  const auto entry = transaction->view().entry_of(card);
  if (!entry) return std::nullopt;
  return StatementEntry{std::move(*transaction), *entry};
}

std::optional<StatementEntry> newest_entry(Draft& draft, CardId id, const CardRecord& card,
                                           base::Date last) {
  const Sequence milestone = milestone_after(draft, id, card, last);
  Sequence sequence = milestone != 0 ? milestone : card.last_sequence;
  while (sequence != 0) {
    auto entry = read_entry(draft, id, sequence);
    CP_ASSERT(entry.has_value());
    if (entry->date() <= last) return entry;
    sequence = entry->entry.line.previous;
  }
  return std::nullopt;
}

SummaryRecord summarize(Draft& draft, CardId id, const CardRecord& card) {
  const auto key = number_key(id);
  const auto before =
      draft.read<SummaryRecord>(Table::card_summaries, key).value_or(SummaryRecord{});
  SummaryRecord summary = before;
  std::array<bool, kEntryKinds> is_newer{};
  for (Sequence sequence = card.last_sequence; sequence != before.sequence;) {
    const auto entry = read_entry(draft, id, sequence);
    CP_ASSERT(entry.has_value());
    const auto kind = static_cast<std::size_t>(entry->transaction.head.entry);
    CP_ASSERT(kind < kEntryKinds);
    summary.sums[kind].amount_won += entry->entry.amount_won;
    if (!std::exchange(is_newer[kind], true)) summary.sums[kind].latest = entry->date();
    sequence = entry->entry.line.previous;
  }
  summary.sequence = card.last_sequence;
  summary.number = card.posting_count;
  // Beside what must be written it would have to be written too.
  if (summary.number - before.number > kShortWalk && !draft.must_be_written()) {
    draft.write(Table::card_summaries, key, summary);
    draft.spare();
  }
  return summary;
}

}  // namespace ledger
