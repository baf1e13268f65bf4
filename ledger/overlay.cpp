#include "ledger/overlay.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/assert.hpp"

namespace ledger {

Overlay::Overlay() {
  for (auto& table : tables_)
    for (Set& shard : table) shard.reserve(1);
}

void Overlay::put(Table table, const HashedKey& key, std::string_view value, bool erased) {
  CP_ASSERT(value.size() < (std::size_t{1} << 31));
  Set& set = const_cast<Set&>(shard(table, key.hash));
  const auto at = set.find(key);
  Entry* entry = at != set.end() ? at->entry : nullptr;
  if (entry == nullptr || entry->value_size != value.size()) {
    entry = make_entry(key.text, value.size());
    if (at != set.end()) {
      at->entry = entry;
    } else {
      set.insert(Slot{entry});
      ++entries_;
    }
  }
  entry->erased = erased;
  if (!value.empty()) std::memcpy(entry->bytes() + entry->key_size, value.data(), value.size());
}

Overlay::Entry* Overlay::make_entry(std::string_view key, std::size_t value_size) {
  constexpr std::size_t kAlignment = alignof(Entry);
  const std::size_t size = sizeof(Entry) + key.size() + value_size;
  auto* const entry = new (allocate((size + kAlignment - 1) / kAlignment * kAlignment)) Entry{};
  entry->key_size = static_cast<std::uint32_t>(key.size());
  entry->value_size = static_cast<std::uint32_t>(value_size) & 0x7FFFFFFF;
  std::memcpy(entry->bytes(), key.data(), key.size());
  return entry;
}

char* Overlay::allocate(std::size_t size) {
  arena_bytes_ += size;
  if (size > kChunkBytes / 4) {
    large_.push_back(std::make_unique_for_overwrite<char[]>(size));
    return large_.back().get();
  }
  if (used_ + size > kChunkBytes) {
    if (chunk_ == chunks_.size())
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunkBytes));
    ++chunk_;
    used_ = 0;
  }
  char* place = chunks_[chunk_ - 1].get() + used_;
  used_ += size;
  return place;
}

void Overlay::collect(Table table, std::string_view first,
                      std::vector<OverlayEntry>& sorted) const {
  sorted.clear();
  for (const Set& set : tables_[static_cast<std::size_t>(table) - 1])
    for (const Slot& slot : set)
      if (const Entry& entry = *slot.entry; entry.key() >= first)
        sorted.push_back({entry.key(), entry.value(), entry.erased != 0});
  std::sort(sorted.begin(), sorted.end(),
            [](const OverlayEntry& a, const OverlayEntry& b) { return a.key < b.key; });
}

std::uint64_t Overlay::entries(Table table) const {
  std::uint64_t sum = 0;
  for (const Set& set : tables_[static_cast<std::size_t>(table) - 1]) sum += set.size();
  return sum;
}

void Overlay::clear() {
  for (auto& table : tables_)
    for (Set& set : table) set.clear();
  large_.clear();
  chunk_ = 0;
  used_ = kChunkBytes;
  arena_bytes_ = entries_ = 0;
}

}  // namespace ledger
