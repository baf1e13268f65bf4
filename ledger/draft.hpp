#pragma once
/// What one message is about to change: its own writes over the batch's, over the store.
///
///   Draft draft(store, batch) → read, put, erase … → keep() or, when it goes out of scope, nothing
///
/// A handler that throws or declines without a record drops only its own writes. One thread.

#include <optional>
#include <string_view>

#include "base/assert.hpp"
#include "ledger/records.hpp"
#include "ledger/store.hpp"
#include "ledger/write_set.hpp"

namespace ledger {

class Draft {
 public:
  Draft(Store& store, WriteSet& batch)
      : store_(store), batch_(batch), mark_(batch.mark()), spared_(mark_) {}
  ~Draft() { batch_.roll_back(mark_); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  /// What was written so far stays in the batch.
  void keep() { mark_ = spared_ = batch_.mark(); }
  /// Drops what was written since the start or the last keep().
  void drop() {
    batch_.roll_back(mark_);
    spared_ = mark_;
  }
  /// Something was written since then, or since the last spare().
  bool must_be_written() const { return batch_.mark() != spared_; }
  /// What was written so far follows from the time alone: whoever cannot write may drop it.
  void spare() { spared_ = batch_.mark(); }

  /// Valid until the next write.
  std::optional<std::string_view> get(Table table, std::string_view key) {
    if (const auto found = batch_.find(table, key)) {
      if (found->erased) return std::nullopt;
      return found->value;
    }
    return store_.get(table, key);
  }
  /// A fixed-size record by value; a stored value of another size is an assertion.
  template <class Record>
  std::optional<Record> read(Table table, std::string_view key) {
    const auto bytes = get(table, key);
    if (!bytes) return std::nullopt;
    CP_ASSERT(bytes->size() == sizeof(Record));
    return record_from<Record>(*bytes);
  }

  void put(Table table, std::string_view key, std::string_view value) {
    batch_.put(table, key, value);
  }
  template <class Record>
  void write(Table table, std::string_view key, const Record& record) {
    batch_.put(table, key, bytes_of(record));
  }
  void erase(Table table, std::string_view key) { batch_.erase(table, key); }

  /// The next number of a counter kept in `meta`: 1, 2, 3 …
  std::uint64_t next_number(std::string_view counter);

 private:
  Store& store_;
  WriteSet& batch_;
  WriteSet::Mark mark_, spared_;
};

inline constexpr std::string_view kSequenceCounter = "sequence";
inline constexpr std::string_view kCardCounter = "cards";
inline constexpr std::string_view kLotCounter = "lots";

}  // namespace ledger
