#include "ledger/journal.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "ledger/crc32c.hpp"

namespace ledger {

Journal::Journal(SegmentPool& pool, std::uint64_t segment_bytes, std::size_t max_payload_bytes,
                 std::deque<FullSegment> full)
    : pool_(pool),
      segment_bytes_(segment_bytes),
      max_group_bytes_(round_up_to_block(kRecordHeaderBytes + max_payload_bytes)),
      buffer_(make_aligned_buffer(max_group_bytes_)),
      full_(std::move(full)) {
  CP_ASSERT(max_payload_bytes <= payload_bound(segment_bytes));
}

std::size_t Journal::payload_bound(std::uint64_t segment_bytes) {
  return segment_bytes - kBlockBytes - kRecordHeaderBytes;
}

std::size_t Journal::segments_to_begin(std::uint64_t segment_bytes, std::size_t max_payload_bytes) {
  const std::uint64_t used = 2 * kBlockBytes;  // the header and the start's record
  return used + round_up_to_block(kRecordHeaderBytes + max_payload_bytes) <= segment_bytes ? 1 : 2;
}

bool Journal::has_room() const {
  return (current_ && at_ + max_group_bytes_ <= segment_bytes_) || pool_.is_ready();
}

Journal::Written Journal::write(RecordKind kind, std::uint64_t sequence, std::size_t payload_bytes,
                                std::uint32_t entries) {
  CP_ASSERT(error_ == 0);
  const std::size_t record = kRecordHeaderBytes + payload_bytes;
  const std::size_t group = round_up_to_block(record);
  CP_ASSERT(group <= max_group_bytes_);
  if (!current_ || at_ + group > segment_bytes_) {
    std::optional<Segment> next = pool_.take();
    if (!next) return Written::no_room;
    if (current_) full_.push_back({std::move(current_->path), last_sequence_});
    current_ = std::move(next);
    at_ = kBlockBytes;
  }

  RecordHeader header;
  header.epoch = current_->epoch;
  header.sequence = sequence;
  header.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
  header.payload_crc = crc32c(epoch_seed(header.epoch), payload(), payload_bytes);
  header.entries = entries;
  header.kind = kind;
  encode_record_header(header, buffer_.get());
  std::memset(buffer_.get() + record, 0, group - record);

  const std::int64_t written = current_->file->write(buffer_.get(), group, at_);
  if (written < 0)
    error_ = static_cast<int>(-written);
  else if (static_cast<std::size_t>(written) != group)
    error_ = EIO;  // a part of it is there: as uncertain as an error
  else if (!pool_.direct())
    error_ = current_->file->sync();
  if (error_ != 0) return Written::failed;
  at_ += group;
  last_sequence_ = sequence;
  return Written::yes;
}

std::vector<SegmentExtent> Journal::segments_from(std::uint64_t sequence) const {
  std::vector<SegmentExtent> found;
  for (const FullSegment& full : full_)
    if (full.last_sequence >= sequence)
      found.push_back({full.path, epoch_of_name(full.path.filename().string()).value_or(0), 0});
  if (current_) found.push_back({current_->path, current_->epoch, at_});
  return found;
}

void Journal::release(std::uint64_t applied_to) {
  while (!full_.empty() && full_.front().last_sequence <= applied_to) {
    pool_.retire(std::move(full_.front().path));
    full_.pop_front();
  }
}

}  // namespace ledger
