#include "ledger/restore.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "ledger/conversion.hpp"
#include "ledger/data_folder.hpp"
#include "ledger/data_lock.hpp"
#include "ledger/draft.hpp"
#include "ledger/journal_format.hpp"
#include "ledger/offline_snapshot.hpp"
#include "ledger/recovery.hpp"

namespace ledger {
namespace {

/// The replay's transactions: 16 MiB each.
constexpr unsigned kPagesRestoredAtATime = 4096;
/// A restored folder's epochs begin at its time: so many a second are more than any switch makes.
constexpr int kEpochsOfSecond = 20;

[[noreturn]] void cannot_write(const std::filesystem::path& path, int error) {
  throw std::runtime_error("the restore cannot write " + path.string() + ": " + error_text(error) +
                           "; see to that disk, then give the same command again");
}

void check_files(FileLayer& files, const Manifest& manifest, const std::filesystem::path& backup,
                 const RestoreProgress& progress) {
  std::uint64_t all = 1, read = 0;
  for (const BackupFile& file : manifest.files) all += file.bytes;
  for (const BackupFile& wanted : manifest.files) {
    const BackupFile there = measure_file(files, backup, wanted.name, [&](std::uint64_t bytes) {
      read += bytes;
      progress(static_cast<int>(1'000 * std::min(read, all) / all), "reading the backup");
    });
    if (there != wanted)
      throw std::runtime_error("the backup is damaged: " + (backup / wanted.name).string() +
                               " is not as it was written (" + std::to_string(there.bytes) +
                               " of " + std::to_string(wanted.bytes) +
                               " bytes); bring the file back, or take another backup");
  }
}

/// What does not belong to it would be read as a part of its journal.
void check_nothing_more(FileLayer& files, const Manifest& manifest,
                        const std::filesystem::path& backup) {
  std::set<std::string> known;
  for (const BackupFile& file : manifest.files) known.insert(file.name);
  std::vector<std::string> names;
  files.list(journal_folder(backup), names);
  for (const std::string& name : names)
    if (!known.contains("journal/" + name))
      throw std::runtime_error("the backup in " + backup.string() + " has journal/" + name +
                               ", which was not written with it; take it out");
}

/// The folder is marked first of all, and what an earlier try has left goes.
void begin_target(FileLayer& files, const RestoreOptions& options) {
  const std::filesystem::path& target = options.target;
  const std::filesystem::path mark = restore_mark(target);
  if (std::filesystem::exists(target) && !std::filesystem::exists(mark))
    for (const auto& entry : std::filesystem::directory_iterator(target))
      if (std::ranges::find(options.key_files, entry.path()) == options.key_files.end())
        throw std::runtime_error(target.string() +
                                 " is not empty: " + entry.path().filename().string() +
                                 " is there; name a new folder, or an empty one with nothing but "
                                 "the key files");
  if (const int error = files.make_folder(target); error != 0) cannot_write(target, error);
  write_small_file(files, mark, {});
  make_data_folder(files, target);
  const DataLock lock(target, false);
  std::vector<std::string> names;
  if (const int error = files.list(journal_folder(target), names); error != 0)
    cannot_write(journal_folder(target), error);
  for (const std::string& name : names) files.remove(journal_folder(target) / name);
  files.remove(data_file(target));
  files.remove(data_file(target).string() + "-lock");
}

/// The first batch after which the transaction is there; the mark when it is in the tables.
RestoreReport find_end(FileLayer& files, const Manifest& manifest, const RestoreOptions& options) {
  if (!options.to_sequence) return {manifest.last_sequence, manifest.last_batch};
  const Sequence wanted = *options.to_sequence;
  // Before its first transaction a folder has not even its seed.
  const Sequence first = std::max<Sequence>(manifest.first_sequence, 1);
  if (wanted < first || wanted > manifest.last_sequence)
    throw std::runtime_error(
        "this backup can be restored to any transaction from #" + std::to_string(first) + " to #" +
        std::to_string(manifest.last_sequence) + ", not to #" + std::to_string(wanted) +
        (wanted < first ? "; take an older one" : "; take a later one"));
  RestoreReport end{manifest.first_sequence, manifest.mark_batch};
  read_journal(files, journal_folder(options.backup), {manifest.mark_batch, manifest.mark_epoch},
               [&](std::uint64_t batch, const JournalEntry& entry) {
                 if (entry.table != Table::meta || entry.key != kSequenceCounter) return;
                 if (end.last_sequence >= wanted) return;
                 end = {record_from<Sequence>(entry.value).value_or(end.last_sequence), batch};
               });
  return end;
}

/// Brings batches into the copied tables.
class Replayer {
 public:
  Replayer(LmdbFile& file, std::uint64_t last_batch) : file_(file), last_batch_(last_batch) {}

  void take(std::uint64_t batch, const JournalEntry& entry) {
    if (batch > last_batch_) return;
    int error = 0;
    if (!writer_) error = writer_.emplace(file_).begin();
    if (error == 0)
      error = entry.erased ? writer_->erase(entry.table, entry.key)
                           : writer_->put(entry.table, entry.key, entry.value);
    if (error != 0) fail(error);
    if (writer_->pages() >= kPagesRestoredAtATime) commit();
  }
  void finish(const AppliedMark& mark) {
    int error = 0;
    if (!writer_) error = writer_.emplace(file_).begin();
    if (error == 0) error = writer_->set_mark(mark);
    if (error != 0) fail(error);
    commit();
  }

 private:
  void commit() {
    if (const int error = writer_->commit(); error != 0) fail(error);
    writer_.reset();
  }
  [[noreturn]] static void fail(int error) {
    throw std::runtime_error("the restored tables cannot be written: " + lmdb_error_text(error) +
                             "; see to that disk, then give the same command again");
  }
  LmdbFile& file_;
  const std::uint64_t last_batch_;
  std::optional<LmdbWriter> writer_;
};

/// A segment with the record of a start, which says for good that the journal before it ended at
/// `last_batch`: what an older segment has beyond it is never read.
void write_first_segment(FileLayer& files, const std::filesystem::path& target,
                         const AppliedMark& mark) {
  std::string blocks(2 * kBlockBytes, '\0');
  auto* bytes = reinterpret_cast<std::uint8_t*>(blocks.data());
  encode_segment_header({.epoch = mark.epoch, .segment_bytes = blocks.size()}, bytes);
  encode_record_header({.epoch = mark.epoch,
                        .sequence = mark.sequence + 1,
                        .payload_crc = epoch_seed(mark.epoch),
                        .kind = RecordKind::start},
                       bytes + kBlockBytes);
  write_small_file(files, journal_folder(target) / segment_name(mark.epoch), blocks);
}

void copy_tables(const RestoreOptions& options) {
  std::error_code failed;
  std::filesystem::copy_file(data_file(options.backup), data_file(options.target), failed);
  if (failed) cannot_write(data_file(options.target), failed.value());
  std::filesystem::permissions(
      data_file(options.target),
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
}

}  // namespace

Manifest read_backup(FileLayer& files, const std::filesystem::path& backup,
                     const RestoreProgress& progress) {
  Manifest manifest = read_manifest(files, backup);
  check_files(files, manifest, backup, progress);
  check_nothing_more(files, manifest, backup);
  return manifest;
}

RestoreReport restore_backup(FileLayer& files, const Manifest& manifest,
                             const RestoreOptions& options) {
  const RestoreReport end = find_end(files, manifest, options);
  begin_target(files, options);
  copy_tables(options);
  LmdbFile tables({.file = data_file(options.target), .map_bytes = options.map_bytes});
  Replayer replayer(tables, end.last_batch);
  const RecoveryReport journal = read_journal(
      files, journal_folder(options.backup), {manifest.mark_batch, manifest.mark_epoch},
      [&](std::uint64_t batch, const JournalEntry& entry) { replayer.take(batch, entry); });
  const std::uint64_t epoch = std::max(
      journal.next_epoch, static_cast<std::uint64_t>(options.time_us / base::kMicrosPerSecond)
                              << kEpochsOfSecond);
  const AppliedMark mark{end.last_batch, epoch};
  write_first_segment(files, options.target, mark);
  replayer.finish(mark);
  if (tables.version() != kFormatVersion) convert_to_this_version(tables);
  int error = files.sync_folder(journal_folder(options.target));
  if (error == 0) error = files.sync_folder(options.target);
  if (error != 0) cannot_write(options.target, error);
  return end;
}

std::unique_ptr<Snapshot> open_restored(const std::filesystem::path& folder) {
  auto snapshot = std::make_unique<OfflineSnapshot>(folder);
  snapshot->replay(system_files());
  return snapshot;
}

void finish_restore(FileLayer& files, const std::filesystem::path& folder) {
  int error = files.remove(restore_mark(folder));
  if (error == 0) error = files.sync_folder(folder);
  if (error != 0) cannot_write(restore_mark(folder), error);
}

}  // namespace ledger
