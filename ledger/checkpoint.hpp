#pragma once
/// Brings a window into LMDB, in a thread of its own, so evenly that the journal does not feel it.
///
///   ledger: begin(frozen)  → applying: slices, table after table in key order; purge; the mark
///   thread: mark synced    → applied: the ledger renews its reader, then lets go
///   ledger: release()      → clearing: the thread empties the overlay → idle: begin again
///
/// The overlay belongs to the thread that the state names. While it is not `applying`, LMDB is
/// exactly at a window's end, and settled snapshots are opened. A slice that finds no room is done
/// again until there is some.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "ledger/apply_pace.hpp"
#include "ledger/durable_store.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/overlay.hpp"
#include "ledger/snapshot_desk.hpp"

namespace ledger {

class Checkpoint {
 public:
  enum class State : std::uint8_t { idle, applying, applied, clearing };

  /// `settled`: LMDB is at a window's end, for the journal holds nothing beyond its mark.
  Checkpoint(LmdbFile& file, const StoreOptions& options, StoreEvents& events, bool settled);
  /// Stops after the slice under way; ends an open snapshot and waits for its user.
  ~Checkpoint();
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  // The ledger's thread.
  State state() const { return state_.load(std::memory_order_acquire); }
  /// Only when idle. `mark` is the window's last batch.
  void begin(Overlay& frozen, const AppliedMark& mark);
  /// Only when applied, after nobody reads the overlay any more.
  void release();
  /// How full the active overlay is, 0 to 1: the apply keeps ahead of it.
  void set_fill(double fill) { fill_.store(fill, std::memory_order_relaxed); }
  /// Without pauses and in large slices, as long as it is set.
  void set_hurry(bool hurry);

  // Any thread.
  std::uint64_t applied_to() const { return applied_to_.load(std::memory_order_acquire); }
  /// Entries of the frozen overlay that LMDB does not have yet.
  std::uint64_t backlog() const { return backlog_.load(std::memory_order_relaxed); }
  std::uint64_t windows() const { return window_us_.count(); }
  base::HistogramReading window_us() const { return window_us_.read(); }
  /// base::system_now() when the last window ended; 0: none yet.
  std::int64_t last_window_us() const { return last_window_us_; }
  /// True while LMDB takes nothing: the disk is full or broken.
  bool stuck() const { return stuck_.load(std::memory_order_relaxed); }
  SnapshotDesk& snapshots() { return snapshots_; }

 private:
  friend class Sweeper;
  struct Window;

  void run();
  bool apply_window();
  bool apply_table(Window& window, Table table);
  bool finish(Window& window);
  /// Runs `fill` in a write transaction and commits it, again and again until it works; false when
  /// told to stop. `fill` returns LMDB's error.
  bool slice(Window& window, const std::function<int(LmdbWriter&)>& fill);
  bool wait_after(int error);
  /// Waits until what is done is due; false when told to stop.
  bool pace(const Window& window);
  /// Waits so long, unless told to hurry; false when told to stop.
  bool rest(std::int64_t time_us);
  /// How much of the window should be done by now, 0 to 1 and more.
  double due(const Window& window) const;
  std::uint32_t slice_pages(const Window& window) const;
  bool stopping() const { return stop_.load(std::memory_order_relaxed); }

  /// The thread has something to do.
  bool has_work() const;
  void wake();

  LmdbFile& file_;
  const StoreOptions& options_;
  StoreEvents& events_;

  std::atomic<State> state_{State::idle};
  std::atomic<std::uint64_t> applied_to_, backlog_{0};
  base::Histogram<kWindowBoundsUs> window_us_;
  base::Figure<std::int64_t> last_window_us_;
  std::atomic<double> fill_{0};
  std::atomic<bool> hurry_{false}, stop_{false}, stuck_{false};
  Overlay* overlay_ = nullptr;  // its owner is who the state names
  AppliedMark mark_;
  ApplyPace pace_;
  bool settled_;          // LMDB is at a window's end; of the thread
  bool failing_ = false;  // told once, until a slice works again

  std::mutex mutex_;  // of waiting
  std::condition_variable changed_;
  SnapshotDesk snapshots_;
  std::thread thread_;
};

}  // namespace ledger
