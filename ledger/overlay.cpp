#include "ledger/overlay.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

namespace ledger {

void Overlay::put(Table table, const HashedKey& key, std::string_view value, bool erased,
                  std::uint64_t sequence) {
  CP_ASSERT(value.size() < (std::size_t{1} << 31));
  Map& map = const_cast<Map&>(shard(table, key.hash));
  const auto [at, is_new] =
      map.try_emplace(Key{key.hash, key.text.data(), size32(key.text)}, Slot{});
  Slot& slot = at->second;
  if (is_new || value.size() > slot.capacity) {
    char* place = allocate(key.text.size() + value.size());
    std::memcpy(place, key.text.data(), key.text.size());
    at->first.data = place;
    slot.capacity = size32(value) & 0x7FFFFFFF;
    if (is_new) ++entries_;
  }
  // data is const for readers only; behind the key lie `capacity` bytes of our own arena.
  if (!value.empty())
    std::memcpy(const_cast<char*>(at->first.data) + at->first.size, value.data(), value.size());
  slot.value_size = size32(value);
  slot.erased = erased;
  slot.sequence = sequence;
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
  for (const Map& map : tables_[static_cast<std::size_t>(table) - 1]) {
    for (const auto& [key, slot] : map) {
      const std::string_view text(key.data, key.size);
      if (text < first) continue;
      const Found found = found_of(slot, key);
      sorted.push_back({text, found.value, found.sequence, found.erased});
    }
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const OverlayEntry& a, const OverlayEntry& b) { return a.key < b.key; });
}

std::uint64_t Overlay::entries(Table table) const {
  std::uint64_t sum = 0;
  for (const Map& map : tables_[static_cast<std::size_t>(table) - 1]) sum += map.size();
  return sum;
}

void Overlay::clear() {
  for (auto& table : tables_)
    for (Map& map : table) map.clear();
  large_.clear();
  chunk_ = 0;
  used_ = kChunkBytes;
  arena_bytes_ = entries_ = 0;
}

}  // namespace ledger
