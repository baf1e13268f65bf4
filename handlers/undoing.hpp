#pragma once
/// What a reversal takes back, for each kind of transaction that can be undone.

#include "handlers/catalogue.hpp"

namespace handlers {

struct TakenBack {
  std::int64_t amount_won = 0;  ///< 0: a partial reversal repeated
  bool in_part = false;         ///< DE 95 said that some of it stays
};

/// Posts or frees what is taken back of the original; `undone` is what was before. A kind that
/// cannot be undone is no_longer_to_be_undone.
Refusal take_back(Exchange& exchange, const ledger::StoredTransaction& original,
                  const ledger::UndoneRecord& undone, const TakenBack& what);

}  // namespace handlers
