#pragma once
/// What is committed and not yet in LMDB: per table a hash map over an arena.
///
///   put (at most one thread) … → frozen: only read, by any thread → clear (one thread) → used
///   again
///
/// A get of a key that is absent is the common case: the key is hashed once for all overlays, and
/// the maps keep their memory from window to window. Each table is cut into shards, so that a
/// growing map moves a 64th of its entries at a time and no batch waits for the whole.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "ledger/tables.hpp"

namespace ledger {

/// A key and its hash. The bytes belong to whoever made it.
struct HashedKey {
  explicit HashedKey(std::string_view key) : text(key), hash(std::hash<std::string_view>{}(key)) {}
  std::string_view text;
  std::uint64_t hash;
};

struct OverlayEntry {
  std::string_view key, value;
  std::uint64_t sequence = 0;  ///< of the batch that wrote it
  bool erased = false;
};

class Overlay {
 public:
  Overlay() = default;
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;
  ~Overlay() = default;

  /// Key and value are copied. A value that is not longer than the entry's first takes its place.
  void put(Table table, const HashedKey& key, std::string_view value, bool erased,
           std::uint64_t sequence);

  struct Found {
    bool erased = false;
    std::string_view value;  ///< valid until the next put or clear
    std::uint64_t sequence = 0;
  };
  /// False when the overlay does not have the key; `found` is then as it was.
  bool find(Table table, const HashedKey& key, Found& found) const {
    const Map& map = shard(table, key.hash);
    const auto at = map.find(Key{key.hash, key.text.data(), size32(key.text)});
    if (at == map.end()) return false;
    found = found_of(at->second, at->first);
    return true;
  }

  /// The table's entries from `first` on, erased ones too, sorted by key. Costs the table's size.
  void collect(Table table, std::string_view first, std::vector<OverlayEntry>& sorted) const;

  /// Memory that the entries take: arena and map slots.
  std::uint64_t bytes() const { return arena_bytes_ + entries_ * kSlotBytes; }
  std::uint64_t entries() const { return entries_; }
  std::uint64_t entries(Table table) const;
  bool empty() const { return entries_ == 0; }
  /// Forgets all entries; the memory is kept.
  void clear();

 private:
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  /// A slot at the maps' usual load of about two thirds.
  static constexpr std::uint64_t kSlotBytes = 64;

  struct Key {
    std::uint64_t hash;
    mutable const char* data;  // moved into the arena once the key is in the map
    std::uint32_t size;
    bool operator==(const Key& other) const {
      return hash == other.hash &&
             std::string_view(data, size) == std::string_view(other.data, other.size);
    }
  };
  struct KeyHash {
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const { return key.hash; }
  };
  struct Slot {  // the value lies behind the key in the arena
    std::uint64_t sequence;
    std::uint32_t value_size, capacity : 31, erased : 1;
  };
  using Map = boost::unordered_flat_map<Key, Slot, KeyHash>;

  static std::uint32_t size32(std::string_view text) {
    return static_cast<std::uint32_t>(text.size());
  }
  static Found found_of(const Slot& slot, const Key& key) {
    return {slot.erased != 0, {key.data + key.size, slot.value_size}, slot.sequence};
  }
  // The map itself uses the hash's highest and lowest bits.
  const Map& shard(Table table, std::uint64_t hash) const {
    return tables_[static_cast<std::size_t>(table) - 1][(hash >> 12) % kShards];
  }
  char* allocate(std::size_t size);

  std::array<std::array<Map, kShards>, kTableCount> tables_;
  std::vector<std::unique_ptr<char[]>> chunks_;  // of kChunkBytes
  std::vector<std::unique_ptr<char[]>> large_;   // one value each
  std::size_t chunk_ = 0;                        // chunks begun; the last of them is being filled
  std::size_t used_ = kChunkBytes;               // of it
  std::uint64_t arena_bytes_ = 0, entries_ = 0;
};

}  // namespace ledger
