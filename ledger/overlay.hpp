#pragma once
/// What is committed and not yet in LMDB: per table a hash set over an arena.
///
///   put (at most one thread) … → frozen: only read, by any thread → clear (one thread) → used
///   again
///
/// A get of a key that is absent is the common case: the key is hashed once for all overlays, and
/// the sets keep their memory from window to window. Each table is cut into shards, so that a
/// growing set moves a 64th of its entries at a time and no batch waits for the whole. A window has
/// several entries a purchase, so a slot holds a pointer and nothing else.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

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
  bool erased = false;
};

class Overlay {
 public:
  /// Every shard has room for a few entries at once: a table that is rarely written takes no memory
  /// from the heap on a message's way.
  Overlay();

  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;
  ~Overlay() = default;

  /// Key and value are copied. A value that is as long as the one before takes its place.
  void put(Table table, const HashedKey& key, std::string_view value, bool erased);

  struct Found {
    bool erased = false;
    std::string_view value;  ///< valid until the next put or clear
  };
  /// False when the overlay does not have the key; `found` is then as it was.
  bool find(Table table, const HashedKey& key, Found& found) const {
    const Set& set = shard(table, key.hash);
    const auto at = set.find(key);
    if (at == set.end()) return false;
    found = {at->entry->erased != 0, at->entry->value()};
    return true;
  }

  /// The table's entries from `first` on, erased ones too, sorted by key. Costs the table's size.
  void collect(Table table, std::string_view first, std::vector<OverlayEntry>& sorted) const;

  /// Memory that the entries take: arena and sets.
  std::uint64_t bytes() const { return arena_bytes_ + entries_ * kSlotBytes; }
  std::uint64_t entries() const { return entries_; }
  std::uint64_t entries(Table table) const;
  bool empty() const { return entries_ == 0; }
  /// Forgets all entries; the memory is kept.
  void clear();

 private:
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  /// A slot at the sets' usual load of about two thirds.
  static constexpr std::uint64_t kSlotBytes = 14;

  struct Entry {  // in the arena; key and value lie behind it
    std::uint32_t key_size, value_size : 31, erased : 1;
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
    std::string_view key() const { return {bytes(), key_size}; }
    std::string_view value() const { return {bytes() + key_size, value_size}; }
  };
  struct Slot {
    mutable Entry* entry;  // a value of another length moves it, its key is always the same
  };
  struct SlotHash {
    using is_avalanching = void;
    using is_transparent = void;
    std::size_t operator()(const HashedKey& key) const { return key.hash; }
    std::size_t operator()(const Slot& slot) const { return HashedKey(slot.entry->key()).hash; }
  };
  struct SlotEqual {
    using is_transparent = void;
    bool operator()(const Slot& slot, const HashedKey& key) const {
      return slot.entry->key() == key.text;
    }
    bool operator()(const HashedKey& key, const Slot& slot) const { return (*this)(slot, key); }
    bool operator()(const Slot& one, const Slot& other) const {
      return one.entry->key() == other.entry->key();
    }
  };
  using Set = boost::unordered_flat_set<Slot, SlotHash, SlotEqual>;

  // The set itself uses the hash's highest and lowest bits.
  const Set& shard(Table table, std::uint64_t hash) const {
    return tables_[static_cast<std::size_t>(table) - 1][(hash >> 12) % kShards];
  }
  Entry* make_entry(std::string_view key, std::size_t value_size);
  char* allocate(std::size_t size);

  std::array<std::array<Set, kShards>, kTableCount> tables_;
  std::vector<std::unique_ptr<char[]>> chunks_;  // of kChunkBytes
  std::vector<std::unique_ptr<char[]>> large_;   // one entry each
  std::size_t chunk_ = 0;                        // chunks begun; the last of them is being filled
  std::size_t used_ = kChunkBytes;               // of it
  std::uint64_t arena_bytes_ = 0, entries_ = 0;
};

}  // namespace ledger
