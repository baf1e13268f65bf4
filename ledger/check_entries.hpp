#pragma once
/// Cards' statements: the chain of their entries, its milestones and summaries. Inside check_*.cpp
/// only.
///
/// Memory: 216 bytes for each card whose statement was asked for.

#include <unordered_map>

#include "ledger/check_source.hpp"
#include "ledger/records.hpp"

namespace ledger::checking {

class Entries {
 public:
  /// Before the first transaction: which summaries there are.
  void read_summaries(Source& source);
  /// One posting to a card: `line` is what the transaction keeps of it, `right` what it should be.
  /// What is wrong, or nothing.
  std::string take(Source& source, const TransactionHead& head, CardId card,
                   std::int64_t amount_won, const CardLine& line, const CardLine& right);
  /// After the last.
  void finish(Source& source);

 private:
  struct Summary {
    SummaryRecord said{}, is{};
    bool reached = false;
  };
  void take_summary(Source& source, const TransactionHead& head, CardId card,
                    std::int64_t amount_won, std::uint32_t number);

  std::unordered_map<CardId, Summary> summaries_;
  std::uint64_t milestones_ = 0;
};

}  // namespace ledger::checking
