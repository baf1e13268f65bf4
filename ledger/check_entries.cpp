#include "ledger/check_entries.hpp"

namespace ledger::checking {

void Entries::read_summaries(Source& source) {
  source.for_each(Table::card_summaries, [&](std::string_view key, std::string_view value) {
    if (key.size() != sizeof(CardId))
      return source.add(Table::card_summaries, key, "the key is no card");
    const auto record = source.record<SummaryRecord>(Table::card_summaries, key, value);
    const CardId card = base::load_big_endian<CardId>(base::as_bytes(key).data());
    if (record) summaries_[card].said = *record;
  });
}

std::string Entries::take(Source& source, const TransactionHead& head, CardId card,
                          std::int64_t amount_won, const CardLine& line, const CardLine& right) {
  take_summary(source, head, card, amount_won, right.number);
  if (right.number % kMilestoneEvery == 0) {
    const auto key = milestone_key(card, right.number / kMilestoneEvery);
    const auto found = source.get(Table::card_milestones, key);
    const MilestoneRecord wanted{head.sequence, head.time_us};
    if (found.there()) ++milestones_;
    if (found.absent())
      source.add(Table::card_milestones, key, "is missing");
    else if (found.there() && found.value != bytes_of(wanted))
      source.add(Table::card_milestones, key,
                 "is not the posting of transaction " + std::to_string(head.sequence));
  }
  if (line.previous != right.previous) return "its card's posting before is another";
  if (line.balance_won != right.balance_won)
    return "it says that its card had " + won(line.balance_won) + " after it; that was " +
           won(right.balance_won);
  if (line.number != right.number) return "it is another of its card's postings than it says";
  return line.reserved == 0 ? "" : "the reserved bytes of its entry are not zero";
}

void Entries::take_summary(Source& source, const TransactionHead& head, CardId card,
                           std::int64_t amount_won, std::uint32_t number) {
  const auto found = summaries_.find(card);
  if (found == summaries_.end() || found->second.reached) return;
  Summary& summary = found->second;
  const auto kind = static_cast<std::size_t>(head.entry);
  if (kind < kEntryKinds) {
    add_won(summary.is.sums[kind].amount_won, amount_won);
    summary.is.sums[kind].latest = base::seoul_date(head.time_us);
  }
  if (head.sequence != summary.said.sequence) return;
  summary.reached = true;
  summary.is.sequence = head.sequence;
  summary.is.number = number;
  if (bytes_of(summary.is) != bytes_of(summary.said))
    source.add(Table::card_summaries, number_key(card), "its sums are not those of the postings");
}

void Entries::finish(Source& source) {
  for (const auto& [card, summary] : summaries_)
    if (!summary.reached)
      source.add(Table::card_summaries, number_key(card), "it ends at no posting of its card");
  std::uint64_t there = 0;
  source.for_each(Table::card_milestones, [&](std::string_view, std::string_view) { ++there; });
  if (there > milestones_)
    source.add(Table::card_milestones, {},
               std::to_string(there - milestones_) + " are of no posting");
}

}  // namespace ledger::checking
