#include "ledger/backup.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

#include "base/time.hpp"
#include "ledger/aligned_buffer.hpp"
#include "ledger/data_folder.hpp"
#include "ledger/draft.hpp"
#include "ledger/journal_hold.hpp"
#include "ledger/recovery.hpp"

namespace ledger {
namespace {

/// The copy's transactions: about 1 MiB each. After each the disk rests as long as it took, for the
/// journal's writes come first.
constexpr unsigned kPagesCopiedAtATime = 256;
constexpr std::int64_t kLongestRestUs = 1'000'000;
constexpr std::size_t kCopyPieceBytes = std::size_t{256} << 10;
/// Shares of the work, per mille.
constexpr int kTablesEnd = 800, kJournalEnd = 850, kAll = 1'000;

class BackupWriter {
 public:
  BackupWriter(const BackupSource& source, const BackupRequest& request)
      : source_(source),
        request_(request),
        files_(source.files),
        folder_(request.folder),
        mark_(source.hold.mark()) {}

  Manifest write();

 private:
  void make_folder();
  void copy_tables();
  void copy_table(LmdbFile& copy, Table table);
  void commit(LmdbFile& copy, std::optional<LmdbWriter>& writer);
  void copy_journal();
  void copy_segment(const SegmentExtent& segment, bool direct);
  void note_journal();
  void measure();
  void finish();
  void remove_written();
  /// Ends the backup when the journal or the time is needed otherwise.
  void check();
  void note_keys(Table table, std::string_view value);
  [[noreturn]] void cannot_write(int error) const;

  const BackupSource& source_;
  const BackupRequest& request_;
  FileLayer& files_;
  const std::filesystem::path& folder_;
  const AppliedMark mark_;
  Manifest manifest_;
  bool is_made_ = false;
};

Manifest BackupWriter::write() {
  try {
    make_folder();
    copy_tables();
    copy_journal();
    note_journal();
    measure();
    finish();
  } catch (...) {
    if (is_made_) remove_written();
    throw;
  }
  return std::move(manifest_);
}

void BackupWriter::cannot_write(int error) const {
  throw std::runtime_error("the backup cannot be written to " + folder_.string() + ": " +
                           error_text(error) +
                           (is_no_room(error) ? "; make room there, or name another disk"
                                              : "; see to that disk, or name another folder"));
}

void BackupWriter::make_folder() {
  if (lies_in(folder_, source_.data_folder))
    throw std::runtime_error(
        "a backup in the data folder itself would be lost with it; name a "
        "folder on another disk");
  std::error_code failed;
  if (std::filesystem::exists(folder_, failed) &&
      (!std::filesystem::is_directory(folder_, failed) ||
       !std::filesystem::is_empty(folder_, failed)))
    throw std::runtime_error(folder_.string() +
                             " is not empty; a backup needs a folder of its "
                             "own, new or empty");
  if (failed) cannot_write(failed.value());
  if (const int error = files_.make_folder(folder_); error != 0) cannot_write(error);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, failed);
  if (failed) cannot_write(failed.value());
  is_made_ = true;
  write_small_file(files_, folder_ / kUnfinishedManifestName, {});
  int error = files_.make_folder(journal_folder(folder_));
  if (error == 0) error = files_.sync_folder(folder_);
  if (error != 0) cannot_write(error);
}

void BackupWriter::check() {
  source_.hold.check();
  (void)source_.snapshot.get(Table::meta, kSequenceCounter);  // throws when its time is over
}

void BackupWriter::note_keys(Table table, std::string_view value) {
  if (table == Table::cards)
    if (const auto card = record_from<CardRecord>(value)) manifest_.keys.add(*card);
  if (table == Table::card_files)
    if (const auto file = decode_card_file(value)) manifest_.keys.add(file->head);
}

void BackupWriter::copy_tables() {
  const auto counter = source_.snapshot.get(Table::meta, kSequenceCounter);
  manifest_.first_sequence = counter ? record_from<Sequence>(*counter).value_or(0) : 0;
  LmdbFile copy({.file = data_file(folder_), .map_bytes = source_.map_bytes});
  for (int number = 1; number <= kTableCount; ++number)
    copy_table(copy, static_cast<Table>(number));
  LmdbWriter writer(copy);
  int error = writer.begin();
  if (error == 0) error = writer.set_mark(mark_);
  if (error == 0) error = writer.commit();
  if (error != 0) cannot_write(error);
}

void BackupWriter::copy_table(LmdbFile& copy, Table table) {
  std::optional<LmdbWriter> writer;
  source_.snapshot.for_each(table, [&](std::string_view key, std::string_view value) {
    note_keys(table, value);
    int error = 0;
    if (!writer) error = writer.emplace(copy).begin();
    if (error == 0) error = writer->put(table, key, value);
    if (error != 0) cannot_write(error);
    if (writer->pages() >= kPagesCopiedAtATime) commit(copy, writer);
    return true;
  });
  if (writer) commit(copy, writer);
}

void BackupWriter::commit(LmdbFile& copy, std::optional<LmdbWriter>& writer) {
  const std::int64_t begun_us = base::steady_now();
  if (const int error = writer->commit(); error != 0) cannot_write(error);
  writer.reset();
  const std::int64_t took_us = base::steady_now() - begun_us;
  check();
  const std::uint64_t done =
      copy.used_bytes() * kTablesEnd / std::max<std::uint64_t>(source_.data_bytes, 1);
  request_.progress(static_cast<int>(std::min<std::uint64_t>(done, kTablesEnd)),
                    "copying the tables");
  std::this_thread::sleep_for(std::chrono::microseconds(std::min(took_us, kLongestRestUs)));
}

void BackupWriter::copy_journal() {
  request_.progress(kTablesEnd, "copying the journal");
  const JournalExtent extent = source_.hold.extent();
  manifest_.last_batch = extent.last_batch;
  for (const SegmentExtent& segment : extent.segments) copy_segment(segment, extent.direct);
  if (const int error = files_.sync_folder(journal_folder(folder_)); error != 0)
    cannot_write(error);
}

void BackupWriter::copy_segment(const SegmentExtent& segment, bool direct) {
  int error = 0;
  const auto from = files_.open(segment.path, {.direct = direct}, error);
  if (!from) throw std::runtime_error("the journal cannot be read: " + error_text(error));
  const std::int64_t size =
      segment.used_bytes != 0 ? static_cast<std::int64_t>(segment.used_bytes) : from->size();
  const auto to = files_.open(journal_folder(folder_) / segment.path.filename(),
                              {.write = true, .create = true}, error);
  if (!to) cannot_write(error);
  const AlignedBuffer buffer = make_aligned_buffer(kCopyPieceBytes);
  for (std::int64_t at = 0; at < size; at += static_cast<std::int64_t>(kCopyPieceBytes)) {
    check();
    const auto piece = std::min(kCopyPieceBytes, static_cast<std::size_t>(size - at));
    const std::int64_t got = from->read(buffer.get(), piece, static_cast<std::uint64_t>(at));
    if (got != static_cast<std::int64_t>(piece))
      throw std::runtime_error("the journal cannot be read: " +
                               error_text(got < 0 ? static_cast<int>(-got) : EIO));
    // In the backup it is a segment that ends where its records do.
    if (at == 0 && segment.used_bytes != 0)
      encode_segment_header({.epoch = segment.epoch, .segment_bytes = segment.used_bytes},
                            buffer.get());
    const std::int64_t written = to->write(buffer.get(), piece, static_cast<std::uint64_t>(at));
    if (written != got) cannot_write(written < 0 ? static_cast<int>(-written) : ENOSPC);
  }
  if (error = to->sync(); error != 0) cannot_write(error);
}

/// Reads the copied journal as a restore will, and so proves it.
void BackupWriter::note_journal() {
  manifest_.last_sequence = manifest_.first_sequence;
  const RecoveryReport report = read_journal(
      files_, journal_folder(folder_), mark_, [&](std::uint64_t, const JournalEntry& entry) {
        if (entry.erased) return;
        note_keys(entry.table, entry.value);
        if (entry.table == Table::meta && entry.key == kSequenceCounter)
          manifest_.last_sequence =
              record_from<Sequence>(entry.value).value_or(manifest_.last_sequence);
      });
  manifest_.last_batch = std::max(manifest_.last_batch, mark_.sequence);
  if (report.last_sequence != manifest_.last_batch)
    throw std::runtime_error("the copied journal ends at batch " +
                             std::to_string(report.last_sequence) + " instead of " +
                             std::to_string(manifest_.last_batch) +
                             "; see to the disk, then take the backup again");
}

void BackupWriter::measure() {
  std::vector<std::string> names;
  if (const int error = files_.list(journal_folder(folder_), names); error != 0)
    cannot_write(error);
  std::sort(names.begin(), names.end());
  for (std::string& name : names) name.insert(0, "journal/");
  names.insert(names.begin(), "ledger.mdb");
  std::uint64_t all = 1, read = 0;
  for (const std::string& name : names) all += std::filesystem::file_size(folder_ / name);
  for (const std::string& name : names)
    manifest_.files.push_back(measure_file(files_, folder_, name, [&](std::uint64_t bytes) {
      check();
      read += bytes;
      request_.progress(
          kJournalEnd + static_cast<int>((kAll - kJournalEnd) * std::min(read, all) / all),
          "reading it back");
    }));
}

void BackupWriter::finish() {
  std::error_code ignored;
  std::filesystem::remove(data_file(folder_).string() + "-lock", ignored);
  manifest_.time_us = request_.time_us;
  manifest_.program = request_.program;
  manifest_.mark_batch = mark_.sequence;
  manifest_.mark_epoch = mark_.epoch;
  const auto unfinished = folder_ / kUnfinishedManifestName;
  write_small_file(files_, unfinished, to_text(manifest_));
  int error = files_.sync_folder(folder_);
  if (error == 0) error = files_.rename(unfinished, folder_ / kManifestName);
  if (error == 0) error = files_.sync_folder(folder_);
  if (error == 0) error = files_.sync_folder(folder_.parent_path());
  if (error != 0) cannot_write(error);
}

/// So that the disk has its room back and the same folder can be named again. What a kill leaves is
/// told by its manifest's name.
void BackupWriter::remove_written() {
  std::error_code ignored;
  std::filesystem::remove_all(journal_folder(folder_), ignored);
  std::filesystem::remove(data_file(folder_), ignored);
  std::filesystem::remove(data_file(folder_).string() + "-lock", ignored);
  std::filesystem::remove(folder_ / kManifestName, ignored);
  std::filesystem::remove(folder_ / kUnfinishedManifestName, ignored);
}

}  // namespace

Manifest write_backup(const BackupSource& source, const BackupRequest& request) {
  return BackupWriter(source, request).write();
}

}  // namespace ledger
