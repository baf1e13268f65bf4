#pragma once
/// What calls cost, and whether each was rated so. Inside check_*.cpp only.

#include <map>

#include "ledger/check_message.hpp"
#include "ledger/rates.hpp"

namespace ledger::checking {

/// Every rate table that can be read.
class CallRates {
 public:
  void take(RatesFrom from, RateTable table) { tables_.emplace(from, std::move(table)); }
  /// The one in force at this transaction, of those that were there before it; null: none.
  const RateTable* at(const TransactionHead& head) const;
  /// Whether a table was in force then that another has replaced: nobody knows its rates any more.
  bool was_replaced(const TransactionHead& head) const;

 private:
  std::map<RatesFrom, RateTable> tables_;
};

/// A hold, first message or renewal, or a completion that belongs to a rated call.
bool is_calls(const Stored& stored, const Stored* hold);

/// What a call's hold says that it is rated by, when this is its first message; else none. The
/// register does not tell it: check_call() proves it.
CallRate stored_rate(Source& source, const Stored& stored);

struct State;
/// Of a hold or a completion: what is wrong with what it granted or cost. Of a first message that
/// is a finding of its hold. `hold` is the first message of the one that it raised or completed. To
/// be called while the hold is known: after its first message was taken, before its last.
std::string check_call(Source& source, const State& state, const Stored& stored,
                       const Stored* hold);

}  // namespace ledger::checking
