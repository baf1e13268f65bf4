#pragma once
/// A card's postings as its statement has them, newest first, and what they add up to.
///
/// Each transaction names the card's one before it (CardLine); milestones lead to a month without
/// going through all that came later. All of it reads a bounded number of records but summarize(),
/// which goes back to where it ended when the card's statement was asked for last.

#include <optional>

#include "ledger/draft.hpp"
#include "ledger/records.hpp"
#include "ledger/register.hpp"

namespace ledger {

struct StatementEntry {
  StoredTransaction transaction;
  CardEntry entry{};

  base::Date date() const { return base::seoul_date(transaction.head.time_us); }
};

/// Nothing when there is no such transaction, or it posted nothing to this card.
std::optional<StatementEntry> read_entry(Draft& draft, CardId card, Sequence sequence);

/// The newest entry booked on `last` or before.
std::optional<StatementEntry> newest_entry(Draft& draft, CardId id, const CardRecord& card,
                                           base::Date last);

/// Sums of all entries by kind. Where that took long the draft gets a record that makes it short
/// the next time; who cannot write may drop it.
SummaryRecord summarize(Draft& draft, CardId id, const CardRecord& card);

}  // namespace ledger
