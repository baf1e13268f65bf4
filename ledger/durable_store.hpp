#pragma once
/// The store that survives: journal, overlay, LMDB.
///
///   commit → one journal write → published in the active overlay → done
///   window over, or bound reached → the active overlay is frozen; a new one takes its place
///   another thread applies the frozen one to LMDB in small slices; the last carries the mark
///   tick → sees the mark → renews the LMDB reader → lets go of the frozen overlay
///   start → lock, LMDB's mark, journal replayed from there, then open for reads
///
/// docs/ledger_format.md says what is on disk.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>

#include "ledger/backup.hpp"
#include "ledger/damaged_record.hpp"
#include "ledger/store.hpp"
#include "ledger/store_events.hpp"

namespace ledger {

class FileLayer;
class PurgeScope;

/// 1 TiB of address space, not of disk; the sanitizers' own maps leave less.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::uint64_t kDefaultMapBytes = std::uint64_t{8} << 30;
#else
inline constexpr std::uint64_t kDefaultMapBytes = std::uint64_t{1} << 40;
#endif

struct StoreOptions {
  std::filesystem::path folder;  ///< made when it is not there; one process at a time

  std::int64_t window_us = 10'000'000;                     ///< from freeze to freeze
  std::uint64_t overlay_bytes = std::uint64_t{128} << 20;  ///< each, active and frozen
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;   ///< a multiple of 4 KiB
  std::uint64_t journal_bytes = std::uint64_t{8} << 30;    ///< bound of all segments together
  std::uint64_t max_batch_bytes = std::uint64_t{4} << 20;  ///< a batch over it is refused
  std::uint64_t map_bytes = kDefaultMapBytes;              ///< reserved at start, never resized
  std::uint32_t slice_pages = 16;                          ///< LMDB pages dirtied per slice
  std::uint64_t purge_entries = 1'000'000;                 ///< looked at by the purge, a window
  std::int64_t slow_write_us = 20'000;                     ///< a write over it is reported
  std::int64_t full_retry_us = 1'000'000;                  ///< between tries while the disk is full
  std::int64_t snapshot_limit_us = 60'000'000;             ///< a settled snapshot's longest life
  std::int64_t backup_limit_us = 600'000'000;              ///< a backup's longest time

  /// Called once a window by the thread that applies; see purge.hpp. May be empty.
  std::function<void(PurgeScope&)> purge;
  /// The files of the journal; null: the system's. For tests; must outlive the store.
  FileLayer* files = nullptr;
  /// For tests: asked before each of the apply's commits; what is not 0 is the commit's error.
  std::function<int()> apply_fault;
};

class DurableStore : public Store {
 public:
  /// Locks the folder, recovers, and is ready to be read and written. Throws std::runtime_error
  /// with a sentence that says what happened and what to do: the folder is in use, the data is of
  /// another version, the journal is damaged, the disk cannot be written. `events` must outlive
  /// the store.
  static std::unique_ptr<DurableStore> open(const StoreOptions& options, StoreEvents& events);

  /// Any thread.
  virtual StoreFigures figures() const = 0;

  /// Blocks until everything committed is in LMDB, without pauses: for an orderly stop, so that
  /// the next start has nothing to replay. False when the disk did not take it. The ledger's
  /// thread. Without it the destructor stops after the slice under way, and the journal is replayed
  /// at the next start.
  virtual bool settle() = 0;

  /// Called once, in a thread of its own, with LMDB as it is at a window's end: consistent, and
  /// with all that was committed when it was asked for. `sequence` is the last batch it holds.
  /// After `snapshot_limit_us` its calls throw SnapshotExpired; views stay valid until the next
  /// call. What the user throws is caught and reported.
  using SnapshotUser = std::function<void(Snapshot& snapshot, std::uint64_t sequence)>;
  /// Called instead, in another thread too, when none can be opened, or when no window ends within
  /// `snapshot_limit_us` because LMDB takes nothing.
  using SnapshotRefused = std::function<void(std::string_view why)>;
  /// False, and nothing is called, while another one is asked for or open. Any thread.
  virtual bool request_settled_snapshot(SnapshotUser user, SnapshotRefused refused) = 0;

  /// Writes a backup, in a thread of its own; see backup.hpp. Ended after `backup_limit_us`, and
  /// when the journal that it keeps comes near its bound. False, and nothing is called, while
  /// another one or a snapshot is asked for or open. Any thread.
  virtual bool request_backup(BackupRequest request) = 0;
};

class SnapshotExpired : public std::runtime_error {
 public:
  SnapshotExpired();
};

/// The data of a folder that no switch has open, read through the journal that is not yet applied;
/// changes nothing in it. Throws as DurableStore::open does, also while a switch holds the lock; a
/// switch cannot start while the snapshot is there.
std::unique_ptr<Snapshot> open_offline(const std::filesystem::path& folder);

}  // namespace ledger
