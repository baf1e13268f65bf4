#include "ledger/write_set.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace ledger {
namespace {

constexpr std::size_t kFirstSlots = 1024;

std::uint64_t hash_of(Table table, std::string_view key) {
  return std::hash<std::string_view>{}(key)*31 + static_cast<std::uint64_t>(table);
}

}  // namespace

WriteSet::WriteSet() : slots_(kFirstSlots, kNone) {}

void WriteSet::put(Table table, std::string_view key, std::string_view value) {
  add(table, key, value, false);
}

void WriteSet::erase(Table table, std::string_view key) { add(table, key, {}, true); }

void WriteSet::add(Table table, std::string_view key, std::string_view value, bool erased) {
  Entry entry;
  entry.hash = hash_of(table, key);
  entry.table = table;
  entry.erased = erased;
  entry.at = arena_.size();
  entry.key_size = static_cast<std::uint32_t>(key.size());
  entry.value_size = static_cast<std::uint32_t>(value.size());
  arena_.append(key);
  arena_.append(value);

  if ((used_slots_ + 1) * 2 > slots_.size()) grow();
  const std::size_t slot = slot_of(entry.hash, table, key_of(entry));
  entry.previous = slots_[slot];
  entries_.push_back(entry);  // the last that may find no memory: until now nothing has changed
  slots_[slot] = static_cast<std::uint32_t>(entries_.size() - 1);
  if (entry.previous == kNone)
    ++used_slots_;
  else
    entries_[entry.previous].live = false;
}

std::size_t WriteSet::slot_of(std::uint64_t hash, Table table, std::string_view key) const {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != kNone) {
    const Entry& e = entries_[slots_[slot]];
    if (e.hash == hash && e.table == table && key_of(e) == key) break;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

std::optional<WriteSet::Found> WriteSet::find(Table table, std::string_view key) const {
  const std::size_t slot = slot_of(hash_of(table, key), table, key);
  if (slots_[slot] == kNone) return std::nullopt;
  const Entry& e = entries_[slots_[slot]];
  return Found{e.erased, value_of(e)};
}

void WriteSet::roll_back(Mark mark) {
  CP_ASSERT(mark <= entries_.size());
  if (mark == entries_.size()) return;
  const std::size_t arena_end = entries_[mark].at;
  while (entries_.size() > mark) {
    const Entry& e = entries_.back();
    if (e.previous != kNone) entries_[e.previous].live = true;
    entries_.pop_back();
  }
  arena_.resize(arena_end);
  // An emptied slot in the middle of a probe sequence would hide what lies behind it: build anew.
  std::fill(slots_.begin(), slots_.end(), kNone);
  used_slots_ = 0;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].live) continue;
    slots_[slot_of(entries_[i].hash, entries_[i].table, key_of(entries_[i]))] = i;
    ++used_slots_;
  }
}

void WriteSet::clear() {
  for (const Entry& e : entries_) {
    if (!e.live) continue;
    // Only the slots in use are touched: a small batch must not pay for a large one before it.
    std::size_t slot = e.hash & (slots_.size() - 1);
    while (slots_[slot] != kNone) {
      slots_[slot] = kNone;
      slot = (slot + 1) & (slots_.size() - 1);
    }
  }
  if (used_slots_ * 4 > slots_.size()) std::fill(slots_.begin(), slots_.end(), kNone);
  entries_.clear();
  arena_.clear();
  used_slots_ = 0;
}

void WriteSet::grow() {
  std::vector<std::uint32_t> old(slots_.size() * 2, kNone);
  slots_.swap(old);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].live) continue;
    slots_[slot_of(entries_[i].hash, entries_[i].table, key_of(entries_[i]))] = i;
  }
}

}  // namespace ledger
