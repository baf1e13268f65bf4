#pragma once
/// What the store has to say to whoever runs it, and the figures it shows.

#include <cstdint>
#include <string_view>

#include "base/figures.hpp"

namespace ledger {

enum class StoreEvent : std::uint8_t {
  recovered,         ///< once at start: what was replayed, where the journal ended
  converted,         ///< once at start: the data was of the format before this one
  tail_dropped,      ///< once at start: an unfinished last record was dropped
  segment_missing,   ///< once at start: a number is left out behind the journal's last segment
  no_direct_io,      ///< once at start: the file system has no O_DIRECT, fdatasync is used
  slow_write,        ///< a journal write took longer than the threshold
  apply_finished,    ///< a window is in LMDB: entries, slices, duration
  disk_full,         ///< the apply or the next segment has no room; tried again until it has
  disk_room_again,   ///< … and now it has
  apply_failed,      ///< LMDB refuses to go on for another reason than room
  segment_failed,    ///< no journal segment can be prepared, for another reason than room
  bound_reached,     ///< no more batches are taken until the apply goes on
  bound_left,        ///< … and now they are
  batch_too_large,   ///< a batch over max_batch_bytes was refused
  poisoned,          ///< an outcome is unknown: no more writes until a restart
  snapshot_aborted,  ///< a settled snapshot was open longer than allowed
};

/// A short name for a log line, e.g. `apply_finished`.
std::string_view event_name(StoreEvent event);

/// True for what an operator must see (a warning or worse), false for what is only told.
bool is_warning(StoreEvent event);

/// Takes the store's events. Called from the ledger's thread and from the store's own threads, one
/// call at a time or several at once; must not call back into the store and must not block.
class StoreEvents {
 public:
  virtual ~StoreEvents() = default;
  /// `text` is a sentence with figures; it never holds a key's or value's content.
  virtual void report(StoreEvent event, std::string_view text) = 0;
};

/// Bounds of a window's way into LMDB, in microseconds.
inline constexpr std::array<std::int64_t, 9> kWindowBoundsUs{100'000,    500'000,    1'000'000,
                                                             5'000'000,  10'000'000, 20'000'000,
                                                             30'000'000, 60'000'000, 120'000'000};

/// A look at the store for status and metrics; each figure by itself, not one moment's whole.
struct StoreFigures {
  std::uint64_t journal_sequence = 0;  ///< last durable batch
  std::uint64_t applied_to = 0;        ///< last batch that LMDB holds for good
  std::uint64_t active_bytes = 0, active_entries = 0;
  std::uint64_t frozen_bytes = 0, frozen_entries = 0;
  std::uint64_t backlog_entries = 0;   ///< entries that LMDB does not hold yet
  std::uint64_t journal_bytes = 0;     ///< of all segment files that hold records not yet applied
  std::uint64_t journal_segments = 0;  ///< segment files of any kind
  std::uint64_t journal_written_bytes = 0;  ///< payload of the batches since the start
  std::uint64_t data_bytes = 0;             ///< LMDB's pages in use, free ones included
  std::uint64_t windows = 0;                ///< windows applied since the start
  std::uint64_t slow_writes = 0;            ///< journal writes over the threshold since the start
  std::int64_t last_write_us = 0;           ///< time of the last journal write
  base::HistogramReading write_us;          ///< journal writes, each durable when it ends
  base::HistogramReading window_us;         ///< windows applied: from the first slice to the mark
  std::int64_t last_window_us = 0;  ///< base::system_now() when the last one ended; 0: none yet
  std::int64_t active_age_us = 0;   ///< of the oldest entry of the active overlay; 0: none
  std::int64_t frozen_age_us = 0;   ///< … and of the frozen one
  bool direct_io = false;
  bool apply_stuck = false;  ///< LMDB takes nothing: the disk is full or broken
  bool full = false;         ///< batches are refused until there is room
  bool poisoned = false;
};

}  // namespace ledger
