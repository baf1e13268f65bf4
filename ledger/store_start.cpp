#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "ledger/conversion.hpp"
#include "ledger/data_folder.hpp"
#include "ledger/journaled_store.hpp"

namespace ledger {

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

std::unique_ptr<DurableStore> DurableStore::open(const StoreOptions& options, StoreEvents& events) {
  return std::make_unique<JournaledStore>(options, events);
}

}  // namespace ledger
