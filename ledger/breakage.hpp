#pragma once
/// What cards still hold whose validity is over: nobody can spend it, the company owes it.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/card_vault.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace ledger {

struct ExpiredCard {
  CardId id = 0;
  std::uint8_t product = 0;
  base::Date last_day = 0;
  std::int64_t balance_won = 0;
};

/// Cards of one product.
struct BreakageRow {
  std::uint8_t product = 0;
  std::string name;           ///< empty where there is no such product
  std::int64_t face_won = 0;  ///< 0 where there is none
  std::uint64_t cards = 0;
  std::int64_t won = 0;
};

struct Breakage {
  std::vector<BreakageRow> rows;  ///< by product number; only products with expired balances
  std::uint64_t cards = 0;
  std::int64_t won = 0;
};

struct BreakageVisits {
  /// Each card, in the order of their ids; may be empty.
  std::function<void(const ExpiredCard&)> card;
  /// Cards looked at, of so many; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;
};

/// Of the cards whose last day is before `today`, those with a balance, as it is in the snapshot.
/// Throws DamagedRecord where one cannot be read: a sum without it would be wrong.
Breakage sum_breakage(Snapshot& snapshot, base::Date today, const BreakageVisits& visits);

/// The card's number with its first six and last four digits, or why it cannot be shown.
std::string masked_number(Snapshot& snapshot, crypto::CardVault& vault, CardId id);

}  // namespace ledger
