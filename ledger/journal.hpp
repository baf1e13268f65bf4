#pragma once
/// The durable order of batches: one write, one record, on disk when it returns.
///
///   payload() → the caller puts the entries there → write() → header, zeros to the block's end,
///   one write to the current segment, or to the next one when this is full
///
/// Invariants: one write is in flight; a record begins on a block of its own, so a write never
/// touches one that holds an acknowledged record; a segment goes back to the pool only when LMDB
/// holds its last record for good. The ledger's thread only.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ledger/aligned_buffer.hpp"
#include "ledger/journal_format.hpp"
#include "ledger/segment_pool.hpp"

namespace ledger {

/// A segment that is no longer written, and its last record.
struct FullSegment {
  std::filesystem::path path;
  std::uint64_t last_sequence = 0;
};

/// A segment to be copied.
struct SegmentExtent {
  std::filesystem::path path;
  std::uint64_t epoch = 0;
  std::uint64_t used_bytes = 0;  ///< how far it is written; 0: as far as it goes
};

class Journal {
 public:
  enum class Written : std::uint8_t {
    yes,      ///< on disk
    no_room,  ///< nothing was written: no segment is ready
    failed,   ///< perhaps on disk; nothing more may be written
  };

  /// `pool` is started; `full` are the segments a replay would still need, oldest first.
  /// A payload is at most `max_payload_bytes`, which must leave room for a group in a segment.
  Journal(SegmentPool& pool, std::uint64_t segment_bytes, std::size_t max_payload_bytes,
          std::deque<FullSegment> full);

  /// The greatest payload that fits in a segment of this size.
  static std::size_t payload_bound(std::uint64_t segment_bytes);
  /// How many segments it must have for a start's record and then a payload of any size.
  static std::size_t segments_to_begin(std::uint64_t segment_bytes, std::size_t max_payload_bytes);

  /// Where the next record's payload goes; `max_payload_bytes` long.
  std::uint8_t* payload() { return buffer_.get() + kRecordHeaderBytes; }
  Written write(RecordKind kind, std::uint64_t sequence, std::size_t payload_bytes,
                std::uint32_t entries);
  /// True when the next write, however large, has a place.
  bool has_room() const;
  /// LMDB holds everything up to this sequence for good.
  void release(std::uint64_t applied_to);

  /// The segments that end at this batch or later, oldest first; the current one is the last.
  std::vector<SegmentExtent> segments_from(std::uint64_t sequence) const;
  /// Of the segment that holds the last record.
  std::uint64_t epoch() const { return current_ ? current_->epoch : 0; }
  /// Size of the segments that a replay would need.
  std::uint64_t bytes() const { return (full_.size() + (current_ ? 1 : 0)) * segment_bytes_; }
  /// Why the write failed; for the report.
  int error() const { return error_; }

 private:
  SegmentPool& pool_;
  const std::uint64_t segment_bytes_;
  const std::uint64_t max_group_bytes_;
  AlignedBuffer buffer_;
  std::deque<FullSegment> full_;
  std::optional<Segment> current_;
  std::uint64_t at_ = 0;             // where the next group begins in the current segment
  std::uint64_t last_sequence_ = 0;  // in the current segment
  int error_ = 0;
};

}  // namespace ledger
