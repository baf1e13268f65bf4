#include "ledger/durable_store.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/assert.hpp"
#include "base/time.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/conversion.hpp"
#include "ledger/data_folder.hpp"
#include "ledger/data_lock.hpp"
#include "ledger/journal.hpp"
#include "ledger/journal_hold.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/merged_scan.hpp"
#include "ledger/overlay.hpp"
#include "ledger/recovery.hpp"
#include "ledger/segment_pool.hpp"

namespace ledger {
namespace {

/// When so much of the journal's bound is in use the window ends early, so that the other half
/// lasts while it is applied.
constexpr double kJournalShareOfWindow = 0.5;

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

JournaledStore::JournaledStore(const StoreOptions& options, StoreEvents& events)
    : options_(options),
      events_(events),
      files_(options.files != nullptr ? *options.files : system_files()) {
  check_options(options_);
  refuse_unfit_folder(options_.folder);
  make_data_folder(files_, options_.folder);
  lock_.emplace(options_.folder, false);
  file_.emplace(LmdbOptions{.file = data_file(options_.folder),
                            .map_bytes = options_.map_bytes,
                            .commit_fault = options_.apply_fault});
  if (const int error = files_.sync_folder(options_.folder); error != 0)
    throw std::runtime_error("the data folder " + options_.folder.string() + " cannot be synced: " +
                             error_text(error) + "; mend the disk, then start again");
  recover();
}

void JournaledStore::recover() {
  const AppliedMark mark = file_->mark();
  RecoveryReport report =
      read_journal(files_, journal_folder(options_.folder), mark,
                   [this](std::uint64_t, const JournalEntry& entry) {
                     active_->put(entry.table, HashedKey(entry.key), entry.value, entry.erased);
                   });
  sequence_ = report.last_sequence;
  shown_batch_ = sequence_;
  report_recovery(report);
  begin_journal(std::move(report));
  reader_.emplace(*file_);
  seen_commits_ = file_->commits();
  checkpoint_.emplace(*file_, options_, events_, active_->empty());
  window_begun_us_ = base::steady_now();
  if (!active_->empty()) active_since_us_.set(window_begun_us_);
  // What was replayed is a window of its own, whatever its size.
  freeze_if_due(true);
  // A sync that failed may have left the journal's tail in the page cache alone, and a later one
  // says nothing of it: what counts from here on must be in the data file.
  if (!pool_->direct()) apply_what_was_replayed();
  if (file_->version() != kFormatVersion) convert();
  show();
}

void JournaledStore::apply_what_was_replayed() {
  if (!settle())
    throw std::runtime_error("what was replayed cannot be applied to " +
                             data_file(options_.folder).string() +
                             "; make room on the disk or mend it, then start again");
}

/// Entries of the older format may be in the journal: nothing reads them before they are converted.
void JournaledStore::convert() {
  apply_what_was_replayed();
  const std::uint64_t cards = convert_to_this_version(*file_);
  reclaim();
  events_.report(StoreEvent::converted, "from format version " + std::to_string(file_->version()) +
                                            " to version " + std::to_string(kFormatVersion) + ": " +
                                            std::to_string(cards) + " cards were written anew");
}

void JournaledStore::report_recovery(const RecoveryReport& report) {
  if (!report.passed_over.empty()) events_.report(StoreEvent::tail_dropped, report.passed_over);
  if (!report.missing.empty()) events_.report(StoreEvent::segment_missing, report.missing);
  if (!report.dropped.empty()) events_.report(StoreEvent::tail_dropped, report.dropped);
  std::string text = std::to_string(report.batches) + " batches with " +
                     std::to_string(report.entries) +
                     " entries replayed after the data file's mark " +
                     std::to_string(file_->mark().sequence) + "; ";
  text += report.end.empty() ? "the journal has nothing beyond it"
                             : "the journal ends in " + report.end;
  // Of a batch whose outcome was unknown this is the decision.
  text += "; the last batch that counts is " + std::to_string(report.last_sequence);
  events_.report(StoreEvent::recovered, text);
}

/// Goes on in a segment of its own, whose first record says for good where the journal before it
/// ended.
void JournaledStore::begin_journal(RecoveryReport report) {
  pool_.emplace(files_,
                SegmentPoolOptions{.folder = journal_folder(options_.folder),
                                   .segment_bytes = options_.segment_bytes,
                                   .journal_bytes = options_.journal_bytes,
                                   .retry_us = options_.full_retry_us},
                events_, std::move(report.spare), report.needed.size(), report.next_epoch);
  max_payload_bytes_ = std::min<std::size_t>(options_.max_batch_bytes,
                                             Journal::payload_bound(options_.segment_bytes));
  // Whoever is connected first must find room, however slow the pool's thread is with the next one.
  pool_->start(Journal::segments_to_begin(options_.segment_bytes, max_payload_bytes_));
  journal_.emplace(*pool_, options_.segment_bytes, max_payload_bytes_, std::move(report.needed));
  if (journal_->write(RecordKind::start, sequence_ + 1, 0, 0) != Journal::Written::yes)
    throw std::runtime_error("the journal in " + journal_folder(options_.folder).string() +
                             " cannot be written: " + error_text(journal_->error()) +
                             "; mend the disk, then start again");
  ++sequence_;
}

std::optional<std::string_view> JournaledStore::get(Table table, std::string_view key) {
  const HashedKey hashed(key);
  Overlay::Found found;
  if (!active_->find(table, hashed, found) &&
      (frozen_ == nullptr || !frozen_->find(table, hashed, found)))
    return reader_->get(table, key);
  if (found.erased) return std::nullopt;
  return found.value;
}

void JournaledStore::scan(Table table, std::string_view first, std::size_t limit,
                          const std::function<bool(std::string_view, std::string_view)>& visit) {
  const std::array<const Overlay*, 2> overlays{active_, frozen_};
  scan_merged(overlays, *reader_, table, first, limit, visit);
}

Writable JournaledStore::writable() const {
  if (poisoned_) return Writable::poisoned;
  return overlays_full() || !journal_->has_room() ? Writable::full : Writable::yes;
}

bool JournaledStore::overlays_full() const {
  return overlay_full() && checkpoint_->state() != Checkpoint::State::idle;
}

void JournaledStore::commit(const WriteSet& batch, const Done& done) {
  if (batch.empty()) return done(CommitOutcome::committed);
  // The journal itself says whether it has room for just this batch.
  if (poisoned_ || overlays_full()) {
    note_bound();
    return done(CommitOutcome::refused);
  }
  freeze_if_due(false);
  const PackedEntries packed = pack_entries(batch, {journal_->payload(), max_payload_bytes_});
  if (!packed.fit) {
    events_.report(StoreEvent::batch_too_large, "a batch of " + std::to_string(packed.bytes) +
                                                    " bytes was refused, the bound is " +
                                                    std::to_string(max_payload_bytes_));
    return done(CommitOutcome::refused);
  }
  const CommitOutcome outcome = write(packed);
  if (outcome == CommitOutcome::committed) publish(batch);
  show();
  done(outcome);
}

CommitOutcome JournaledStore::write(const PackedEntries& packed) {
  const std::int64_t begun_us = base::steady_now();
  const Journal::Written written =
      journal_->write(RecordKind::batch, sequence_ + 1, packed.bytes, packed.count);
  const std::int64_t took_us = base::steady_now() - begun_us;
  last_write_us_.set(took_us);
  if (written != Journal::Written::no_room) write_us_.record(took_us);
  if (took_us > options_.slow_write_us) {
    ++slow_writes_;
    events_.report(StoreEvent::slow_write, "a journal write of " + std::to_string(packed.bytes) +
                                               " bytes took " + std::to_string(took_us / 1000) +
                                               " ms");
  }
  switch (written) {
    case Journal::Written::yes:
      ++sequence_;
      written_bytes_ += packed.bytes;
      shown_batch_.store(sequence_, std::memory_order_relaxed);
      return CommitOutcome::committed;
    case Journal::Written::no_room:
      note_bound();
      return CommitOutcome::refused;
    case Journal::Written::failed:
      break;
  }
  poisoned_ = true;
  events_.report(StoreEvent::poisoned, "the outcome of batch " + std::to_string(sequence_ + 1) +
                                           " (" + std::to_string(packed.count) +
                                           " entries) is unknown, the journal write failed: " +
                                           error_text(journal_->error()) +
                                           "; no more money moves until a restart has decided");
  return CommitOutcome::unknown;
}

/// The batch is durable: if there is no memory to show it, the process must end, and the next one
/// will show it.
void JournaledStore::publish(const WriteSet& batch) noexcept {
  if (active_->empty()) active_since_us_.set(base::steady_now());
  batch.for_each_live([&](Table table, std::string_view key, std::string_view value, bool erased) {
    active_->put(table, HashedKey(key), value, erased);
  });
}

void JournaledStore::tick() {
  reclaim();
  serve_backup();
  freeze_if_due(false);
  note_bound();
  show();
}

/// Lets go of a window that is in LMDB for good, and moves the reader on so that LMDB may use pages
/// again.
void JournaledStore::reclaim() {
  const bool applied = checkpoint_->state() == Checkpoint::State::applied;
  const std::uint64_t commits = file_->commits();
  if (!applied && commits == seen_commits_) return;
  // A reader that cannot move still shows the truth, with the frozen overlay over it.
  if (!reader_->renew()) return;
  seen_commits_ = commits;
  if (!applied) return;
  frozen_ = nullptr;
  frozen_since_us_.set(0);
  checkpoint_->release();
  journal_->release(hold_.releasable(checkpoint_->applied_to()));
}

/// The store holds as much of the journal as a window may, and no more: then the segments are for
/// messages again.
void JournaledStore::serve_backup() {
  if (!hold_.is_held()) return;
  if (journal_due()) {
    hold_.lose(
        "the backup was ended: the journal behind it came near its bound, and messages go "
        "first; take it at a quieter time, to a faster disk, or with a larger "
        "ledger.journal-mib");
    return journal_->release(checkpoint_->applied_to());
  }
  if (hold_.is_asked())
    hold_.answer({journal_->segments_from(hold_.mark().sequence), shown_batch_, pool_->direct()});
}

bool JournaledStore::request_backup(BackupRequest request) {
  const auto shared = std::make_shared<const BackupRequest>(std::move(request));
  // Not what was committed just now, but the last window's end: what came after it is in the
  // journal, where a restore may end at any of it.
  return checkpoint_->snapshots().request(
      {.use = [this, shared](Snapshot& snapshot, std::uint64_t) { back_up(snapshot, *shared); },
       .opened = [this](const AppliedMark& mark) { hold_.begin(mark); },
       .refused = [shared](std::string_view why) { shared->done(std::string(why), {}); },
       .deadline_us = base::steady_now() + options_.snapshot_limit_us,
       .limit_us = options_.backup_limit_us});
}

void JournaledStore::back_up(Snapshot& snapshot, const BackupRequest& request) {
  const std::int64_t begun_us = base::steady_now();
  std::string error;
  Manifest manifest;
  try {
    manifest = write_backup({.files = files_,
                             .data_folder = options_.folder,
                             .map_bytes = options_.map_bytes,
                             .data_bytes = file_->used_bytes(),
                             .snapshot = snapshot,
                             .hold = hold_},
                            request);
  } catch (const SnapshotExpired&) {
    error = base::steady_now() - begun_us < options_.backup_limit_us
                ? "the switch stops"
                : "the backup was ended: it was not done within ledger.backup-limit; take it to a "
                  "faster disk, or set a longer limit";
  } catch (const std::exception& failure) {
    error = failure.what();
  }
  hold_.end();
  request.done(error, manifest);
}

bool JournaledStore::journal_due() const {
  return static_cast<double>(journal_->bytes()) >
         kJournalShareOfWindow * static_cast<double>(options_.journal_bytes);
}

void JournaledStore::freeze_if_due(bool now) {
  const double by_overlay =
      static_cast<double>(active_->bytes()) / static_cast<double>(options_.overlay_bytes);
  const double by_journal =
      static_cast<double>(journal_->bytes()) / static_cast<double>(options_.journal_bytes);
  checkpoint_->set_fill(std::max(by_overlay, by_journal));
  if (active_->empty() || checkpoint_->state() != Checkpoint::State::idle) return;
  if (now || overlay_full() || journal_due() || checkpoint_->snapshots().waits() ||
      base::steady_now() - window_begun_us_ >= options_.window_us)
    freeze();
}

void JournaledStore::freeze() {
  CP_ASSERT(frozen_ == nullptr);
  frozen_ = active_;
  active_ = active_ == &overlays_[0] ? &overlays_[1] : &overlays_[0];
  CP_ASSERT(active_->empty());
  window_begun_us_ = base::steady_now();
  frozen_since_us_.set(active_since_us_);
  active_since_us_.set(0);
  checkpoint_->begin(*frozen_, {sequence_, journal_->epoch()});
}

/// Tells once that the bound is reached and once that it is left.
void JournaledStore::note_bound() {
  const bool full = writable() == Writable::full;
  if (full == bound_told_) return;
  bound_told_ = full;
  if (!full) {
    events_.report(StoreEvent::bound_left, "there is room again, batches are taken");
    return;
  }
  const std::string why =
      journal_->has_room()
          ? "the overlay has reached its bound of " + std::to_string(options_.overlay_bytes) +
                " bytes while the window before it is being applied"
          : "no journal segment is ready, " + std::to_string(pool_->segments()) + " are in use";
  events_.report(StoreEvent::bound_reached, why + "; batches are refused until there is room");
}

void JournaledStore::show() {
  const auto set = [](std::atomic<std::uint64_t>& to, std::uint64_t value) {
    to.store(value, std::memory_order_relaxed);
  };
  set(shown_sequence_, sequence_);
  set(shown_active_bytes_, active_->bytes());
  set(shown_active_entries_, active_->entries());
  set(shown_frozen_bytes_, frozen_ != nullptr ? frozen_->bytes() : 0);
  set(shown_frozen_entries_, frozen_ != nullptr ? frozen_->entries() : 0);
  set(shown_journal_bytes_, journal_->bytes());
  shown_full_.store(writable() == Writable::full, std::memory_order_relaxed);
  shown_poisoned_.store(poisoned_, std::memory_order_relaxed);
}

StoreFigures JournaledStore::figures() const {
  const auto age_us = [now_us = base::steady_now()](std::int64_t since_us) {
    return since_us == 0 ? 0 : now_us - since_us;
  };
  StoreFigures figures;
  figures.journal_sequence = shown_sequence_;
  figures.applied_to = checkpoint_->applied_to();
  figures.active_bytes = shown_active_bytes_;
  figures.active_entries = shown_active_entries_;
  figures.frozen_bytes = shown_frozen_bytes_;
  figures.frozen_entries = shown_frozen_entries_;
  figures.backlog_entries = shown_active_entries_ + checkpoint_->backlog();
  figures.journal_bytes = shown_journal_bytes_;
  figures.journal_segments = pool_->segments();
  figures.journal_written_bytes = written_bytes_;
  figures.data_bytes = file_->used_bytes();
  figures.windows = checkpoint_->windows();
  figures.slow_writes = slow_writes_;
  figures.last_write_us = last_write_us_;
  figures.write_us = write_us_.read();
  figures.window_us = checkpoint_->window_us();
  figures.last_window_us = checkpoint_->last_window_us();
  figures.active_age_us = age_us(active_since_us_);
  figures.frozen_age_us = age_us(frozen_since_us_);
  figures.direct_io = pool_->direct();
  figures.apply_stuck = checkpoint_->stuck();
  figures.full = shown_full_;
  figures.poisoned = shown_poisoned_;
  return figures;
}

bool JournaledStore::settle() {
  checkpoint_->set_hurry(true);
  bool taken = true;
  while (taken && (frozen_ != nullptr || !active_->empty())) {
    reclaim();
    freeze_if_due(true);
    show();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    taken = !checkpoint_->stuck();
  }
  checkpoint_->set_hurry(false);
  return taken;
}

}  // namespace

std::unique_ptr<DurableStore> DurableStore::open(const StoreOptions& options, StoreEvents& events) {
  return std::make_unique<JournaledStore>(options, events);
}

}  // namespace ledger
