#pragma once
/// What a journal segment looks like on disk; docs/ledger_format.md, "Journal", stands beside this.
///
///   segment   one block of header, then groups; every group begins on a block of its own
///   group     one record: header, entries, zeros to the end of its last block
///   entry     table u8, flags u8, key size u16, value size u32, key, value
///
/// Numbers are little-endian. All checksums are CRC-32C and begin with the segment's epoch, so that
/// what an earlier use of the file has left behind never passes for a record of this one.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "ledger/tables.hpp"
#include "ledger/write_set.hpp"

namespace ledger {

/// What the disk writes as one: no acknowledged record shares a block with a later one.
inline constexpr std::size_t kBlockBytes = 4096;
inline constexpr std::uint32_t kSegmentMagic = 0x534A5043;  // "CPJS"
inline constexpr std::uint32_t kRecordMagic = 0x524A5043;   // "CPJR"
inline constexpr std::uint32_t kJournalVersion = 1;
inline constexpr std::size_t kRecordHeaderBytes = 48;
inline constexpr std::size_t kEntryHeaderBytes = 8;
inline constexpr std::uint8_t kEntryErased = 1;
/// LMDB's limit; the journal takes no longer key either.
inline constexpr std::size_t kMaxKeyBytes = 511;
/// A segment's bounds: at least a header and two blocks, and small enough to be read as a whole.
inline constexpr std::uint64_t kMinSegmentBytes = 4 * kBlockBytes;
inline constexpr std::uint64_t kMaxSegmentBytes = std::uint64_t{1} << 30;

enum class RecordKind : std::uint32_t {
  batch = 1,  ///< a batch's final values
  start = 2,  ///< no entries: a start has decided where the journal ended before it
};

struct SegmentHeader {
  std::uint64_t epoch = 0;
  std::uint64_t segment_bytes = 0;
  bool reused = false;  ///< what follows the last record may be an earlier use's records
};

struct RecordHeader {
  std::uint64_t epoch = 0, sequence = 0;
  std::uint32_t payload_bytes = 0, payload_crc = 0, entries = 0;
  RecordKind kind{};
};

/// One entry of a record, in place.
struct JournalEntry {
  Table table{};
  bool erased = false;
  std::string_view key, value;
};

template <class Integer>
void store_little_endian(std::uint8_t* to, Integer value) {
  static_assert(std::endian::native == std::endian::little, "swap the bytes here");
  std::memcpy(to, &value, sizeof value);
}
template <class Integer>
Integer load_little_endian(const std::uint8_t* from) {
  Integer value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

constexpr std::uint64_t round_up_to_block(std::uint64_t bytes) {
  return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

/// What checksums of this epoch begin with.
std::uint32_t epoch_seed(std::uint64_t epoch);

/// Fills a whole block.
void encode_segment_header(const SegmentHeader& header, std::uint8_t* block);
std::optional<SegmentHeader> decode_segment_header(const std::uint8_t* block);

/// The version of an intact header of another one than ours; nothing of any other block.
std::optional<std::uint32_t> foreign_version(const std::uint8_t* block);

/// Fills kRecordHeaderBytes.
void encode_record_header(const RecordHeader& header, std::uint8_t* to);
/// Nothing unless magic, epoch and the header's own checksum are right. The payload is not looked
/// at.
std::optional<RecordHeader> decode_record_header(const std::uint8_t* from, std::uint64_t epoch);

/// A batch's live entries as a payload.
struct PackedEntries {
  bool fit = false;
  std::size_t bytes = 0;  ///< they take; or would, and nothing was packed
  std::uint32_t count = 0;
};
PackedEntries pack_entries(const WriteSet& batch, base::ByteSpan space);

/// Takes the next entry off the front of a payload; nothing when it does not fit in what is left or
/// is of no table this version knows.
std::optional<JournalEntry> take_entry(std::string_view& payload);

/// `segment-00000000000000a7`; sorts by epoch.
std::string segment_name(std::uint64_t epoch);
std::optional<std::uint64_t> epoch_of_name(std::string_view name);
/// A segment that is being prepared; whatever it holds, it is no segment yet.
inline constexpr std::string_view kUnfinishedPrefix = "next-";
std::string unfinished_name(std::uint64_t epoch);

}  // namespace ledger
