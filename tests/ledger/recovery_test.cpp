#include "ledger/recovery.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "ledger/crc32c.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::FaultyFiles;
using test::TempFolder;

constexpr std::uint64_t kSegment = 16 * kBlockBytes;

/// A segment's bytes, written record by record.
class SegmentImage {
 public:
  SegmentImage(std::uint64_t epoch, std::string before = std::string(kSegment, '\0'),
               bool reused = false)
      : epoch_(epoch), bytes_(std::move(before)) {
    encode_segment_header({epoch, kSegment, reused}, at(0));
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
    test::write_file(folder.path() / segment_name(epoch_), bytes_);
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

Outcome read(const std::filesystem::path& folder, AppliedMark mark = {},
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
Outcome read(const TempFolder& folder, AppliedMark mark = {}) { return read(folder.path(), mark); }

using Sequences = std::vector<std::uint64_t>;

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Recovery, AnEmptyFolderIsABeginning) {
  TempFolder folder;
  const Outcome outcome = read(folder);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.report.last_sequence, 0u);
  EXPECT_EQ(outcome.report.next_epoch, 1u);
}

TEST(Recovery, ReplaysFromTheMarkToTheEndInOrderOverSegments) {
  TempFolder folder;
  SegmentImage a(1), b(2), c(5), unused(6);
  a.start(1);
  for (std::uint64_t s = 2; s <= 9; ++s) a.add(s);
  for (std::uint64_t s = 10; s <= 14; ++s) b.add(s, 3, 3'000);  // three blocks each
  c.add(15);
  for (SegmentImage* image : {&a, &b, &c, &unused}) image->put_into(folder);
  for (std::uint64_t mark = 0; mark <= 15; ++mark) {
    const Outcome outcome = read(folder, {mark, mark == 0 ? 0u : 1u});
    ASSERT_EQ(outcome.error, "") << mark;
    Sequences expected;
    for (std::uint64_t s = std::max<std::uint64_t>(mark + 1, 2); s <= 15; ++s)
      expected.push_back(s);
    EXPECT_EQ(outcome.sequences, expected) << mark;
    EXPECT_EQ(outcome.report.last_sequence, 15u);
    EXPECT_EQ(outcome.report.next_epoch, 7u);
    EXPECT_EQ(outcome.report.dropped, "");
    EXPECT_EQ(outcome.report.batches, expected.size());
    EXPECT_EQ(outcome.report.needed.size() + outcome.report.spare.size(), 4u);
    EXPECT_EQ(outcome.report.needed.size(), mark < 9 ? 3u : mark < 14 ? 2u : mark < 15 ? 1u : 0u);
    for (const FullSegment& full : outcome.report.needed) EXPECT_GT(full.last_sequence, mark);
    EXPECT_TRUE(says(outcome.report.end, segment_name(5) + " at offset 8192"));
  }
}

/// The last record's write was cut: from every byte on, what was there before is still there.
TEST(Recovery, AWriteCutAtEveryByteIsDroppedAndTold) {
  for (const bool reused : {false, true}) {
    SegmentImage old(1);
    for (std::uint64_t s = 1; s <= 15; ++s) old.add(s);  // what an earlier use left behind
    SegmentImage image = reused ? SegmentImage(2, old.bytes(), true) : SegmentImage(2);
    for (std::uint64_t s = 20; s <= 22; ++s) image.add(s);
    const std::string before = image.bytes();
    const std::uint64_t offset = image.add(23, 3, 2'000);  // two blocks
    const std::uint64_t record = image.record_end();
    const std::string after = image.bytes();
    TempFolder folder;
    for (std::uint64_t cut = offset; cut <= image.end(); ++cut) {
      // Every byte of the header and around the record's end; every so many of values and zeros.
      const bool at_end = cut + 20 > record && cut < record + 20;
      if (cut > offset + 100 && !at_end && cut % 211 != 0) continue;
      image.bytes() = before;
      image.bytes().replace(offset, cut - offset, after, offset, cut - offset);
      image.put_into(folder);
      const Outcome outcome = read(folder, {19, 1});
      ASSERT_EQ(outcome.error, "") << cut;
      const bool whole = cut >= record;
      ASSERT_EQ(outcome.sequences, whole ? (Sequences{20, 21, 22, 23}) : (Sequences{20, 21, 22}))
          << cut;
      ASSERT_EQ(outcome.report.last_sequence, whole ? 23u : 22u);
      const std::string& dropped = outcome.report.dropped;
      if (whole) {
        ASSERT_EQ(dropped, "") << cut;
      } else if (cut > offset + kRecordHeaderBytes) {
        ASSERT_TRUE(
            says(dropped, "record 23 in " + segment_name(2) + " at offset 16384 (3 entries"))
            << dropped;
      } else if (cut > offset && !reused) {
        ASSERT_TRUE(says(dropped, "record 23 in")) << cut << dropped;
      }
      // Whatever it found, it finds it again.
      if (cut % 10 == 0) {
        ASSERT_EQ(read(folder, {19, 1}).sequences, outcome.sequences);
      }
    }
  }
}

TEST(Recovery, TheBlocksOfTheLastWriteMayReachTheDiskInAnyOrder) {
  SegmentImage image(1);
  image.add(1);
  const std::string before = image.bytes();
  const std::uint64_t offset = image.add(2, 3, 4'000);  // three blocks
  const std::string after = image.bytes();
  TempFolder folder;
  for (unsigned there = 0; there < 8; ++there) {
    image.bytes() = before;
    for (std::uint64_t block = 0; block < 3; ++block)
      if ((there >> block & 1) != 0)
        image.bytes().replace(offset + block * kBlockBytes, kBlockBytes, after,
                              offset + block * kBlockBytes, kBlockBytes);
    image.put_into(folder);
    const Outcome outcome = read(folder);
    ASSERT_EQ(outcome.error, "");
    EXPECT_EQ(outcome.sequences, there == 7 ? (Sequences{1, 2}) : (Sequences{1})) << there;
    EXPECT_EQ(outcome.report.dropped.empty(), there == 0 || there == 7) << there;
  }
}

TEST(Recovery, ALastRecordGarbledAtEveryByteIsDropped) {
  SegmentImage image(1);
  for (std::uint64_t s = 1; s <= 3; ++s) image.add(s);
  const std::uint64_t offset = image.add(4, 2, 100);
  TempFolder folder;
  for (std::uint64_t at = offset; at < image.end(); ++at) {
    if (at > image.record_end() + 50 && at % 97 != 0) continue;
    image.bytes()[at] ^= 0x41;
    image.put_into(folder);
    const Outcome outcome = read(folder);
    ASSERT_EQ(outcome.error, "") << at;
    const bool hurt = at < image.record_end();  // the zeros behind it mean nothing
    ASSERT_EQ(outcome.sequences, hurt ? (Sequences{1, 2, 3}) : (Sequences{1, 2, 3, 4})) << at;
    ASSERT_EQ(outcome.report.dropped.empty(), !hurt) << at;
    image.bytes()[at] ^= 0x41;
  }
}

TEST(Recovery, ABadRecordWithAValidOneBehindItStopsTheStart) {
  SegmentImage image(1);
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t s = 1; s <= 5; ++s) offsets.push_back(image.add(s, 2, s == 3 ? 6'000 : 30));
  TempFolder folder;
  for (std::uint64_t s = 1; s <= 4; ++s) {
    // In the header, in the payload.
    for (const std::uint64_t in : {0, 5, 9, 17, 25, 30, 48, 60, 100}) {
      image.bytes()[offsets[s - 1] + in] ^= 0x10;
      image.put_into(folder);
      const Outcome outcome = read(folder);
      ASSERT_TRUE(says(outcome.error, segment_name(1) + " at offset " +
                                          std::to_string(offsets[s - 1]) + ": record " +
                                          std::to_string(s) + " cannot be read, but record " +
                                          std::to_string(s + 1)))
          << outcome.error;
      ASSERT_TRUE(says(outcome.error, "restore the data folder from a backup"));
      image.bytes()[offsets[s - 1] + in] ^= 0x10;
    }
  }
}

TEST(Recovery, AnUnfinishedRecordStillProvesTheOneBeforeIt) {
  SegmentImage image(1);
  image.add(1);
  const std::uint64_t second = image.add(2);
  const std::uint64_t third = image.add(3);
  image.bytes()[second + 60] ^= 1;
  image.bytes()[third + 60] ^= 1;
  TempFolder folder;
  image.put_into(folder);
  EXPECT_TRUE(says(read(folder).error, "record 2 cannot be read, but record 3"));
}

TEST(Recovery, DamageBehindWhichAnotherSegmentGoesOnStopsTheStart) {
  SegmentImage a(1), b(2);
  for (std::uint64_t s = 1; s <= 3; ++s) a.add(s);
  const std::uint64_t last = a.add(4);
  b.add(5);
  TempFolder folder;
  a.bytes()[last + 60] ^= 1;
  a.put_into(folder);
  b.put_into(folder);
  const Outcome outcome = read(folder);
  EXPECT_TRUE(says(outcome.error, segment_name(1) + " at offset " + std::to_string(last)))
      << outcome.error;
  EXPECT_TRUE(says(outcome.error, "record 4 is missing, but " + segment_name(2) + " has record 5"));
}

TEST(Recovery, AMissingSegmentStopsTheStart) {
  TempFolder folder;
  SegmentImage a(1), c(3);
  a.add(1);
  c.add(3);
  a.put_into(folder);
  c.put_into(folder);
  EXPECT_TRUE(says(read(folder).error, "record 2 is missing"));
  EXPECT_EQ(read(folder, {2, 2}).error, "") << "the data file has it";
  std::filesystem::remove(folder.path() / segment_name(1));
  EXPECT_TRUE(says(read(folder).error, "record 1 is missing"));
}

TEST(Recovery, SegmentsOlderThanTheMarkOnlyMeanThatTheNewOnesAreLost) {
  TempFolder folder;
  SegmentImage a(4);
  a.add(10);
  a.put_into(folder);
  EXPECT_EQ(read(folder, {10, 4}).error, "");
  EXPECT_TRUE(says(read(folder, {20, 5}).error, "segments are missing"));
  // A segment on its way to another use still tells its epoch.
  SegmentImage b(5);
  test::write_file(folder.path() / unfinished_name(9), b.bytes());
  const Outcome outcome = read(folder, {20, 5});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.report.next_epoch, 6u);
}

TEST(Recovery, DamageThatTheDataFileMakesUpForIsPassedOver) {
  SegmentImage image(1);
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t s = 1; s <= 6; ++s) offsets.push_back(image.add(s));
  for (const std::uint64_t s : {2, 3}) image.bytes()[offsets[s - 1] + 60] ^= 1;
  TempFolder folder;
  image.put_into(folder);
  EXPECT_NE(read(folder, {0, 0}).error, "");
  EXPECT_NE(read(folder, {2, 1}).error, "");
  const Outcome outcome = read(folder, {3, 1});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.sequences, (Sequences{4, 5, 6}));
  EXPECT_TRUE(says(outcome.report.passed_over, "records 2 to 2 in") &&
              says(outcome.report.passed_over, "records 3 to 3 in"));
}

TEST(Recovery, ADamagedHeaderStopsTheStartWhereItMatters) {
  TempFolder folder;
  SegmentImage a(1), b(2);
  a.add(1);
  b.add(2);
  b.bytes()[20] ^= 1;
  a.put_into(folder);
  b.put_into(folder);
  EXPECT_TRUE(says(read(folder).error, segment_name(2) + " at offset 0"));
  SegmentImage c(3);
  c.add(3);
  c.put_into(folder);
  EXPECT_EQ(read(folder, {2, 2}).error, "") << "nothing of the segment is needed";
}

TEST(Recovery, ACutFileAndAFileThatCannotBeReadStopTheStart) {
  TempFolder folder;
  SegmentImage image(1);
  image.add(1);
  const auto path = image.put_into(folder);
  FaultyFiles files;
  files.read_error = [](const auto&) { return EIO; };
  EXPECT_TRUE(says(read(folder.path(), {}, files).error, "Input/output error"));
  std::filesystem::resize_file(path, kSegment - 1);
  EXPECT_TRUE(says(read(folder).error, "the file is cut"));
}

TEST(Recovery, RecordsOfAnEarlierUseAreNeverTaken) {
  // The earlier use's records stand exactly where, and with the numbers that, the next would have.
  SegmentImage old(1);
  for (std::uint64_t s = 1; s <= 10; ++s) old.add(s);
  SegmentImage image(2, old.bytes(), true);
  image.add(1);
  image.add(2);
  TempFolder folder;
  image.put_into(folder);
  Outcome outcome = read(folder);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.sequences, (Sequences{1, 2}));
  EXPECT_EQ(outcome.report.dropped, "");
  // Even with this epoch written into the old header, for its checksum began with the other.
  store_little_endian(reinterpret_cast<std::uint8_t*>(image.bytes().data()) + image.end() + 8,
                      std::uint64_t{2});
  image.put_into(folder);
  outcome = read(folder);
  EXPECT_EQ(outcome.sequences, (Sequences{1, 2}));
  EXPECT_NE(outcome.report.dropped, "");
}

TEST(Recovery, AStartAfterADroppedTailSettlesIt) {
  TempFolder folder;
  SegmentImage a(1), b(2), c(3);
  a.add(1);
  const std::uint64_t torn = a.add(2);
  a.bytes()[torn + 60] ^= 1;
  a.put_into(folder);
  EXPECT_NE(read(folder).report.dropped, "");
  b.start(2);
  b.put_into(folder);
  // Nothing but a start: the segment is used again at once, the number too.
  Outcome outcome = read(folder);
  EXPECT_EQ(outcome.sequences, (Sequences{1}));
  EXPECT_EQ(outcome.report.last_sequence, 1u);
  EXPECT_EQ(outcome.report.spare.size(), 1u);
  EXPECT_EQ(outcome.report.needed.size(), 1u);
  // It had not come to that when the next start took another one.
  c.start(2);
  c.add(3);
  c.put_into(folder);
  outcome = read(folder);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.sequences, (Sequences{1, 3}));
  EXPECT_EQ(outcome.report.last_sequence, 3u);
  EXPECT_EQ(outcome.report.dropped, "");
  EXPECT_EQ(outcome.report.needed.size(), 3u);
}

TEST(Recovery, AStartNeverTakesBackABatch) {
  TempFolder folder;
  SegmentImage a(1), b(2);
  a.add(1);
  a.add(2);
  b.start(2);
  a.put_into(folder);
  b.put_into(folder);
  EXPECT_NE(read(folder).error, "");
}

TEST(Recovery, AStartAloneInAFullSegmentIsKeptWhileTheNextNeedsIt) {
  TempFolder folder;
  SegmentImage a(1), b(2);
  a.start(1);
  b.add(2, 3, 10'000);
  a.put_into(folder);
  b.put_into(folder);
  const Outcome outcome = read(folder);
  EXPECT_EQ(outcome.sequences, (Sequences{2}));
  EXPECT_EQ(outcome.report.needed.size(), 2u);
}

TEST(Recovery, AWholeRecordThatThisProgramDoesNotKnowStopsTheStart) {
  TempFolder folder;
  SegmentImage image(1);
  image.add(1);
  image.add_raw(2, "no entries at all", 1, RecordKind::batch);
  image.put_into(folder);
  EXPECT_TRUE(says(read(folder).error, "record 2 is whole but not of this program's format"));
  EXPECT_EQ(read(folder, {2, 1}).error, "");
}

}  // namespace
}  // namespace ledger
