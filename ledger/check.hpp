#pragma once
/// Proves the books from the data alone: recomputes every balance, hold, prefund and total from the
/// register's postings and compares every index with what it points to.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/card_vault.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// One record that is wrong: table, key (hexadecimal; never a card number), and what is wrong.
struct Finding {
  Table table{};
  std::string key;
  std::string what;
};

struct CheckReport {
  std::uint64_t transactions = 0, postings = 0, cards = 0, accounts = 0, holds = 0, totals = 0,
                duplicates = 0, orders = 0, lots = 0;
  std::int64_t cards_won = 0;       ///< sum of all card balances
  std::int64_t all_won = 0;         ///< sum of all balances; 0 when the books are right
  std::int64_t all_points = 0;      ///< … and in points
  std::uint64_t finding_count = 0;  ///< all of them; the first 100 are in `findings`
  std::vector<Finding> findings;

  bool right() const { return finding_count == 0; }
};

/// Progress in steps of a table's share: done of all, 0 to 1000.
using CheckProgress = std::function<void(int per_mille, std::string_view doing)>;

/// With a vault, sealed numbers are opened and compared with their index too. Never throws for
/// damaged data: that is a finding.
CheckReport check_books(Snapshot& snapshot, crypto::CardVault* vault,
                        const CheckProgress& progress);

/// What is wrong with what this record has sealed, under the vault's keys; empty: nothing.
std::string sealed_complaint(crypto::CardVault& vault, const CardFile& file);
/// Whether the card's password is one of the vault's, and the initial one that its file still has.
std::string password_complaint(crypto::CardVault& vault, const CardRecord& card,
                               const CardFile& file);

/// The report as lines for a person, a table of counts and then the findings.
std::string to_text(const CheckReport& report);

}  // namespace ledger
