#pragma once
/// What every part of the check reads and writes through: the snapshot, where a damaged record is a
/// finding and not an end; the findings; how far the check is. Inside check_*.cpp only.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/check.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"

namespace ledger::checking {

/// Tells how far a check is, and never that it went back.
class Progress {
 public:
  explicit Progress(const CheckProgress& tell) : tell_(tell) {}

  /// Begins a part that is `share` per mille of all and has about `expected` steps.
  void begin(int share, std::string_view doing, std::uint64_t expected);
  void step() {
    if ((++done_ & 0x3FF) == 0) show();
  }
  void end();

 private:
  void show();
  const CheckProgress& tell_;
  std::string_view doing_;
  std::uint64_t done_ = 0, expected_ = 0;
  int from_ = 0, share_ = 0, told_ = -1;
};

/// A part's records, as its own: findings go in with `add`, reads of other tables through `get`.
class Source {
 public:
  Source(Snapshot& snapshot, CheckReport& report, const CheckProgress& tell)
      : progress(tell), snapshot_(snapshot), report_(report) {}

  void add(Table table, std::string_view key, std::string what);

  struct Found {
    enum class State : std::uint8_t { there, absent, damaged } state = State::absent;
    std::string_view value;  ///< valid until the next get()
    bool there() const { return state == State::there; }
    bool absent() const { return state == State::absent; }
  };
  /// A record that cannot be read is a finding, once.
  Found get(Table table, std::string_view key);

  using Visit = std::function<void(std::string_view key, std::string_view value)>;
  /// All records in key order. Where one cannot be read, that is a finding and the visit ends.
  void for_each(Table table, const Visit& visit);
  /// The same for a table whose keys are 1, 2, 3 …: behind a record that cannot be read it goes on
  /// number by number up to `last`. A key that is no number is a finding.
  using VisitNumber = std::function<void(std::uint64_t number, std::string_view value)>;
  void for_each_number(Table table, std::uint64_t last, const VisitNumber& visit);

  /// A value of exactly this size, else a finding and nothing.
  template <class Record>
  std::optional<Record> record(Table table, std::string_view key, std::string_view value) {
    if (value.size() == sizeof(Record)) return record_from<Record>(value);
    add_size(table, key, value.size(), sizeof(Record));
    return std::nullopt;
  }

  Progress progress;

 private:
  void add_hex(Table table, std::string key_hex, std::string what);
  void add_size(Table table, std::string_view key, std::size_t size, std::size_t wanted);
  void add_unreadable(Table table, std::string key_hex);

  Snapshot& snapshot_;
  CheckReport& report_;
  std::set<std::pair<Table, std::string>> unreadable_;  // keys in hexadecimal
};

// ---------------------------------------------------------------------------------- arithmetic

/// Sums that stay defined on damaged data; right as long as the books are.
inline void add_won(std::int64_t& sum, std::int64_t amount_won) {
  sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) +
                                  static_cast<std::uint64_t>(amount_won));
}
inline std::int64_t negative(std::int64_t amount_won) {
  return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(amount_won));
}
inline std::string won(std::int64_t amount_won) { return std::to_string(amount_won) + " won"; }

// ---------------------------------------------------------------------------------- fingerprints

/// Two sets of records are compared by the sum of a mark of each, without keeping either. Only when
/// the sums differ is it looked for which record is wrong.
using Fingerprint = std::uint64_t;

inline std::uint64_t scramble(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
  value = (value ^ value >> 27) * 0x94D049BB133111EB;
  return value ^ value >> 31;
}
inline std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }
/// The mark of a record that is there or not.
inline std::uint64_t mark_of(std::string_view key, std::uint64_t value) {
  return scramble(hash_of(key) ^ scramble(value));
}
/// What one of a record's sums counts times its value.
inline std::uint64_t weight_of(std::uint64_t key_hash, unsigned column) {
  return scramble(key_hash + column) | 1;
}

}  // namespace ledger::checking
