#include "ledger/journal_format.hpp"

#include <charconv>

#include "base/assert.hpp"
#include "ledger/crc32c.hpp"

namespace ledger {
namespace {

constexpr std::string_view kNamePrefix = "segment-";
constexpr std::size_t kNameDigits = 16;
constexpr std::size_t kSegmentHeaderBytes = 40;

std::string name_of(std::string_view prefix, std::uint64_t epoch) {
  char digits[kNameDigits];
  const auto end = std::to_chars(digits, digits + kNameDigits, epoch, 16).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  return std::string(prefix) + std::string(kNameDigits - count, '0') + std::string(digits, count);
}

}  // namespace

std::uint32_t epoch_seed(std::uint64_t epoch) {
  std::uint8_t bytes[8];
  store_little_endian(bytes, epoch);
  return crc32c(0, bytes, sizeof bytes);
}

// magic u32, checksum u32 of the rest, version u32, reused u32, epoch u64, segment bytes u64,
// reserved u64; zeros to the end of the block.
void encode_segment_header(const SegmentHeader& header, std::uint8_t* block) {
  std::memset(block, 0, kBlockBytes);
  store_little_endian(block, kSegmentMagic);
  store_little_endian(block + 8, kJournalVersion);
  store_little_endian(block + 12, std::uint32_t{header.reused});
  store_little_endian(block + 16, header.epoch);
  store_little_endian(block + 24, header.segment_bytes);
  store_little_endian(block + 4,
                      crc32c(epoch_seed(header.epoch), block + 8, kSegmentHeaderBytes - 8));
}

namespace {
/// What any version begins with: magic, checksum of the rest, version; and the epoch.
bool is_intact_header(const std::uint8_t* block) {
  const auto epoch = load_little_endian<std::uint64_t>(block + 16);
  return load_little_endian<std::uint32_t>(block) == kSegmentMagic &&
         load_little_endian<std::uint32_t>(block + 4) ==
             crc32c(epoch_seed(epoch), block + 8, kSegmentHeaderBytes - 8);
}
}  // namespace

std::optional<std::uint32_t> foreign_version(const std::uint8_t* block) {
  const auto version = load_little_endian<std::uint32_t>(block + 8);
  if (!is_intact_header(block) || version == kJournalVersion) return std::nullopt;
  return version;
}

std::optional<SegmentHeader> decode_segment_header(const std::uint8_t* block) {
  SegmentHeader header;
  header.epoch = load_little_endian<std::uint64_t>(block + 16);
  header.segment_bytes = load_little_endian<std::uint64_t>(block + 24);
  header.reused = load_little_endian<std::uint32_t>(block + 12) != 0;
  if (!is_intact_header(block) || load_little_endian<std::uint32_t>(block + 8) != kJournalVersion)
    return std::nullopt;
  return header;
}

// magic u32, checksum u32 of the rest, epoch u64, sequence u64, payload bytes u32, payload checksum
// u32, entries u32, kind u32, reserved u64.
void encode_record_header(const RecordHeader& header, std::uint8_t* to) {
  std::memset(to, 0, kRecordHeaderBytes);
  store_little_endian(to, kRecordMagic);
  store_little_endian(to + 8, header.epoch);
  store_little_endian(to + 16, header.sequence);
  store_little_endian(to + 24, header.payload_bytes);
  store_little_endian(to + 28, header.payload_crc);
  store_little_endian(to + 32, header.entries);
  store_little_endian(to + 36, static_cast<std::uint32_t>(header.kind));
  store_little_endian(to + 4, crc32c(epoch_seed(header.epoch), to + 8, kRecordHeaderBytes - 8));
}

std::optional<RecordHeader> decode_record_header(const std::uint8_t* from, std::uint64_t epoch) {
  RecordHeader header;
  header.epoch = load_little_endian<std::uint64_t>(from + 8);
  // The cheap comparisons first: a scan for later records looks at every block.
  if (load_little_endian<std::uint32_t>(from) != kRecordMagic || header.epoch != epoch ||
      load_little_endian<std::uint32_t>(from + 4) !=
          crc32c(epoch_seed(epoch), from + 8, kRecordHeaderBytes - 8))
    return std::nullopt;
  header.sequence = load_little_endian<std::uint64_t>(from + 16);
  header.payload_bytes = load_little_endian<std::uint32_t>(from + 24);
  header.payload_crc = load_little_endian<std::uint32_t>(from + 28);
  header.entries = load_little_endian<std::uint32_t>(from + 32);
  header.kind = static_cast<RecordKind>(load_little_endian<std::uint32_t>(from + 36));
  return header;
}

PackedEntries pack_entries(const WriteSet& batch, base::ByteSpan space) {
  PackedEntries packed;
  packed.bytes = batch.bytes() + batch.mark() * kEntryHeaderBytes;  // the dead ones too
  if (packed.bytes > space.size()) {
    packed.bytes = 0;
    batch.for_each_live([&](Table, std::string_view key, std::string_view value, bool) {
      packed.bytes += kEntryHeaderBytes + key.size() + value.size();
    });
  }
  packed.fit = packed.bytes <= space.size();
  if (!packed.fit) return packed;
  std::uint8_t* at = space.data();
  batch.for_each_live([&](Table table, std::string_view key, std::string_view value, bool erased) {
    CP_ASSERT(!key.empty() && key.size() <= kMaxKeyBytes);
    at[0] = static_cast<std::uint8_t>(table);
    at[1] = erased ? kEntryErased : 0;
    store_little_endian(at + 2, static_cast<std::uint16_t>(key.size()));
    store_little_endian(at + 4, static_cast<std::uint32_t>(value.size()));
    std::memcpy(at + kEntryHeaderBytes, key.data(), key.size());
    if (!value.empty())
      std::memcpy(at + kEntryHeaderBytes + key.size(), value.data(), value.size());
    at += kEntryHeaderBytes + key.size() + value.size();
    ++packed.count;
  });
  packed.bytes = static_cast<std::size_t>(at - space.data());
  return packed;
}

std::optional<JournalEntry> take_entry(std::string_view& payload) {
  if (payload.size() < kEntryHeaderBytes) return std::nullopt;
  const auto* at = reinterpret_cast<const std::uint8_t*>(payload.data());
  const std::size_t key_size = load_little_endian<std::uint16_t>(at + 2);
  const std::size_t value_size = load_little_endian<std::uint32_t>(at + 4);
  JournalEntry entry;
  entry.table = static_cast<Table>(at[0]);
  entry.erased = (at[1] & kEntryErased) != 0;
  if (at[0] < 1 || at[0] > kTableCount || key_size < 1 || key_size > kMaxKeyBytes ||
      payload.size() - kEntryHeaderBytes < key_size + value_size)
    return std::nullopt;
  entry.key = payload.substr(kEntryHeaderBytes, key_size);
  entry.value = payload.substr(kEntryHeaderBytes + key_size, value_size);
  payload.remove_prefix(kEntryHeaderBytes + key_size + value_size);
  return entry;
}

std::string segment_name(std::uint64_t epoch) { return name_of(kNamePrefix, epoch); }
std::string unfinished_name(std::uint64_t epoch) { return name_of(kUnfinishedPrefix, epoch); }

std::optional<std::uint64_t> epoch_of_name(std::string_view name) {
  if (!name.starts_with(kNamePrefix)) return std::nullopt;
  name.remove_prefix(kNamePrefix.size());
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), epoch, 16);
  if (name.size() != kNameDigits || error != std::errc{} || end != name.data() + name.size())
    return std::nullopt;
  return epoch;
}

}  // namespace ledger
