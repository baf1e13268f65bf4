#pragma once
/// What a repair of the journal would cost, in words and tables.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ledger/check.hpp"
#include "ledger/repair.hpp"

namespace tools {

/// The lost transactions as they are found: a bounded list, and sums of all.
class LostList {
 public:
  /// Rows that are kept; what comes after them is only counted. Their segments are kept aside.
  static constexpr std::size_t kMostRows = 100'000;

  void add(const ledger::LostTransaction& lost);
  /// The first `most` rows as a table, and how many there are beyond them.
  std::string rows_text(std::size_t most) const;
  /// Approved ones of each kind, with what they moved, and the declined.
  std::string sums_text() const;

 private:
  struct Sum {
    std::uint64_t approved = 0, declined = 0;
    std::int64_t moved_won = 0;
  };
  static constexpr std::size_t kKinds = 14;  ///< ledger::TransactionKind, from 1
  std::vector<std::vector<std::string>> rows_;
  std::uint64_t count_ = 0;
  std::array<Sum, kKinds> sums_{};
};

/// The damage, and what is kept and lost by going on without what lies behind it.
std::string damage_text(const ledger::JournalDamage& damage);
std::string losses_text(const ledger::JournalDamage& damage, const ledger::JournalLosses& losses,
                        std::uint64_t kept_transactions);
/// The books as they would be.
std::string books_text(const ledger::CheckReport& books);

}  // namespace tools
