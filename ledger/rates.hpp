#pragma once
/// What calls cost: tables of prefixes, each in force from its moment until the next one's.
///
///   rows_complaint() → write_rates() → RateTables::load() at the start and when one came
///   → in_force(moment)->rate_of(called number) → price_won(rate, seconds)

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/message.hpp"
#include "ledger/draft.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// Calls whose number begins with these digits; none: every other call.
struct RateRow {
  FixedText<20> prefix;
  CallRate rate;
};

inline constexpr std::size_t kMostRateRows = 1'000;
inline constexpr std::uint32_t kMostUnitWon = 1'000'000, kMostConnectionWon = 1'000'000;
/// No grant is longer, so that a lost exchange keeps a card's money for a bounded time.
inline constexpr std::uint32_t kMostGrantedS = 3'600;
/// All are kept in memory, those of the past for what was rated by them.
inline constexpr std::size_t kMostRateTables = 1'000;

/// What is wrong with one row; empty when nothing is.
std::string row_complaint(const RateRow& row);
/// What is wrong with them together, each being right by itself; in ascending order of prefixes.
std::string rows_complaint(const std::vector<RateRow>& rows);

class RateTable {
 public:
  RateTable() = default;
  /// Of checked rows, in any order. `after` is the latest transaction when it was loaded: to those
  /// up to it the table did not apply, whatever their clock said. `first_after`: of the first table
  /// of its moment, which this one or others have replaced; a clock that was set back lets even one
  /// be replaced by which calls were rated.
  RateTable(std::vector<RateRow> rows, Sequence after, Sequence first_after);

  /// By the longest prefix.
  const CallRate& rate_of(std::string_view called) const;
  bool has_rate(const CallRate& rate) const;

  const std::vector<RateRow>& rows() const { return rows_; }
  Sequence after() const { return after_; }
  Sequence first_after() const { return first_after_; }

 private:
  const CallRate* find(std::string_view prefix) const;

  std::vector<RateRow> rows_;
  Sequence after_ = 0, first_after_ = 0;
};

/// Key of `rates`: second since 1970 from which it is in force.
using RatesFrom = std::uint64_t;
inline RatesFrom rates_from(base::TimeUs moment) {
  return static_cast<RatesFrom>(moment / base::kMicrosPerSecond);
}

/// A table of checked rows that applies to no transaction there is; it takes the place of another
/// of that moment. Throws std::runtime_error when that one is damaged.
void write_rates(Draft& draft, RatesFrom from, std::vector<RateRow> rows);
std::string encode(RatesFrom from, const RateTable& table);
/// Nothing when it is not what encode() made under this key.
std::optional<RateTable> decode_rates(RatesFrom from, std::string_view bytes);

/// The ledger's thread.
class RateTables {
 public:
  /// Throws std::runtime_error when one is damaged.
  void load(Store& store);

  /// Null: there is none yet.
  const RateTable* in_force(base::TimeUs moment) const;
  const std::map<RatesFrom, RateTable>& all() const { return tables_; }

 private:
  std::map<RatesFrom, RateTable> tables_;
};

// -------------------------------------------------------------------------------------- prices

/// Started units only, without the connection.
std::int64_t units_won(const CallRate& rate, std::uint32_t seconds);
/// A whole call; one of no seconds costs nothing.
std::int64_t price_won(const CallRate& rate, std::uint32_t seconds);
/// The longest grant, in whole units, that so much money pays; 0: not even one unit.
std::uint32_t grantable_s(const CallRate& rate, std::int64_t money_won);

/// Tag 0031 of a hold's answer: the seconds it granted; 0: it is no call's.
std::uint32_t granted_in(const codec::Message& answer);

}  // namespace ledger
