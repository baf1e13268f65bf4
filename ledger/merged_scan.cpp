#include "ledger/merged_scan.hpp"

#include <algorithm>
#include <vector>

namespace ledger {
namespace {

/// The entries of all overlays in key order, the newest of each key.
std::vector<OverlayEntry> newest_of(std::span<const Overlay* const> newest_first, Table table,
                                    std::string_view first) {
  std::vector<OverlayEntry> all, one, merged;
  for (const Overlay* overlay : newest_first) {
    if (overlay == nullptr) continue;
    overlay->collect(table, first, one);
    merged.clear();
    std::merge(all.begin(), all.end(), one.begin(), one.end(), std::back_inserter(merged),
               [](const OverlayEntry& a, const OverlayEntry& b) { return a.key < b.key; });
    // Of equal keys the merge has put the newer overlay's first, and unique keeps it.
    merged.erase(
        std::unique(merged.begin(), merged.end(),
                    [](const OverlayEntry& a, const OverlayEntry& b) { return a.key == b.key; }),
        merged.end());
    all.swap(merged);
  }
  return all;
}

}  // namespace

void scan_merged(std::span<const Overlay* const> newest_first, const LmdbReader& reader,
                 Table table, std::string_view first, std::size_t limit,
                 const std::function<bool(std::string_view, std::string_view)>& visit) {
  const std::vector<OverlayEntry> entries = newest_of(newest_first, table, first);
  auto entry = entries.begin();
  LmdbCursor cursor(reader, table);
  bool in_file = cursor.seek(first);
  while (limit > 0 && (in_file || entry != entries.end())) {
    const bool from_file = in_file && (entry == entries.end() || cursor.key() < entry->key);
    if (from_file) {
      if (!visit(cursor.key(), cursor.value())) return;
      --limit;
      in_file = cursor.next();
      continue;
    }
    if (in_file && cursor.key() == entry->key) in_file = cursor.next();
    if (!entry->erased) {
      if (!visit(entry->key, entry->value)) return;
      --limit;
    }
    ++entry;
  }
}

}  // namespace ledger
