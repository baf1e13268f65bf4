#include "ledger/recovery.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/ledger/segment_image.hpp"

namespace ledger {
namespace {

using test::FaultyFiles;
using test::kImageBytes;
using test::Outcome;
using test::read;
using test::says;
using test::SegmentImage;
using test::Sequences;
using test::TempFolder;

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
  std::filesystem::resize_file(path, kImageBytes - 1);
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
