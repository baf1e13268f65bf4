/// What may be on the disk of a write that was under way when the power went, all of it; and the
/// same bytes garbled. One write is in flight at a time and none of its sectors is synced before
/// the others: in whatever order they reach the disk, what is there at any moment is a subset.

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/durable_store.hpp"
#include "tests/ledger/segment_image.hpp"

namespace ledger {
namespace {

using test::EventLog;
using test::FaultyFiles;
using test::read;
using test::says;
using test::SegmentImage;
using test::Sequences;
using test::TempFolder;

constexpr std::size_t kSectorBytes = 512;

/// Bytes of a file put in place, the rest as it was.
class Patched {
 public:
  explicit Patched(const std::filesystem::path& path)
      : file_(path, std::ios::binary | std::ios::in | std::ios::out) {}
  void put(std::uint64_t at, std::string_view bytes) {
    file_.seekp(static_cast<std::streamoff>(at));
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file_.flush();
  }

 private:
  std::fstream file_;
};

/// Sectors of `after` where `there` has a bit, else those of `before`; from the 32nd on `before`.
std::string mixed(const std::string& before, const std::string& after, unsigned there) {
  std::string bytes = before;
  for (std::size_t sector = 0; sector < 32 && sector * kSectorBytes < bytes.size(); ++sector)
    if ((there >> sector & 1) != 0)
      bytes.replace(sector * kSectorBytes, kSectorBytes, after, sector * kSectorBytes,
                    kSectorBytes);
  return bytes;
}

/// The image of an earlier use of the file, full of records.
SegmentImage used_before() {
  SegmentImage old(1);
  for (std::uint64_t s = 1; s <= 15; ++s) old.add(s, 2, 1'500);
  return old;
}

TEST(TornTail, AnySubsetOfTheLastWritesSectorsIsAllOfItOrNothing) {
  for (const bool reused : {false, true}) {
    SegmentImage image = reused ? SegmentImage(2, used_before().bytes(), true) : SegmentImage(2);
    for (std::uint64_t s = 20; s <= 22; ++s) image.add(s);
    const std::string before = image.bytes();
    const std::uint64_t offset = image.add(23, 3, 1'600);
    const std::size_t group = image.end() - offset;
    // Ten sectors of record; of the zeros behind it all or nothing: nobody reads them.
    const unsigned sectors =
        static_cast<unsigned>((image.record_end() - offset + kSectorBytes - 1) / kSectorBytes);
    ASSERT_EQ(sectors, 10u);
    ASSERT_EQ(group, 16 * kSectorBytes);
    const std::string old_group = before.substr(offset, group);
    const std::string new_group = image.bytes().substr(offset, group);
    TempFolder folder;
    Patched segment(image.put_into(folder));
    FaultyFiles files;
    files.without_sync = true;
    for (const unsigned padding : {0u, 0xFC00u}) {
      for (unsigned there = 0; there < 1u << sectors; ++there) {
        segment.put(offset, mixed(old_group, new_group, there | padding));
        const bool whole = there == (1u << sectors) - 1;
        for (int start = 0; start < 2; ++start) {  // whatever it found, it finds it again
          const auto outcome = read(folder.path(), {19, 1}, files);
          ASSERT_EQ(outcome.error, "") << there;
          ASSERT_EQ(outcome.sequences,
                    whole ? (Sequences{20, 21, 22, 23}) : (Sequences{20, 21, 22}))
              << there;
          ASSERT_TRUE(says(outcome.report.end, std::to_string(whole ? image.end() : offset)));
          // Among the remains of an earlier use only the header's sector tells that one began.
          const bool tells = !whole && (reused ? (there & 1) != 0 : there != 0);
          ASSERT_EQ(!outcome.report.dropped.empty(), tells) << there << outcome.report.dropped;
        }
      }
    }
  }
}

/// The last record's write was cut: from every byte on, what was there before is still there.
TEST(TornTail, AWriteCutAtEveryByteIsDroppedAndTold) {
  for (const bool reused : {false, true}) {
    SegmentImage image = reused ? SegmentImage(2, used_before().bytes(), true) : SegmentImage(2);
    for (std::uint64_t s = 20; s <= 22; ++s) image.add(s);
    const std::uint64_t offset = image.end();
    TempFolder folder;
    Patched segment(image.put_into(folder));
    FaultyFiles files;
    files.without_sync = true;
    image.add(23, 3, 1'600);  // two blocks
    for (std::uint64_t cut = offset; cut <= image.end(); ++cut) {
      if (cut > offset) segment.put(cut - 1, image.bytes().substr(cut - 1, 1));
      const auto outcome = read(folder.path(), {19, 1}, files);
      ASSERT_EQ(outcome.error, "") << cut;
      const bool whole = cut >= image.record_end();
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
    }
  }
}

/// What stood in the file before, byte by byte: an earlier use's bytes up to a point, this use's
/// behind it, as when the sectors come from the back.
TEST(TornTail, BytesOfAnEarlierUseUpToAnyByteAreNeverTaken) {
  SegmentImage image(2, used_before().bytes(), true);
  for (std::uint64_t s = 20; s <= 22; ++s) image.add(s);
  const std::string before = image.bytes();
  const std::uint64_t offset = image.add(23, 2, 60);
  TempFolder folder;
  Patched segment(image.put_into(folder));
  FaultyFiles files;
  files.without_sync = true;
  const std::string after = image.bytes();
  for (std::uint64_t at = offset; at < image.record_end(); ++at) {
    segment.put(offset, before.substr(offset, at + 1 - offset));
    const auto outcome = read(folder.path(), {19, 1}, files);
    ASSERT_EQ(outcome.error, "") << at;
    const bool same =
        before.substr(offset, at + 1 - offset) == after.substr(offset, at + 1 - offset);
    ASSERT_EQ(outcome.sequences.size(), same ? 4u : 3u) << at;
  }
}

/// In the last record a flipped byte is the tail that is dropped; in one before it, of which every
/// byte was on disk before the next was written, it is damage and never dropped silently.
TEST(TornTail, AnyFlippedByteOfTheLastRecordsIsTheTailOrDamage) {
  for (const bool reused : {false, true}) {
    SegmentImage image = reused ? SegmentImage(2, used_before().bytes(), true) : SegmentImage(2);
    struct Record {
      std::uint64_t sequence, begin, end;
    };
    std::vector<Record> records;
    for (std::uint64_t s = 20; s <= 23; ++s) {
      const std::uint64_t begin = image.add(s, 2, s == 22 ? 2'100 : 40);
      records.push_back({s, begin, image.record_end()});
    }
    TempFolder folder;
    Patched segment(image.put_into(folder));
    FaultyFiles files;
    files.without_sync = true;
    for (const Record& record : records) {
      const bool is_last = record.sequence == 23;
      Sequences kept;
      for (std::uint64_t s = 20; s < record.sequence; ++s) kept.push_back(s);
      for (std::uint64_t at = record.begin; at < record.end; ++at) {
        const char right = image.bytes()[at];
        segment.put(at, std::string(1, static_cast<char>(right ^ 0x41)));
        const auto outcome = read(folder.path(), {19, 1}, files);
        ASSERT_EQ(outcome.sequences, kept) << at;
        if (is_last) {
          ASSERT_EQ(outcome.error, "") << at;
          // But for magic and epoch, in which a header is known again.
          const std::uint64_t in = at - record.begin;
          const bool unknown = reused && (in < 4 || (in >= 8 && in < 16));
          ASSERT_EQ(outcome.report.dropped.empty(), unknown) << at;
        } else {
          ASSERT_TRUE(says(outcome.error, segment_name(2) + " at offset " +
                                              std::to_string(record.begin) + ": record " +
                                              std::to_string(record.sequence) + " cannot be read"))
              << at << outcome.error;
        }
        segment.put(at, std::string(1, right));
      }
    }
  }
}

/// The whole store over every subset of the last write's sectors: the batch, which changed two
/// tables, is there or not; the start says so; the next one finds the same and says nothing.
TEST(TornTail, TheStoreKeepsWhatWasAnsweredAndAllOrNothingOfTheLastBatch) {
  TempFolder folder;
  const std::filesystem::path data = folder.path() / "data", kept = folder.path() / "kept";
  FaultyFiles files;
  files.without_sync = true;
  StoreOptions options = test::small_options(data);
  options.window_us = 3'600'000'000;
  options.segment_bytes = 8 * kBlockBytes;
  options.max_batch_bytes = 8'000;
  options.files = &files;
  const std::string large(950, 'v');
  std::string before;
  std::filesystem::path segment;
  {
    EventLog events;
    const auto store = DurableStore::open(options, events);
    ASSERT_EQ(test::put(*store, Table::cards, "answered", "1"), CommitOutcome::committed);
    segment = test::segments_in(data / "journal").front();
    before = test::read_file(segment);
    WriteSet batch;
    batch.put(Table::cards, "last", large);
    batch.put(Table::accounts, "last", large);
    ASSERT_EQ(test::commit(*store, batch), CommitOutcome::committed);
  }
  const std::string after = test::read_file(segment);
  const std::uint64_t offset = 3 * kBlockBytes;  // behind the start and the first batch
  ASSERT_EQ(before.substr(0, offset), after.substr(0, offset));
  ASSERT_NE(before, after);
  constexpr unsigned kSectors = 4;
  ASSERT_EQ(after.find_first_not_of('\0', offset + kSectors * kSectorBytes), std::string::npos);
  test::copy_folder(data, kept);
  for (unsigned there = 0; there < 1u << kSectors; ++there) {
    test::copy_folder(kept, data);
    test::write_file(segment, before.substr(0, offset) +
                                  mixed(before.substr(offset), after.substr(offset), there));
    const bool whole = there == (1u << kSectors) - 1;
    for (int start = 0; start < 3; ++start) {
      EventLog events;
      const auto store = DurableStore::open(options, events);
      ASSERT_EQ(test::value_of(*store, Table::cards, "answered"), "1");
      ASSERT_EQ(test::value_of(*store, Table::cards, "last"), whole ? large : "-") << there;
      ASSERT_EQ(test::value_of(*store, Table::accounts, "last"), whole ? large : "-") << there;
      ASSERT_EQ(events.count(StoreEvent::recovered), 1u);
      // Told at each start until the journal has gone on behind it.
      if (start == 0) {
        ASSERT_EQ(events.count(StoreEvent::tail_dropped), !whole && there != 0 ? 1u : 0u) << there;
        ASSERT_TRUE(says(events.text(StoreEvent::recovered),
                         "the last batch that counts is " + std::to_string(whole ? 3 : 2)));
      }
      if (start == 1) {
        ASSERT_EQ(test::put(*store, Table::holds, "later", "2"), CommitOutcome::committed);
      }
      if (start == 2) {
        ASSERT_EQ(test::value_of(*store, Table::holds, "later"), "2");
        ASSERT_EQ(events.count(StoreEvent::tail_dropped), 0u);
      }
    }
  }
}

}  // namespace
}  // namespace ledger
