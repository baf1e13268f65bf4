#include "ledger/durable_store.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::commit;
using test::EventLog;
using test::FaultyFiles;
using test::put;
using test::small_options;
using test::still_options;
using test::TempFolder;
using test::tick_until;
using test::value_of;

/// Beside the start's record the largest batch has no room in the first one.
StoreOptions in_small_segments(StoreOptions options) {
  options.segment_bytes = 16 * kBlockBytes;
  options.max_batch_bytes = options.segment_bytes;
  return options;
}

TEST(StoreBounds, ABatchOverItsBoundIsRefusedAndTold) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = still_options(folder);
  options.max_batch_bytes = 10'000;
  const auto store = DurableStore::open(options, events);
  EXPECT_EQ(put(*store, Table::cards, "a", std::string(9'992, 'x')), CommitOutcome::refused);
  EXPECT_EQ(events.count(StoreEvent::batch_too_large), 1u);
  EXPECT_EQ(put(*store, Table::cards, "a", std::string(9'991, 'x')), CommitOutcome::committed)
      << "to the byte: 8 of the entry's header, 1 of the key";
  // Only what lives counts.
  WriteSet batch;
  for (int i = 0; i < 10; ++i) batch.put(Table::cards, "b", std::string(5'000, 'x'));
  EXPECT_EQ(commit(*store, batch), CommitOutcome::committed);
}

TEST(StoreBounds, AtTheBoundTheWindowEndsEarlyAndThenThereIsBackPressure) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = still_options(folder);
  options.overlay_bytes = 100'000;
  std::atomic<int> fault{ENOSPC};
  options.apply_fault = [&] { return fault.load(); };
  const auto store = DurableStore::open(options, events);
  int written = 0;
  while (store->writable() == Writable::yes && written < 10'000) {
    ASSERT_EQ(put(*store, Table::cards, std::to_string(written), std::string(500, 'v')),
              CommitOutcome::committed);
    ++written;
    store->tick();
  }
  // Both overlays are full: about twice the bound, and not a batch more.
  EXPECT_GT(written, 300);
  EXPECT_LT(written, 400);
  EXPECT_EQ(store->writable(), Writable::full);
  EXPECT_EQ(put(*store, Table::cards, "more", "v"), CommitOutcome::refused);
  EXPECT_EQ(events.count(StoreEvent::bound_reached), 1u);
  for (int i = 0; i < 10'000 && events.count(StoreEvent::disk_full) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(events.count(StoreEvent::disk_full), 1u);
  EXPECT_FALSE(store->settle()) << "the disk does not take it";
  for (int i = 0; i < written; ++i)
    ASSERT_NE(value_of(*store, Table::cards, std::to_string(i)), "-");

  fault = 0;
  ASSERT_TRUE(tick_until(*store, [&] { return store->writable() == Writable::yes; }));
  store->tick();
  EXPECT_EQ(events.count(StoreEvent::disk_room_again), 1u);
  EXPECT_EQ(events.count(StoreEvent::bound_left), 1u);
  EXPECT_EQ(put(*store, Table::cards, "more", "v"), CommitOutcome::committed);
  EXPECT_TRUE(store->settle());
  EXPECT_EQ(value_of(*store, Table::cards, "0"), std::string(500, 'v'));
}

TEST(StoreBounds, AMapThatIsFullWaitsLikeADiskThatIsFull) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  options.map_bytes = 100 * 4096;
  options.overlay_bytes = 200'000;
  {
    const auto store = DurableStore::open(options, events);
    int written = 0;
    ASSERT_TRUE(tick_until(*store, [&] {
      for (int i = 0; i < 5 && store->writable() == Writable::yes; ++i)
        put(*store, Table::cards, std::to_string(written++), std::string(1'000, 'v'));
      return store->writable() == Writable::full;
    }));
    EXPECT_GE(events.count(StoreEvent::disk_full), 1u);
    EXPECT_EQ(value_of(*store, Table::cards, "0"), std::string(1'000, 'v'));
  }
  // With a larger map the next start goes on.
  options.map_bytes = 64 << 20;
  const auto store = DurableStore::open(options, events);
  EXPECT_EQ(store->writable(), Writable::yes);
  EXPECT_TRUE(store->settle());
}

TEST(StoreBounds, TheJournalsOwnBoundIsBackPressureToo) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = still_options(folder);
  options.segment_bytes = 16 * kBlockBytes;
  options.max_batch_bytes = 10'000;
  options.journal_bytes = 6 * options.segment_bytes;
  options.apply_fault = [] { return ENOSPC; };
  const auto store = DurableStore::open(options, events);
  int written = 0;
  for (int waits = 0; waits < 2'000 && written < 1'000;) {
    if (put(*store, Table::cards, "same", "v") == CommitOutcome::committed) {
      ++written;
      waits = 0;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (++waits == 200) break;
    }
  }
  // Six segments of fifteen groups, one of which is the start's.
  EXPECT_EQ(written, 6 * 15 - 1);
  EXPECT_EQ(store->writable(), Writable::full);
  EXPECT_EQ(store->figures().journal_segments, 6u);
  EXPECT_TRUE(store->figures().full);
  EXPECT_TRUE(store->figures().apply_stuck);
  EXPECT_GE(events.count(StoreEvent::bound_reached), 1u);
}

TEST(StoreBounds, AStartInSmallSegmentsHasRoomBeforeThePoolsThreadHasMadeOne) {
  TempFolder folder;
  EventLog events;
  FaultyFiles files;
  std::atomic<bool> others_wait{true};
  files.before = [&, opener = std::this_thread::get_id()](const char*, const auto&) {
    for (int i = 0; i < 10'000 && others_wait && std::this_thread::get_id() != opener; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  StoreOptions options = in_small_segments(still_options(folder));
  options.files = &files;
  const auto store = DurableStore::open(options, events);
  EXPECT_EQ(store->writable(), Writable::yes);
  EXPECT_EQ(put(*store, Table::cards, "large", std::string(14 * kBlockBytes, 'x')),
            CommitOutcome::committed);
  others_wait = false;
}

TEST(StoreBounds, ADiskWithRoomForTheFirstSmallSegmentAloneLetsTheSwitchStartAndSaysSo) {
  TempFolder folder;
  EventLog events;
  FaultyFiles files;
  std::atomic<int> made{0};
  std::atomic<bool> disk_full{true};
  files.reserve_error = [&](const auto&) { return ++made > 1 && disk_full ? ENOSPC : 0; };
  StoreOptions options = in_small_segments(still_options(folder));
  options.files = &files;
  const auto store = DurableStore::open(options, events);
  const std::string large(14 * kBlockBytes, 'x');
  EXPECT_EQ(store->writable(), Writable::full);
  EXPECT_EQ(put(*store, Table::cards, "large", large), CommitOutcome::refused);
  ASSERT_TRUE(tick_until(*store, [&] { return events.count(StoreEvent::disk_full) == 1; }));
  disk_full = false;
  ASSERT_TRUE(tick_until(*store, [&] { return store->writable() == Writable::yes; }));
  EXPECT_EQ(put(*store, Table::cards, "large", large), CommitOutcome::committed);
  EXPECT_EQ(events.count(StoreEvent::disk_room_again), 1u);
}

TEST(StoreBounds, AnotherTroubleOfTheApplyIsToldAndItGoesOn) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  std::atomic<int> fault{EIO};
  options.apply_fault = [&] { return fault.load(); };
  const auto store = DurableStore::open(options, events);
  put(*store, Table::cards, "a", "1");
  ASSERT_TRUE(tick_until(*store, [&] { return events.count(StoreEvent::apply_failed) > 0; }));
  fault = 0;
  ASSERT_TRUE(tick_until(*store, [&] { return store->figures().applied_to == 2; }));
}

TEST(StoreBounds, ASlowWriteIsToldAndCounted) {
  TempFolder folder;
  EventLog events;
  FaultyFiles files;
  std::atomic<bool> slow{false};
  files.write_fault = [&](const auto&, std::size_t, std::uint64_t) {
    if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return std::int64_t{0};
  };
  StoreOptions options = still_options(folder);
  options.files = &files;
  options.slow_write_us = 25'000;
  const auto store = DurableStore::open(options, events);
  slow = true;
  put(*store, Table::cards, "a", "1");
  slow = false;
  EXPECT_GE(events.count(StoreEvent::slow_write), 1u);
  EXPECT_GE(store->figures().slow_writes, 1u);
  EXPECT_GE(store->figures().last_write_us, 30'000);
  const base::HistogramReading writes = store->figures().write_us;
  EXPECT_EQ(writes.count(), 1u);
  EXPECT_GE(writes.sum, 30'000);
  for (std::size_t i = 0; i < writes.bounds.size(); ++i)
    EXPECT_TRUE(writes.bounds[i] >= 30'000 || writes.counts[i] == 0) << writes.bounds[i];
}

}  // namespace
}  // namespace ledger
