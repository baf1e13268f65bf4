#pragma once
/// How old entries leave LMDB: within a window's apply, a bounded number at a time.

#include <functional>
#include <string_view>

#include "ledger/tables.hpp"

namespace ledger {

/// Handed to StoreOptions::purge once a window, in the thread that applies, after the window's
/// entries and before its mark. Erasures are not in the journal and the overlays do not know of
/// them: erase only what every reader already treats as absent, and what no batch will read again
/// to decide by whether it is there.
class PurgeScope {
 public:
  enum class Verdict { keep, erase, stop };
  using Judge = std::function<Verdict(std::string_view key, std::string_view value)>;

  virtual ~PurgeScope() = default;
  /// Shows the table's entries in key order from `first` on, until the judge says stop. False when
  /// the window's bound (StoreOptions::purge_entries, all sweeps together) or an error ended it
  /// first: the next window's sweep goes on from there if it begins at the same place and what is
  /// old comes first. An entry that is damaged is kept and told.
  virtual bool sweep(Table table, std::string_view first, const Judge& judge) = 0;
};

}  // namespace ledger
