#pragma once
/// Keeps the journal behind a mark from being used again while a backup copies it.
///
///   the apply, at a window's end: begin(mark)
///   the backup's thread: segments() … check() … end()
///   the ledger's thread, each tick: answers, releases no further than it may, or takes it away
///
/// Money messages go before a backup: whoever comes near the journal's bound calls lose(), and the
/// backup ends.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/journal.hpp"
#include "ledger/lmdb_file.hpp"

namespace ledger {

/// The journal from a mark on, as it was at one moment: segments oldest first, the last one is the
/// one being written.
struct JournalExtent {
  std::vector<SegmentExtent> segments;
  std::uint64_t last_batch = 0;
  bool direct = false;  ///< the journal is written past the page cache
};

class JournalHold {
 public:
  // The apply's thread.
  void begin(const AppliedMark& mark);

  // The backup's thread; these two throw std::runtime_error once the hold is lost.

  /// Waits for the ledger's thread, some tenths of a second.
  JournalExtent extent();
  void check() const;
  AppliedMark mark() const;
  void end();

  // The ledger's thread.

  /// How far segments may be used again: `applied_to`, or not so far.
  std::uint64_t releasable(std::uint64_t applied_to) const;
  bool is_held() const { return held_from_.load(std::memory_order_acquire) != kNothing; }
  bool is_asked() const { return asked_.load(std::memory_order_acquire); }
  void answer(JournalExtent extent);
  /// `why` is a sentence.
  void lose(const std::string& why);

 private:
  static constexpr std::uint64_t kNothing = UINT64_MAX;

  /// Segments that end at this batch or later are kept.
  std::atomic<std::uint64_t> held_from_{kNothing};
  std::atomic<bool> asked_{false};
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  AppliedMark mark_;
  JournalExtent extent_;
  std::string lost_;  // why; empty: it is not
};

}  // namespace ledger
