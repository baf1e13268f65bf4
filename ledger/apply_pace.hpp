#pragma once
/// How far the apply of a window is, in pages that it writes.
///
///   begin(entries of each table) → wrote() and purged() after each slice → progress()
///
/// An entry of a table in order of time shares its page with many, one of a random card has a page
/// to itself: what an entry of each table costs is taken from the window before. One thread.

#include <array>
#include <cstdint>

#include "ledger/tables.hpp"

namespace ledger {

class ApplyPace {
 public:
  using EntryCounts = std::array<std::uint64_t, kTableCount>;  ///< of table 1, 2, …

  /// The purge is expected to look at as many entries as it did in the window before.
  void begin(const EntryCounts& entries);
  void wrote(Table table, std::uint64_t entries, std::uint64_t pages);
  void purged(std::uint64_t looked, std::uint64_t pages);

  /// 0 to 1; 1 where there is nothing to do.
  double progress() const;
  /// To apply, and for the purge to look at.
  std::uint64_t entries() const;

 private:
  struct Part {
    std::uint64_t expected = 0, done = 0, pages = 0;
    double pages_each = 1;
    void add(std::uint64_t more, std::uint64_t more_pages) {
      done += more;
      pages += more_pages;
    }
  };
  static constexpr std::size_t kPurge = kTableCount;

  std::array<Part, kTableCount + 1> parts_;
};

}  // namespace ledger
