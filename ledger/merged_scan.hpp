#pragma once
/// One ordered view of a table over overlays and LMDB.

#include <functional>
#include <span>
#include <string_view>

#include "ledger/lmdb_file.hpp"
#include "ledger/overlay.hpp"

namespace ledger {

/// Visits entries from `first` on in key order until visit returns false or `limit` were visited.
/// The first overlay that has a key decides, erased ones hide LMDB's; null overlays are skipped.
/// Costs the table's part of the overlays. Throws DamagedRecord for what it comes to see.
void scan_merged(std::span<const Overlay* const> newest_first, const LmdbReader& reader,
                 Table table, std::string_view first, std::size_t limit,
                 const std::function<bool(std::string_view, std::string_view)>& visit);

}  // namespace ledger
