#pragma once
/// The ledger's store as ledger/durable_store.hpp promises it: the journal, the overlays and LMDB
/// put together. Only its own sources include this.
///
///   store_start.cpp    what a start does: replay, a segment of its own, conversion
///   durable_store.cpp  what the ledger's thread does from then on
///
/// All but figures(), request_settled_snapshot() and request_backup() belongs to the ledger's
/// thread.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "ledger/checkpoint.hpp"
#include "ledger/data_lock.hpp"
#include "ledger/durable_store.hpp"
#include "ledger/journal.hpp"
#include "ledger/journal_hold.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/overlay.hpp"
#include "ledger/recovery.hpp"
#include "ledger/segment_pool.hpp"

namespace ledger {

class JournaledStore : public DurableStore {
 public:
  JournaledStore(const StoreOptions& options, StoreEvents& events);
  JournaledStore(const JournaledStore&) = delete;
  JournaledStore& operator=(const JournaledStore&) = delete;
  ~JournaledStore() override { hold_.lose("the switch stops"); }

  std::optional<std::string_view> get(Table table, std::string_view key) override;
  void scan(Table table, std::string_view first, std::size_t limit,
            const std::function<bool(std::string_view, std::string_view)>& visit) override;
  Writable writable() const override;
  void commit(const WriteSet& batch, const Done& done) override;
  void tick() override;
  StoreFigures figures() const override;
  bool settle() override;
  bool request_settled_snapshot(SnapshotUser user, SnapshotRefused refused) override {
    return checkpoint_->snapshots().request(
        {std::move(user), nullptr, std::move(refused), shown_batch_.load(),
         base::steady_now() + options_.snapshot_limit_us, options_.snapshot_limit_us});
  }
  bool request_backup(BackupRequest request) override;

 private:
  void recover();
  void report_recovery(const RecoveryReport& report);
  void apply_what_was_replayed();
  void convert();
  void begin_journal(RecoveryReport report);
  CommitOutcome write(const PackedEntries& packed);
  void publish(const WriteSet& batch) noexcept;
  bool overlays_full() const;
  bool overlay_full() const { return active_->bytes() >= options_.overlay_bytes; }
  bool journal_due() const;
  void reclaim();
  void back_up(Snapshot& snapshot, const BackupRequest& request);
  void serve_backup();
  void freeze();
  void freeze_if_due(bool now);
  void note_bound();
  void show();

  const StoreOptions options_;
  StoreEvents& events_;
  FileLayer& files_;
  std::optional<DataLock> lock_;
  std::optional<LmdbFile> file_;
  std::optional<LmdbReader> reader_;
  std::uint64_t seen_commits_ = 0;  // of the file, when the reader was renewed

  std::array<Overlay, 2> overlays_;
  Overlay* active_ = &overlays_[0];
  Overlay* frozen_ = nullptr;  // null or the other one; also read by the apply
  std::size_t max_payload_bytes_ = 0;
  std::uint64_t sequence_ = 0;
  std::int64_t window_begun_us_ = 0;
  bool poisoned_ = false, bound_told_ = false;

  // The figures of the ledger's thread, for any other.
  std::atomic<std::uint64_t> shown_sequence_{0}, shown_active_bytes_{0}, shown_active_entries_{0},
      shown_batch_{0}, shown_frozen_bytes_{0}, shown_frozen_entries_{0}, shown_journal_bytes_{0};
  std::atomic<bool> shown_full_{false}, shown_poisoned_{false};
  base::Count slow_writes_, written_bytes_;
  base::Figure<std::int64_t> last_write_us_;
  base::Histogram<base::kShortBoundsUs> write_us_;
  /// base::steady_now() when the overlay got its first entry; 0: it has none.
  base::Figure<std::int64_t> active_since_us_, frozen_since_us_;

  JournalHold hold_;

  // Last, so that their threads end before what they use.
  std::optional<SegmentPool> pool_;
  std::optional<Journal> journal_;
  std::optional<Checkpoint> checkpoint_;
};

}  // namespace ledger
