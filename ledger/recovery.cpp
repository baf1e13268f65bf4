#include "ledger/recovery.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <stdexcept>

#include "ledger/crc32c.hpp"

namespace ledger {
namespace {

struct Found {
  std::uint64_t epoch = 0;  // by its name; 0: no segment, a file being prepared
  std::filesystem::path path;
  std::optional<SegmentHeader> header;          // nothing when damaged or another epoch's
  std::optional<std::uint64_t> first_sequence;  // by its first record's header
};

[[noreturn]] void cannot_read(const std::filesystem::path& path, int error) {
  throw std::runtime_error("the journal cannot be read: " + path.string() + ": " +
                           error_text(error) + "; mend the disk, then start again");
}

std::string record_text(std::uint64_t sequence) { return "record " + std::to_string(sequence); }

std::string place_text(const std::filesystem::path& segment, std::uint64_t offset) {
  return segment.string() + " at offset " + std::to_string(offset);
}

/// What an operator reads; the segment lies in the data folder's `journal`.
std::string damage_text(const JournalDamage& damage) {
  return "the journal is damaged in " + place_text(damage.segment, damage.offset) + ": " +
         damage.what +
         ". Answered transactions may be lost there, so the start stops. Keep a copy of the whole "
         "data folder; bring this segment back from a mirror or a snapshot of the disk, or restore "
         "the data folder from a backup and reconcile with the stations; then start again. What "
         "going on without it would lose is shown, and nothing changed, by: cpctl repair --data " +
         damage.segment.parent_path().parent_path().string();
}

/// Follows the records through the segments.
class JournalReader {
 public:
  JournalReader(FileLayer& files, const std::filesystem::path& folder, const AppliedMark& mark,
                const Replay& replay)
      : files_(files), folder_(folder), mark_(mark), replay_(replay) {}

  RecoveryReport read();

 private:
  [[noreturn]] void stop(JournalDamage::Kind kind, const std::filesystem::path& segment,
                         std::uint64_t offset, const std::string& what) const;
  void list();
  void look_at_head(Found& found);
  std::size_t first_needed() const;
  void load(const Found& found);
  void read_segment(const Found& found);
  void take_record(const Found& found, const RecordHeader& header, std::uint64_t at);
  bool is_whole(const RecordHeader& header, std::uint64_t at) const;
  void check_order(const Found& found, const RecordHeader& header, std::uint64_t at);
  std::uint64_t next_header(const Found& found, std::uint64_t from) const;
  void note_unfinished(const Found& found, std::uint64_t at);
  void note_missing();

  FileLayer& files_;
  const std::filesystem::path& folder_;
  const AppliedMark& mark_;
  const Replay& replay_;
  std::vector<Found> segments_;
  std::vector<std::uint8_t> bytes_;  // of the segment being read
  std::uint64_t last_ = 0;           // the last record followed
  std::uint64_t last_batch_ = 0;     // … that has entries, or the mark
  std::uint64_t segment_last_ = 0;   // … in the segment being read; 0: none
  bool segment_has_batch_ = false;
  std::filesystem::path end_segment_;  // where reading came to an end so far
  std::uint64_t end_offset_ = 0;
  RecoveryReport report_;
};

void JournalReader::stop(JournalDamage::Kind kind, const std::filesystem::path& segment,
                         std::uint64_t offset, const std::string& what) const {
  throw JournalDamaged({kind, segment, offset, last_ + 1, what});
}

void JournalReader::list() {
  std::vector<std::string> names;
  if (const int error = files_.list(folder_, names); error != 0) cannot_read(folder_, error);
  std::uint64_t newest = 0;
  for (const std::string& name : names) {
    Found found;
    found.path = folder_ / name;
    if (const auto epoch = epoch_of_name(name)) {
      found.epoch = *epoch;
      look_at_head(found);
      newest = std::max(newest, found.epoch);
      segments_.push_back(std::move(found));
    } else if (name.starts_with(kUnfinishedPrefix)) {
      // Holds nothing, but its header may be of the newest epoch that was in use.
      look_at_head(found);
      if (found.header) newest = std::max(newest, found.header->epoch);
    }
  }
  std::sort(segments_.begin(), segments_.end(),
            [](const Found& a, const Found& b) { return a.epoch < b.epoch; });
  report_.next_epoch = std::max(newest, mark_.epoch) + 1;
  if (newest < mark_.epoch)
    throw std::runtime_error("the journal's segments are missing from " + folder_.string() +
                             ": the data file's mark is in " + segment_name(mark_.epoch) +
                             ", and no segment is as new as that. Bring back the journal folder "
                             "that belongs to this data "
                             "file, or restore both from a backup; then start again");
}

void JournalReader::look_at_head(Found& found) {
  int error = 0;
  const auto file = files_.open(found.path, {}, error);
  if (!file) cannot_read(found.path, error);
  std::vector<std::uint8_t> head(2 * kBlockBytes, 0);
  const std::int64_t got = file->read(head.data(), head.size(), 0);
  if (got < 0) cannot_read(found.path, static_cast<int>(-got));
  if (const auto version = foreign_version(head.data()))
    throw std::runtime_error("the journal's " + found.path.string() + " has format version " +
                             std::to_string(*version) + ", this program reads " +
                             std::to_string(kJournalVersion) +
                             "; use the program that wrote it, or a later one");
  found.header = decode_segment_header(head.data());
  if (found.epoch == 0) return;
  if (found.header && found.header->epoch != found.epoch) found.header.reset();
  if (const auto first = decode_record_header(head.data() + kBlockBytes, found.epoch))
    found.first_sequence = first->sequence;
}

/// LMDB has all records of the segments before this one.
std::size_t JournalReader::first_needed() const {
  for (std::size_t i = segments_.size(); i > 0; --i)
    if (segments_[i - 1].first_sequence && *segments_[i - 1].first_sequence <= mark_.sequence + 1)
      return i - 1;
  return 0;
}

RecoveryReport JournalReader::read() {
  list();
  const std::size_t first = first_needed();
  last_ = last_batch_ = mark_.sequence;
  if (first < segments_.size() && segments_[first].first_sequence)
    last_ = std::min(last_, *segments_[first].first_sequence - 1);
  // The segments behind the last batch hold starts only, which say nothing any more once another
  // start follows: they are used again at once, or a switch that dies at each start would fill the
  // disk.
  std::vector<FullSegment> starts_only;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    segment_last_ = 0;
    segment_has_batch_ = false;
    if (i >= first) read_segment(segments_[i]);
    if (segment_last_ <= mark_.sequence) {
      report_.spare.push_back(segments_[i].path);
      continue;
    }
    starts_only.push_back({segments_[i].path, segment_last_});
    if (!segment_has_batch_) continue;
    for (FullSegment& full : starts_only) report_.needed.push_back(std::move(full));
    starts_only.clear();
  }
  for (FullSegment& full : starts_only) report_.spare.push_back(std::move(full.path));
  report_.last_sequence = last_batch_;
  if (!end_segment_.empty())
    report_.end = end_segment_.filename().string() + " at offset " + std::to_string(end_offset_);
  note_missing();
  return std::move(report_);
}

void JournalReader::load(const Found& found) {
  if (!found.header)
    stop(JournalDamage::Kind::segment, found.path, 0, "the segment's header cannot be read");
  int error = 0;
  const auto file = files_.open(found.path, {}, error);
  if (!file) cannot_read(found.path, error);
  const std::uint64_t size = found.header->segment_bytes;
  const std::int64_t there = file->size();
  if (there < 0) cannot_read(found.path, static_cast<int>(-there));
  // A segment gets its name when all of it is on disk: no crash makes it shorter.
  if (static_cast<std::uint64_t>(there) < size)
    stop(JournalDamage::Kind::segment, found.path, static_cast<std::uint64_t>(there),
         "the file is cut, it had " + std::to_string(size) + " bytes");
  // What a killed switch wrote but never synced is in the page cache: what counts from here on must
  // be on the disk.
  if (const int unsynced = file->sync(); unsynced != 0) cannot_read(found.path, unsynced);
  bytes_.resize(size);
  const std::int64_t got = file->read(bytes_.data(), size, 0);
  if (got < 0) cannot_read(found.path, static_cast<int>(-got));
  if (static_cast<std::uint64_t>(got) < size) cannot_read(found.path, EIO);
}

void JournalReader::read_segment(const Found& found) {
  load(found);
  std::uint64_t at = kBlockBytes;
  while (at < bytes_.size()) {
    const auto header = decode_record_header(bytes_.data() + at, found.epoch);
    if (header) check_order(found, *header, at);
    if (header && is_whole(*header, at)) {
      take_record(found, *header, at);
      at += round_up_to_block(kRecordHeaderBytes + header->payload_bytes);
      end_segment_ = found.path;
      end_offset_ = at;
      continue;
    }
    const std::uint64_t later = next_header(found, at + kBlockBytes);
    if (later == 0) return note_unfinished(found, at);
    const std::uint64_t sequence =
        decode_record_header(bytes_.data() + later, found.epoch)->sequence;
    if (sequence <= last_ || sequence - 1 > mark_.sequence)
      stop(JournalDamage::Kind::record, found.path, at,
           record_text(last_ + 1) + " cannot be read, but " + record_text(sequence) +
               " behind it can");
    if (!report_.passed_over.empty()) report_.passed_over += "; ";
    report_.passed_over += "records " + std::to_string(last_ + 1) + " to " +
                           std::to_string(sequence - 1) + " in " + found.path.string() +
                           " cannot be read, the data file holds them already";
    last_ = sequence - 1;
    at = later;
  }
}

/// Each record is the next one; or one that follows what LMDB has anyway; or the start that decided
/// anew after another start had written nothing.
void JournalReader::check_order(const Found& found, const RecordHeader& header, std::uint64_t at) {
  const std::uint64_t sequence = header.sequence;
  if (sequence == last_ + 1) return;
  const bool in_mark = sequence > last_ && sequence - 1 <= mark_.sequence;
  const bool anew = header.kind == RecordKind::start && at == kBlockBytes && sequence <= last_ &&
                    sequence > last_batch_;
  if (in_mark || anew) {
    last_ = sequence - 1;
    return;
  }
  const bool ended_before = !end_segment_.empty() && at == kBlockBytes;
  stop(JournalDamage::Kind::record, ended_before ? end_segment_ : found.path,
       ended_before ? end_offset_ : at,
       record_text(last_ + 1) + " is missing, but " + found.path.filename().string() + " has " +
           record_text(sequence));
}

bool JournalReader::is_whole(const RecordHeader& header, std::uint64_t at) const {
  if (header.payload_bytes > bytes_.size() - at - kRecordHeaderBytes) return false;
  return header.payload_crc == crc32c(epoch_seed(header.epoch),
                                      bytes_.data() + at + kRecordHeaderBytes,
                                      header.payload_bytes);
}

void JournalReader::take_record(const Found& found, const RecordHeader& header, std::uint64_t at) {
  last_ = segment_last_ = header.sequence;
  report_.dropped.clear();  // an earlier start decided so, and this record came after it
  if (header.kind == RecordKind::start) return;
  segment_has_batch_ = true;
  last_batch_ = std::max(last_batch_, header.sequence);
  if (header.sequence <= mark_.sequence) return;
  std::string_view payload(reinterpret_cast<const char*>(bytes_.data() + at + kRecordHeaderBytes),
                           header.payload_bytes);
  for (std::uint32_t i = 0; i < header.entries; ++i) {
    const auto entry = take_entry(payload);
    if (!entry || header.kind != RecordKind::batch)
      throw std::runtime_error("the journal cannot be read: " + place_text(found.path, at) + ": " +
                               record_text(header.sequence) +
                               " is whole but not of this program's format; start the program "
                               "that wrote it");
    replay_(header.sequence, *entry);
  }
  ++report_.batches;
  report_.entries += header.entries;
}

/// Offset of the first record header from here on, or 0. One that is intact is enough: it was
/// written after everything before it had been acknowledged.
std::uint64_t JournalReader::next_header(const Found& found, std::uint64_t from) const {
  for (std::uint64_t at = from; at < bytes_.size(); at += kBlockBytes)
    if (decode_record_header(bytes_.data() + at, found.epoch)) return at;
  return 0;
}

/// Says what lies where the next record would be, when it is not what the segment was made with.
void JournalReader::note_unfinished(const Found& found, std::uint64_t at) {
  const std::string place =
      " in " + found.path.filename().string() + " at offset " + std::to_string(at);
  const std::uint8_t* bytes = bytes_.data() + at;
  if (const auto header = decode_record_header(bytes, found.epoch)) {
    report_.dropped = record_text(header->sequence) + place + " (" +
                      std::to_string(header->entries) + " entries, " +
                      std::to_string(header->payload_bytes) +
                      " bytes) is unfinished and was dropped; it was never answered";
    return;
  }
  // In a segment used again an older record may lie here, or the middle of one.
  const bool of_this_use = load_little_endian<std::uint32_t>(bytes) == kRecordMagic &&
                           load_little_endian<std::uint64_t>(bytes + 8) == found.epoch;
  // The blocks of one write reach the disk in any order: look at all that is left.
  const std::uint8_t* end = bytes_.data() + bytes_.size();
  const bool not_zero =
      !found.header->reused && std::any_of(bytes, end, [](auto byte) { return byte != 0; });
  if (of_this_use || not_zero)
    report_.dropped = "a part of " + record_text(last_ + 1) + place +
                      " is unfinished and was dropped; it was never answered";
}

/// Segments are made ready in the order of their numbers. A start that died before its first record
/// may have left a gap, and so may a full disk: no proof, but somebody should look.
void JournalReader::note_missing() {
  if (end_segment_.empty()) return;
  const auto end = std::ranges::find(segments_, end_segment_, &Found::path);
  const auto next = std::next(end);
  if (next == segments_.end() || next->epoch == end->epoch + 1) return;
  report_.missing = segment_name(end->epoch + 1) + " is not there, but " +
                    next->path.filename().string() +
                    " is; if somebody took it away, the answers in " +
                    "it are lost: stop, bring it back, start again";
}

}  // namespace

JournalDamaged::JournalDamaged(JournalDamage damage)
    : std::runtime_error(damage_text(damage)), damage_(std::move(damage)) {}

RecoveryReport read_journal(FileLayer& files, const std::filesystem::path& folder,
                            const AppliedMark& mark, const Replay& replay) {
  return JournalReader(files, folder, mark, replay).read();
}

}  // namespace ledger
