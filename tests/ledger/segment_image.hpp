#pragma once
/// Journal segments made byte by byte, and what recovery says of them.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/crc32c.hpp"
#include "ledger/recovery.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger::test {

inline constexpr std::uint64_t kImageBytes = 16 * kBlockBytes;

/// A segment's bytes, written record by record.
class SegmentImage {
 public:
  SegmentImage(std::uint64_t epoch, std::string before = std::string(kImageBytes, '\0'),
               bool reused = false)
      : epoch_(epoch), bytes_(std::move(before)) {
    encode_segment_header({epoch, kImageBytes, reused}, at(0));
  }

  /// Entries `key<sequence>-<i>` with values of so many bytes; returns the record's offset.
  std::uint64_t add(std::uint64_t sequence, std::uint32_t entries = 2, std::size_t value_size = 30,
                    RecordKind kind = RecordKind::batch) {
    std::string payload;
    for (std::uint32_t i = 0; i < entries; ++i) {
      const std::string key = "key" + std::to_string(sequence) + "-" + std::to_string(i);
      const std::string value(value_size, static_cast<char>('a' + sequence % 26));
      std::uint8_t head[kEntryHeaderBytes] = {static_cast<std::uint8_t>(Table::cards), 0};
      store_little_endian(head + 2, static_cast<std::uint16_t>(key.size()));
      store_little_endian(head + 4, static_cast<std::uint32_t>(value.size()));
      payload.append(reinterpret_cast<char*>(head), sizeof head).append(key).append(value);
    }
    return add_raw(sequence, payload, entries, kind);
  }
  std::uint64_t start(std::uint64_t sequence) { return add(sequence, 0, 0, RecordKind::start); }

  std::uint64_t add_raw(std::uint64_t sequence, const std::string& payload, std::uint32_t entries,
                        RecordKind kind) {
    const std::uint64_t offset = end_;
    const std::size_t group = round_up_to_block(kRecordHeaderBytes + payload.size());
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), group, '\0');
    encode_record_header(
        {epoch_, sequence, static_cast<std::uint32_t>(payload.size()),
         crc32c(epoch_seed(epoch_), payload.data(), payload.size()), entries, kind},
        at(offset));
    bytes_.replace(offset + kRecordHeaderBytes, payload.size(), payload);
    record_end_ = offset + kRecordHeaderBytes + payload.size();
    end_ += group;
    return offset;
  }

  std::string& bytes() { return bytes_; }
  std::uint64_t end() const { return end_; }                ///< where the next group would begin
  std::uint64_t record_end() const { return record_end_; }  ///< of the last record, without zeros
  std::filesystem::path put_into(const TempFolder& folder) const {
    write_file(folder.path() / segment_name(epoch_), bytes_);
    return folder.path() / segment_name(epoch_);
  }

 private:
  std::uint8_t* at(std::uint64_t offset) {
    return reinterpret_cast<std::uint8_t*>(bytes_.data()) + offset;
  }
  std::uint64_t epoch_;
  std::string bytes_;
  std::uint64_t end_ = kBlockBytes, record_end_ = kBlockBytes;
};

struct Outcome {
  RecoveryReport report;
  std::vector<std::uint64_t> sequences;  // of the batches handed over
  std::string error;
};

inline Outcome read(const std::filesystem::path& folder, AppliedMark mark = {},
                    FileLayer& files = system_files()) {
  Outcome outcome;
  try {
    outcome.report =
        read_journal(files, folder, mark, [&](std::uint64_t sequence, const JournalEntry& entry) {
          EXPECT_TRUE(entry.key.starts_with("key" + std::to_string(sequence) + "-"));
          if (outcome.sequences.empty() || outcome.sequences.back() != sequence)
            outcome.sequences.push_back(sequence);
        });
  } catch (const std::runtime_error& error) {
    outcome.error = error.what();
  }
  return outcome;
}
inline Outcome read(const TempFolder& folder, AppliedMark mark = {}) {
  return read(folder.path(), mark);
}

using Sequences = std::vector<std::uint64_t>;

inline bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ledger::test
