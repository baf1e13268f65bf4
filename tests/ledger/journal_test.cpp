#include "ledger/journal.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "ledger/crc32c.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::EventLog;
using test::FaultyFiles;
using test::TempFolder;

constexpr std::uint64_t kSegment = 8 * kBlockBytes;  // a header and seven groups of a block

/// A pool and a journal over it.
struct Rig {
  explicit Rig(FileLayer& files, std::uint64_t journal_bytes = 64 * kSegment,
               std::size_t max_payload = 9'000)
      : pool(files, {folder.path(), kSegment, journal_bytes, 2'000}, events, {}, 0, 1) {
    pool.start(1);
    journal.emplace(pool, kSegment, max_payload, std::deque<FullSegment>{});
  }
  Journal::Written write(std::uint64_t sequence, std::size_t bytes = 100) {
    std::memset(journal->payload(), static_cast<int>('a' + sequence % 26), bytes);
    return journal->write(RecordKind::batch, sequence, bytes, 1);
  }
  /// Waits for the pool's thread.
  bool ready(int most_ms = 10'000) {
    for (int i = 0; i < most_ms && !pool.is_ready(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return pool.is_ready();
  }
  bool write_surely(std::uint64_t sequence, std::size_t bytes = 100) {
    return (journal->has_room() || ready()) && write(sequence, bytes) == Journal::Written::yes;
  }

  TempFolder folder;
  EventLog events;
  SegmentPool pool;
  std::optional<Journal> journal;
};

TEST(Crc32c, IsTheKnownOneAndTheTableAgreesWithTheInstruction) {
  EXPECT_EQ(crc32c(0, "123456789", 9), 0xE3069283u);
  EXPECT_EQ(crc32c_by_table(0, "123456789", 9), 0xE3069283u);
  std::string text;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(crc32c(0, text.data(), text.size()), crc32c_by_table(0, text.data(), text.size()));
    text.push_back(static_cast<char>(i * 37));
  }
  EXPECT_EQ(crc32c(crc32c(0, text.data(), 77), text.data() + 77, text.size() - 77),
            crc32c(0, text.data(), text.size()));
}

TEST(JournalFormat, HeadersComeBackAndAnyFlippedBitIsSeen) {
  std::uint8_t block[kBlockBytes];
  encode_segment_header({7, kSegment, true}, block);
  const auto segment = decode_segment_header(block);
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->epoch, 7u);
  EXPECT_EQ(segment->segment_bytes, kSegment);
  EXPECT_TRUE(segment->reused);
  for (std::size_t bit = 0; bit < 40 * 8; ++bit) {
    block[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(decode_segment_header(block)) << bit;
    block[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
  }
  std::uint8_t record[kRecordHeaderBytes];
  encode_record_header({7, 99, 1234, 0xABCD, 5, RecordKind::batch}, record);
  const auto header = decode_record_header(record, 7);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence, 99u);
  EXPECT_EQ(header->payload_bytes, 1234u);
  EXPECT_EQ(header->payload_crc, 0xABCDu);
  EXPECT_EQ(header->entries, 5u);
  EXPECT_EQ(header->kind, RecordKind::batch);
  EXPECT_FALSE(decode_record_header(record, 8)) << "another use of the file";
  for (std::size_t bit = 0; bit < kRecordHeaderBytes * 8; ++bit) {
    record[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(decode_record_header(record, 7)) << bit;
    record[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
  }
  EXPECT_NE(epoch_seed(1), epoch_seed(2));
}

TEST(JournalFormat, EntriesAreTakenOffOneByOneAndNeverBeyondTheEnd) {
  std::string payload;
  const auto add = [&](Table table, std::string_view key, std::string_view value) {
    std::uint8_t head[kEntryHeaderBytes] = {static_cast<std::uint8_t>(table), 0};
    store_little_endian(head + 2, static_cast<std::uint16_t>(key.size()));
    store_little_endian(head + 4, static_cast<std::uint32_t>(value.size()));
    payload.append(reinterpret_cast<char*>(head), sizeof head).append(key).append(value);
  };
  add(Table::cards, "key", "value");
  add(Table::holds, "k", "");
  const std::string whole = payload;
  std::string_view rest = whole;
  EXPECT_EQ(take_entry(rest)->value, "value");
  EXPECT_EQ(take_entry(rest)->key, "k");
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(take_entry(rest));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string_view cut = std::string_view(whole).substr(0, size);
    int taken = 0;
    while (take_entry(cut)) ++taken;
    EXPECT_LT(taken, 2) << size;
  }
  for (const int table : {0, kTableCount + 1, 255}) {
    std::string unknown = whole;
    unknown[0] = static_cast<char>(table);
    std::string_view view = unknown;
    EXPECT_FALSE(take_entry(view)) << table;
  }
}

TEST(JournalFormat, NamesSortByEpochAndOnlyWholeOnesCount) {
  EXPECT_EQ(segment_name(0xA7), "segment-00000000000000a7");
  EXPECT_LT(segment_name(9), segment_name(10));
  EXPECT_LT(segment_name(0xFF), segment_name(0x100));
  for (const std::uint64_t epoch : {1ULL, 255ULL, ~0ULL})
    EXPECT_EQ(epoch_of_name(segment_name(epoch)), epoch);
  for (const char* name : {"segment-", "segment-1", "segment-00000000000000ag", "lock", "",
                           "segment-00000000000000a7.bak", "next-00000000000000a7"})
    EXPECT_FALSE(epoch_of_name(name)) << name;
}

TEST(Journal, NoWriteTouchesABlockThatHoldsAnAcknowledgedRecord) {
  FaultyFiles files;
  std::set<std::pair<std::string, std::uint64_t>> written;  // segment and block
  files.write_fault = [&](const auto& path, std::size_t size, std::uint64_t at) {
    if (!epoch_of_name(path.filename().string())) return std::int64_t{0};  // being prepared
    EXPECT_EQ(at % kBlockBytes, 0u);
    EXPECT_EQ(size % kBlockBytes, 0u);
    EXPECT_GE(at, kBlockBytes) << "the header is not written again";
    for (std::uint64_t block = at; block < at + size; block += kBlockBytes)
      EXPECT_TRUE(written.emplace(path.filename().string(), block).second) << block;
    return std::int64_t{0};
  };
  Rig rig(files);
  for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) {
    ASSERT_TRUE(rig.write_surely(sequence, sequence * 97 % 9'000)) << sequence;
    if (sequence % 10 == 0) rig.journal->release(sequence - 5);
  }
}

TEST(Journal, ASegmentIsUsedAgainOnlyAfterItsLastRecordIsApplied) {
  Rig rig(system_files(), 4 * kSegment, 4'000);
  std::uint64_t sequence = 0;
  // One group of a block each: seven a segment, and the bound is four segments.
  while (rig.journal->has_room() || (sequence < 28 && rig.ready()))
    ASSERT_EQ(rig.write(++sequence, 4'000), Journal::Written::yes);
  EXPECT_EQ(sequence, 28u);
  EXPECT_FALSE(rig.ready(20)) << "the bound";
  EXPECT_EQ(rig.pool.segments(), 4u);
  EXPECT_EQ(rig.journal->bytes(), 4 * kSegment);
  EXPECT_EQ(rig.write(sequence + 1), Journal::Written::no_room);
  rig.journal->release(6);
  EXPECT_FALSE(rig.journal->has_room()) << "record 7 is in the first segment too";
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(rig.pool.is_ready());
  EXPECT_TRUE(std::filesystem::exists(rig.folder.path() / segment_name(1)));
  rig.journal->release(7);
  ASSERT_TRUE(rig.ready());
  EXPECT_FALSE(std::filesystem::exists(rig.folder.path() / segment_name(1)));
  EXPECT_TRUE(rig.write_surely(sequence + 1, 4'000));
  EXPECT_GT(rig.journal->epoch(), 4u) << "under a new epoch";
  EXPECT_EQ(rig.pool.segments(), 4u);
}

TEST(Journal, ARecordAsLargeAsASegmentFits) {
  Rig rig(system_files(), 64 * kSegment, Journal::payload_bound(kSegment));
  EXPECT_TRUE(rig.write_surely(1, Journal::payload_bound(kSegment)));
  EXPECT_TRUE(rig.write_surely(2, Journal::payload_bound(kSegment)));
  EXPECT_TRUE(rig.write_surely(3, 0));
}

TEST(Journal, AFailedAShortAndAnUnsyncedWriteAreAllUncertain) {
  for (const std::int64_t fault : {-EIO, -ENOSPC, 512, 4096}) {
    FaultyFiles files;
    std::atomic<bool> fail{false};
    files.write_fault = [&](const auto&, std::size_t, std::uint64_t) {
      return fail ? fault : std::int64_t{0};
    };
    Rig rig(files);
    ASSERT_TRUE(rig.write_surely(1));
    ASSERT_TRUE(rig.ready());
    fail = true;
    EXPECT_EQ(rig.write(2, 5'000), Journal::Written::failed) << fault;
    EXPECT_EQ(rig.journal->error(), fault < 0 ? -fault : EIO);
  }
}

TEST(SegmentPool, SaysSoWhenThereIsNoDirectIoAndSyncsEachWrite) {
  FaultyFiles files;
  std::atomic<int> syncs{0};
  std::atomic<bool> fail_sync{false};
  files.open_error = [](const auto&, OpenFlags flags) { return flags.direct ? EINVAL : 0; };
  files.sync_error = [&](const auto& path) {
    if (!epoch_of_name(path.filename().string())) return 0;
    ++syncs;
    return fail_sync ? EIO : 0;
  };
  Rig rig(files);
  EXPECT_FALSE(rig.pool.direct());
  EXPECT_EQ(rig.events.count(StoreEvent::no_direct_io), 1u);
  ASSERT_TRUE(rig.write_surely(1));
  ASSERT_TRUE(rig.write_surely(2));
  EXPECT_EQ(syncs, 2);
  fail_sync = true;
  EXPECT_EQ(rig.write(3), Journal::Written::failed);
}

TEST(SegmentPool, AlsoWhenOnlyTheWriteSaysSo) {
  FaultyFiles files;
  std::atomic<bool> direct{false};
  files.open_error = [&](const auto&, OpenFlags flags) {
    direct = flags.direct;
    return 0;
  };
  files.write_fault = [&](const auto&, std::size_t, std::uint64_t) {
    return direct ? std::int64_t{-EINVAL} : std::int64_t{0};
  };
  Rig rig(files);
  EXPECT_FALSE(rig.pool.direct());
  EXPECT_TRUE(rig.write_surely(1));
}

TEST(SegmentPool, WaitsForRoomAndGoesOn) {
  FaultyFiles files;
  std::atomic<bool> full{false};
  files.reserve_error = [&](const auto&) { return full ? ENOSPC : 0; };
  Rig rig(files);
  full = true;
  std::uint64_t sequence = 0;
  for (int waits = 0; waits < 10'000 && rig.events.count(StoreEvent::disk_full) == 0; ++waits) {
    while (rig.journal->has_room()) ASSERT_TRUE(rig.write_surely(++sequence, 4'000));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  while (rig.write(sequence + 1, 4'000) == Journal::Written::yes) ++sequence;
  EXPECT_EQ(rig.events.count(StoreEvent::disk_full), 1u) << "told once";
  full = false;
  ASSERT_TRUE(rig.ready());
  EXPECT_TRUE(rig.write_surely(sequence + 1, 4'000));
  EXPECT_EQ(rig.events.count(StoreEvent::disk_room_again), 1u);
}

TEST(SegmentPool, TellsOtherTroubleThanRoomAndThrowsWhenThereIsNoFirst) {
  FaultyFiles files;
  std::atomic<bool> broken{false};
  files.rename_error = [&](const auto&) { return broken ? EIO : 0; };
  {
    Rig rig(files);
    broken = true;
    for (std::uint64_t sequence = 1; rig.journal->has_room(); ++sequence)
      ASSERT_EQ(rig.write(sequence, 4'000), Journal::Written::yes);
    for (int i = 0; i < 10'000 && rig.events.count(StoreEvent::segment_failed) == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(rig.events.count(StoreEvent::segment_failed), 1u);
  }
  try {
    Rig rig(files);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("Input/output error"), std::string::npos);
  }
}

/// However often, and at whichever step: no file is forgotten, and none is made beyond the bound.
class SpareThatFails : public testing::TestWithParam<const char*> {};

TEST_P(SpareThatFails, IsASpareAgain) {
  FaultyFiles files;
  std::atomic<bool> broken{false};
  const std::string_view step = GetParam();
  files.rename_error = [&](const auto& to) {
    const bool is_first = to.filename().string().starts_with(kUnfinishedPrefix);
    return broken && (step == "first rename" ? is_first : step == "second rename" && !is_first)
               ? EIO
               : 0;
  };
  files.open_error = [&](const auto& path, OpenFlags) {
    return broken && step == "open" && path.filename().string().starts_with("segment-") ? EIO : 0;
  };
  Rig rig(files, 4 * kSegment, 4'000);
  std::uint64_t sequence = 0;
  while (sequence < 28 && (rig.journal->has_room() || rig.ready()))
    ASSERT_EQ(rig.write(++sequence, 4'000), Journal::Written::yes);
  broken = true;
  rig.journal->release(7);
  for (int i = 0; i < 10'000 && rig.events.count(StoreEvent::segment_failed) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));  // some more tries
  EXPECT_FALSE(rig.pool.is_ready());
  broken = false;
  ASSERT_TRUE(rig.ready());
  EXPECT_EQ(rig.pool.segments(), 4u);
  std::vector<std::string> names;
  EXPECT_EQ(files.list(rig.folder.path(), names), 0);
  EXPECT_EQ(names.size(), 4u) << testing::PrintToString(names);
  EXPECT_TRUE(rig.write_surely(29, 4'000));
}

INSTANTIATE_TEST_SUITE_P(Steps, SpareThatFails,
                         testing::Values("first rename", "second rename", "open"));

TEST(SegmentPool, ReplacesSparesOfAnotherSizeAndRemovesWhatWasLeftUnfinished) {
  TempFolder folder;
  EventLog events;
  test::write_file(folder.path() / segment_name(3), std::string(kSegment / 2, '\0'));
  test::write_file(folder.path() / unfinished_name(4), std::string(kSegment, '\0'));
  SegmentPool pool(system_files(), {folder.path(), kSegment, 8 * kSegment, 1'000}, events,
                   {folder.path() / segment_name(3)}, 0, 5);
  pool.start(1);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / segment_name(3)));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / unfinished_name(4)));
  const auto segment = pool.take();
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->epoch, 5u);
  const std::string bytes = test::read_file(segment->path);
  EXPECT_EQ(bytes.size(), kSegment);
  const auto header = decode_segment_header(reinterpret_cast<const std::uint8_t*>(bytes.data()));
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->reused);
}

}  // namespace
}  // namespace ledger
