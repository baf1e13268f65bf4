#include "ledger/durable_store.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/assert.hpp"
#include "base/time.hpp"
#include "ledger/journaled_store.hpp"
#include "ledger/merged_scan.hpp"

namespace ledger {
namespace {

/// When so much of the journal's bound is in use the window ends early, so that the other half
/// lasts while it is applied.
constexpr double kJournalShareOfWindow = 0.5;

}  // namespace

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

}  // namespace ledger
