#pragma once
/// What a batch of transactions will write: final values by table and key, newest last.
///
///   mark = begin of a transaction → put/erase … → keep it, or roll_back(mark) to drop only it
///   find() sees the newest value of this batch
///   for_each_live() gives each (table, key) once, with its final value: what is made durable
///
/// Keeps its memory from batch to batch; no allocation in the steady state. One thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/tables.hpp"

namespace ledger {

class WriteSet {
 public:
  WriteSet();

  using Mark = std::size_t;
  Mark mark() const { return entries_.size(); }
  /// Key and value are copied; they must not point into this set.
  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);
  /// Takes back everything written since the mark.
  void roll_back(Mark mark);
  void clear();

  bool empty() const { return entries_.empty(); }
  /// Upper bound of the bytes of all keys and values.
  std::size_t bytes() const { return arena_.size(); }

  struct Found {
    bool erased = false;
    std::string_view value;  ///< valid until the next put, erase, roll_back or clear
  };
  /// The newest entry of this batch, or nothing when the batch did not touch the key.
  std::optional<Found> find(Table table, std::string_view key) const;

  /// Calls visit(Table, key, value, erased) once for each key, in the order of first writing.
  template <class Visitor>
  void for_each_live(Visitor&& visit) const {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const Entry& e = entries_[i];
      if (!e.live) continue;
      visit(e.table, key_of(e), value_of(e), e.erased);
    }
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    std::uint64_t hash = 0;
    std::size_t at = 0;  // key, then value, in the arena
    std::uint32_t key_size = 0, value_size = 0;
    std::uint32_t previous = kNone;  // older entry of the same key in this batch
    Table table{};
    bool erased = false;
    bool live = true;
  };
  std::string_view key_of(const Entry& e) const { return {arena_.data() + e.at, e.key_size}; }
  std::string_view value_of(const Entry& e) const {
    return {arena_.data() + e.at + e.key_size, e.value_size};
  }
  void add(Table table, std::string_view key, std::string_view value, bool erased);
  std::size_t slot_of(std::uint64_t hash, Table table, std::string_view key) const;
  void grow();

  std::string arena_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // open addressing; index of the newest entry or kNone
  std::size_t used_slots_ = 0;
};

}  // namespace ledger
