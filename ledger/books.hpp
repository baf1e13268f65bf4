#pragma once
/// Double entry: the one place where money moves.
///
///   Entry entry;  entry.move(from, to, amount) …  → lines that sum to zero
///   entry.post(draft, …) → balances of cards and accounts, all or nothing with the draft

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <span>

#include "ledger/draft.hpp"
#include "ledger/records.hpp"

namespace ledger {

/// The lines of one transaction. Each move adds two lines (or to lines already there), so that they
/// always sum to zero.
/// … in won or in points: a move never goes from one to the other.
class Entry {
 public:
  /// What a transaction has to remember of each card it posted to, in the order of its lines.
  using CardLines = boost::container::small_vector<CardLine, 2>;

  void move(const AccountKey& from, const AccountKey& to, std::int64_t amount_won);
  std::span<const Posting> lines() const { return lines_; }

  /// Writes the balances, and the milestone that a card may have come to. That no card falls below
  /// what it holds is for the caller to have checked; here it is an assertion.
  CardLines post(Draft& draft, Sequence sequence, base::TimeUs time_us) const;

 private:
  void add(const AccountKey& account, std::int64_t amount_won);
  boost::container::small_vector<Posting, 4> lines_;  // most have two
};

/// Balance of an account that is no card; 0 when nothing was posted yet.
std::int64_t account_balance_won(Draft& draft, const AccountKey& account);

/// Whose totals a message counts in.
struct TotalsPlace {
  base::Date day = 0;
  StationId station = 0;
  MerchantId merchant;
  TerminalId terminal;
};
using TotalsColumn = CountAndSum TotalsRecord::*;
void count_in_totals(Draft& draft, const TotalsPlace& place, TotalsColumn column,
                     std::int64_t amount_won);

}  // namespace ledger
