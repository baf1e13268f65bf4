#include "ledger/durable_store.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <future>
#include <random>

#include "ledger/purge.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::commit;
using test::EventLog;
using test::FaultyFiles;
using test::Model;
using test::put;
using test::small_options;
using test::TempFolder;
using test::tick_until;
using test::value_of;

constexpr std::int64_t kNever = 3'600'000'000;

/// Options under which nothing is applied unless the test wants it.
StoreOptions still_options(const TempFolder& folder) {
  StoreOptions options = small_options(folder.path());
  options.window_us = kNever;
  return options;
}

std::string scanned(Store& store, Table table, std::string_view first = {},
                    std::size_t limit = SIZE_MAX) {
  std::string seen;
  store.scan(table, first, limit, [&](std::string_view key, std::string_view value) {
    seen += std::string(key) + "=" + std::string(value) + " ";
    return true;
  });
  return seen;
}

TEST(DurableStore, WhatIsCommittedIsReadAndIsThereAfterARestart) {
  TempFolder folder;
  EventLog events;
  {
    const auto store = DurableStore::open(still_options(folder), events);
    EXPECT_EQ(store->writable(), Writable::yes);
    EXPECT_EQ(value_of(*store, Table::cards, "a"), "-");
    EXPECT_EQ(put(*store, Table::cards, "a", "1"), CommitOutcome::committed);
    WriteSet batch;
    batch.put(Table::cards, "a", "2");
    batch.put(Table::cards, "b", "");
    batch.put(Table::holds, "a", "hold");
    batch.put(Table::cards, "c", "gone");
    batch.erase(Table::cards, "c");
    EXPECT_EQ(commit(*store, batch), CommitOutcome::committed);
    EXPECT_EQ(commit(*store, WriteSet()), CommitOutcome::committed);
    EXPECT_EQ(value_of(*store, Table::cards, "a"), "2");
    EXPECT_EQ(value_of(*store, Table::cards, "b"), "");
    EXPECT_EQ(value_of(*store, Table::cards, "c"), "-");
    EXPECT_EQ(store->figures().journal_sequence, 3u) << "the start and two batches";
    EXPECT_EQ(store->figures().applied_to, 0u);
    EXPECT_EQ(store->figures().active_entries, 4u);
  }
  EXPECT_TRUE(events.text(StoreEvent::recovered).starts_with("0 batches"));
  const auto store = DurableStore::open(still_options(folder), events);
  EXPECT_TRUE(events.text(StoreEvent::recovered).starts_with("2 batches with 5 entries"))
      << events.text(StoreEvent::recovered);
  EXPECT_EQ(value_of(*store, Table::cards, "a"), "2");
  EXPECT_EQ(value_of(*store, Table::holds, "a"), "hold");
  EXPECT_EQ(value_of(*store, Table::cards, "c"), "-");
}

TEST(DurableStore, SettleBringsEverythingIntoTheDataFile) {
  TempFolder folder;
  EventLog events;
  {
    const auto store = DurableStore::open(still_options(folder), events);
    WriteSet batch;
    for (int i = 0; i < 3'000; ++i) {
      batch.put(Table::cards, std::to_string(i), "v");
      if (i % 10 != 9) continue;
      ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
      batch.clear();
    }
    EXPECT_TRUE(store->settle());
    EXPECT_EQ(store->figures().backlog_entries, 0u);
    EXPECT_EQ(store->figures().applied_to, store->figures().journal_sequence);
    EXPECT_TRUE(store->settle()) << "nothing to do";
  }
  // Without the un-applied journal the data file alone has it all.
  const auto store = DurableStore::open(still_options(folder), events);
  EXPECT_TRUE(events.text(StoreEvent::recovered).starts_with("0 batches"));
  EXPECT_EQ(value_of(*store, Table::cards, "2999"), "v");
}

TEST(DurableStore, AWindowIsAppliedAndItsOverlayAndSegmentsLetGo) {
  TempFolder folder;
  EventLog events;
  const auto store = DurableStore::open(small_options(folder.path()), events);
  for (int i = 0; i < 200; ++i) put(*store, Table::cards, std::to_string(i), "v");
  ASSERT_TRUE(tick_until(*store, [&] { return store->figures().backlog_entries == 0; }));
  ASSERT_TRUE(tick_until(*store, [&] { return store->figures().frozen_entries == 0; }));
  EXPECT_GE(store->figures().windows, 1u);
  EXPECT_EQ(store->figures().active_entries, 0u);
  EXPECT_EQ(store->figures().journal_bytes, small_options("").segment_bytes);
  EXPECT_GE(events.count(StoreEvent::apply_finished), 1u);
  EXPECT_EQ(value_of(*store, Table::cards, "17"), "v");
  // Idle windows change nothing.
  const std::uint64_t windows = store->figures().windows;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  store->tick();
  store->tick();
  EXPECT_EQ(store->figures().windows, windows);
}

TEST(DurableStore, ScanMergesOverlaysAndFileWithErasures) {
  TempFolder folder;
  EventLog events;
  const auto store = DurableStore::open(still_options(folder), events);
  for (const char* key : {"a", "c", "e", "g"}) put(*store, Table::products, key, "file");
  ASSERT_TRUE(store->settle());
  test::erase(*store, Table::products, "c");
  put(*store, Table::products, "e", "new");
  put(*store, Table::products, "b", "new");
  put(*store, Table::products, "z", "new");
  EXPECT_EQ(scanned(*store, Table::products), "a=file b=new e=new g=file z=new ");
  EXPECT_EQ(scanned(*store, Table::products, "b", 2), "b=new e=new ");
  EXPECT_EQ(scanned(*store, Table::products, "c", 1), "e=new ");
  EXPECT_EQ(scanned(*store, Table::products, "zz"), "");
  EXPECT_EQ(scanned(*store, Table::products, "", 0), "");
  EXPECT_EQ(scanned(*store, Table::merchants), "");
  int seen = 0;
  store->scan(Table::products, "", 9, [&](auto, auto) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

/// Random batches, windows that end at any moment, restarts with and without settling: always as a
/// plain map.
TEST(DurableStore, IsAsAPlainMapOverWindowsAndRestarts) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  options.window_us = 5'000;
  options.slice_pages = 2;
  std::mt19937_64 random(4);
  Model model;
  for (int life = 0; life < 6; ++life) {
    const auto store = DurableStore::open(options, events);
    for (int round = 0; round < 250; ++round) {
      WriteSet batch;
      for (std::uint64_t i = 1 + random() % 12; i > 0; --i) {
        const auto table = static_cast<Table>(1 + random() % kTableCount);
        const std::string key = std::to_string(random() % 300);
        if (random() % 4 == 0) {
          batch.erase(table, key);
          model.erase({table, key});
        } else {
          const std::string value(random() % 300, static_cast<char>('a' + random() % 26));
          batch.put(table, key, value);
          model[{table, key}] = value;
        }
      }
      ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
      store->tick();
      const auto table = static_cast<Table>(1 + random() % kTableCount);
      const std::string key = std::to_string(random() % 300);
      const auto expected = model.find({table, key});
      ASSERT_EQ(value_of(*store, table, key), expected == model.end() ? "-" : expected->second);
      if (round % 50 == 0) {
        std::string all;
        for (auto at = model.lower_bound({table, ""});
             at != model.end() && at->first.first == table; ++at)
          all += at->first.second + "=" + at->second + " ";
        ASSERT_EQ(scanned(*store, table), all);
      }
    }
    if (life % 3 == 1) {
      ASSERT_TRUE(store->settle());
    }
  }
  EXPECT_GT(events.count(StoreEvent::apply_finished), 10u);
  EXPECT_EQ(test::all_of(*open_offline(folder.path())), model);
}

TEST(DurableStore, ASecondOneOnTheFolderIsRefusedWithTheFirstOnesProcess) {
  TempFolder folder;
  EventLog events;
  auto store = DurableStore::open(still_options(folder), events);
  for (const bool offline : {false, true}) {
    try {
      if (offline)
        (void)open_offline(folder.path());
      else
        (void)DurableStore::open(still_options(folder), events);
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("in use by process " + std::to_string(::getpid())),
                std::string::npos)
          << error.what();
    }
  }
  store.reset();
  const auto snapshot = open_offline(folder.path());
  EXPECT_THROW((void)DurableStore::open(still_options(folder), events), std::runtime_error);
}

TEST(DurableStore, WrongSettingsAreRefusedWithASentence) {
  TempFolder folder;
  EventLog events;
  const auto refused = [&](auto change) {
    StoreOptions options = still_options(folder);
    change(options);
    EXPECT_THROW((void)DurableStore::open(options, events), std::runtime_error);
  };
  refused([](StoreOptions& o) { o.segment_bytes = 5'000; });
  refused([](StoreOptions& o) { o.segment_bytes = 4'096; });
  refused([](StoreOptions& o) { o.segment_bytes = std::uint64_t{2} << 30; });
  refused([](StoreOptions& o) { o.journal_bytes = o.segment_bytes * 3; });
  refused([](StoreOptions& o) { o.window_us = 0; });
  refused([](StoreOptions& o) { o.slice_pages = 0; });
  refused([](StoreOptions& o) { o.overlay_bytes = 0; });
  refused([](StoreOptions& o) { o.max_batch_bytes = 0; });
  refused([](StoreOptions& o) { o.folder = "/proc/no/such"; });
  EXPECT_THROW((void)open_offline(folder.path() / "nothing"), std::runtime_error);
}

TEST(DurableStore, AfterAFailedWriteTheOutcomeIsUnknownAndOnlyReadsGoOn) {
  for (const std::int64_t fault : {-EIO, 512}) {
    TempFolder folder;
    EventLog events;
    FaultyFiles files;
    std::atomic<bool> fail{false};
    files.write_fault = [&](const auto&, std::size_t, std::uint64_t) {
      return fail ? fault : std::int64_t{0};
    };
    StoreOptions options = still_options(folder);
    options.files = &files;
    {
      const auto store = DurableStore::open(options, events);
      ASSERT_EQ(put(*store, Table::cards, "a", "1"), CommitOutcome::committed);
      fail = true;
      EXPECT_EQ(put(*store, Table::cards, "a", std::string(5'000, '2')), CommitOutcome::unknown);
      fail = false;
      EXPECT_EQ(store->writable(), Writable::poisoned);
      EXPECT_TRUE(store->figures().poisoned);
      EXPECT_EQ(events.count(StoreEvent::poisoned), 1u);
      EXPECT_EQ(value_of(*store, Table::cards, "a"), "1");
      EXPECT_EQ(put(*store, Table::cards, "a", "3"), CommitOutcome::refused);
      EXPECT_TRUE(store->settle()) << "what was answered is still brought home";
      EXPECT_EQ(store->figures().applied_to, 2u);
    }
    options.files = nullptr;
    const auto store = DurableStore::open(options, events);
    EXPECT_EQ(value_of(*store, Table::cards, "a"), "1");
    EXPECT_EQ(events.count(StoreEvent::tail_dropped), fault > 0 ? 1u : 0u);
    EXPECT_EQ(put(*store, Table::cards, "a", "4"), CommitOutcome::committed);
  }
}

/// The write was done, only its answer was lost: the restart finds the batch and keeps it.
TEST(DurableStore, AnUnknownBatchThatIsWholeOnDiskIsThereAfterTheRestart) {
  TempFolder folder;
  EventLog events;
  FaultyFiles files;
  std::atomic<bool> fail{false};
  files.open_error = [](const auto&, OpenFlags flags) { return flags.direct ? EINVAL : 0; };
  files.sync_error = [&](const auto&) { return fail ? EIO : 0; };
  StoreOptions options = still_options(folder);
  options.files = &files;
  {
    const auto store = DurableStore::open(options, events);
    fail = true;
    EXPECT_EQ(put(*store, Table::cards, "a", "1"), CommitOutcome::unknown);
    EXPECT_EQ(value_of(*store, Table::cards, "a"), "-");
    fail = false;
  }
  const auto store = DurableStore::open(options, events);
  EXPECT_EQ(value_of(*store, Table::cards, "a"), "1");
}

TEST(DurableStore, ABatchOverItsBoundIsRefusedAndTold) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = still_options(folder);
  options.max_batch_bytes = 10'000;
  const auto store = DurableStore::open(options, events);
  EXPECT_EQ(put(*store, Table::cards, "a", std::string(10'000, 'x')), CommitOutcome::refused);
  EXPECT_EQ(events.count(StoreEvent::batch_too_large), 1u);
  EXPECT_EQ(put(*store, Table::cards, "a", std::string(9'900, 'x')), CommitOutcome::committed);
  // Only what lives counts.
  WriteSet batch;
  for (int i = 0; i < 10; ++i) batch.put(Table::cards, "b", std::string(5'000, 'x'));
  EXPECT_EQ(commit(*store, batch), CommitOutcome::committed);
}

TEST(DurableStore, AtTheBoundTheWindowEndsEarlyAndThenThereIsBackPressure) {
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

TEST(DurableStore, AMapThatIsFullWaitsLikeADiskThatIsFull) {
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

TEST(DurableStore, TheJournalsOwnBoundIsBackPressureToo) {
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
  EXPECT_GE(events.count(StoreEvent::bound_reached), 1u);
}

TEST(DurableStore, AnotherTroubleOfTheApplyIsToldAndItGoesOn) {
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

TEST(DurableStore, ASlowWriteIsToldAndCounted) {
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
}

TEST(DurableStore, DamageInTheDataFileIsThrownAndOtherKeysAreRead) {
  TempFolder folder;
  EventLog events;
  {
    const auto store = DurableStore::open(still_options(folder), events);
    put(*store, Table::cards, "a", "balance-of-the-card");
    put(*store, Table::cards, "b", "another");
    ASSERT_TRUE(store->settle());
  }
  ASSERT_GE(test::change_in_file(folder.path() / "ledger.mdb", "balance-of", "balance+of"), 1);
  const auto store = DurableStore::open(still_options(folder), events);
  EXPECT_THROW((void)store->get(Table::cards, "a"), DamagedRecord);
  EXPECT_THROW(scanned(*store, Table::cards), DamagedRecord);
  EXPECT_EQ(value_of(*store, Table::cards, "b"), "another");
  put(*store, Table::cards, "a", "written anew");
  EXPECT_EQ(value_of(*store, Table::cards, "a"), "written anew");
}

TEST(DurableStore, OfflineReadsThroughTheJournalAndChangesNothing) {
  TempFolder folder;
  EventLog events;
  {
    const auto store = DurableStore::open(still_options(folder), events);
    put(*store, Table::cards, "a", "file");
    put(*store, Table::cards, "b", "file");
    ASSERT_TRUE(store->settle());
    put(*store, Table::cards, "b", "journal");
    put(*store, Table::holds, "c", "journal");
    test::erase(*store, Table::cards, "a");
  }
  std::map<std::string, std::string> before;
  const auto contents = [&] {
    std::map<std::string, std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
      if (entry.is_regular_file() && entry.path().filename() != "lock")
        found[entry.path().string()] = test::read_file(entry.path());
    return found;
  };
  before = contents();
  {
    const auto snapshot = open_offline(folder.path());
    EXPECT_EQ(value_of(*snapshot, Table::cards, "a"), "-");
    EXPECT_EQ(value_of(*snapshot, Table::cards, "b"), "journal");
    EXPECT_EQ(test::all_of(*snapshot),
              (Model{{{Table::cards, "b"}, "journal"}, {{Table::holds, "c"}, "journal"}}));
  }
  EXPECT_EQ(contents(), before);
}

/// Each batch moves an amount between two accounts; at a window's end the sum is what it was.
TEST(DurableStore, ASettledSnapshotIsConsistentWhileBatchesGoOn) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  options.window_us = 10'000;
  options.slice_pages = 1;
  const auto store = DurableStore::open(options, events);
  constexpr int kAccounts = 200;
  {
    WriteSet batch;
    for (int i = 0; i < kAccounts; ++i) batch.put(Table::accounts, std::to_string(i), "1000");
    ASSERT_EQ(commit(*store, batch), CommitOutcome::committed);
    ASSERT_TRUE(store->settle());
  }
  std::mt19937_64 random(11);
  std::atomic<int> looks{0}, wrong{0};
  std::atomic<std::uint64_t> last{0};
  for (int round = 0; round < 20'000 && looks < 5; ++round) {
    WriteSet batch;
    const std::string from = std::to_string(random() % kAccounts);
    const std::string to = std::to_string((std::stoull(from) + 1 + random() % 7) % kAccounts);
    batch.put(Table::accounts, from,
              std::to_string(std::stoll(value_of(*store, Table::accounts, from)) - 1));
    batch.put(Table::accounts, to,
              std::to_string(std::stoll(value_of(*store, Table::accounts, to)) + 1));
    ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
    store->tick();
    if (round % 10 != 0) continue;
    store->request_settled_snapshot([&](Snapshot& snapshot, std::uint64_t sequence) {
      std::int64_t sum = 0;
      int count = 0;
      snapshot.for_each(Table::accounts, [&](std::string_view, std::string_view value) {
        sum += std::stoll(std::string(value));
        ++count;
        return true;
      });
      if (sum != 1'000 * kAccounts || count != kAccounts || sequence <= last) ++wrong;
      last = sequence - 1;  // the same window may be seen twice
      ++looks;
    });
  }
  EXPECT_GE(looks, 5);
  EXPECT_EQ(wrong, 0);
}

TEST(DurableStore, OnlyOneSettledSnapshotAtATimeAndItsTimeIsLimited) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  options.snapshot_limit_us = 100'000;
  const auto store = DurableStore::open(options, events);
  WriteSet batch;
  for (int i = 0; i < 1'000; ++i) batch.put(Table::cards, std::to_string(i), "v");
  ASSERT_EQ(commit(*store, batch), CommitOutcome::committed);
  ASSERT_TRUE(store->settle());
  std::promise<bool> expired;
  EXPECT_TRUE(store->request_settled_snapshot([&](Snapshot& snapshot, std::uint64_t) {
    const auto view = snapshot.get(Table::cards, "7");
    EXPECT_EQ(view, "v");
    try {
      for (;;) {
        snapshot.for_each(Table::cards, [](auto, auto) { return true; });
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    } catch (const SnapshotExpired&) {
      EXPECT_EQ(view, "v") << "what was handed out is still there";
      expired.set_value(true);
      throw;
    }
  }));
  EXPECT_FALSE(store->request_settled_snapshot([](Snapshot&, std::uint64_t) { FAIL(); }));
  EXPECT_TRUE(expired.get_future().get());
  std::atomic<bool> second{false};
  bool taken = false;
  ASSERT_TRUE(tick_until(*store, [&] {
    taken =
        taken || store->request_settled_snapshot([&](Snapshot&, std::uint64_t) { second = true; });
    return taken;
  }));
  ASSERT_TRUE(tick_until(*store, [&] { return second.load(); }));
  EXPECT_EQ(events.count(StoreEvent::snapshot_aborted), 1u);
}

TEST(DurableStore, ASnapshotIsEndedWithTheStoreAndItsUsersThrowIsTold) {
  TempFolder folder;
  EventLog events;
  std::atomic<bool> begun{false};
  {
    const auto store = DurableStore::open(small_options(folder.path()), events);
    put(*store, Table::cards, "a", "1");
    ASSERT_TRUE(store->settle());
    ASSERT_TRUE(store->request_settled_snapshot([&](Snapshot& snapshot, std::uint64_t) {
      for (;; begun = true) (void)snapshot.get(Table::cards, "a");
    }));
    while (!begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(events.count(StoreEvent::snapshot_aborted), 1u);
  const auto store = DurableStore::open(small_options(folder.path()), events);
  ASSERT_TRUE(store->request_settled_snapshot(
      [](Snapshot&, std::uint64_t) { throw std::runtime_error("found a fault"); }));
  ASSERT_TRUE(tick_until(*store, [&] { return events.count(StoreEvent::snapshot_aborted) == 2; }));
  EXPECT_NE(events.text(StoreEvent::snapshot_aborted).find("found a fault"), std::string::npos);
}

TEST(DurableStore, NoSnapshotIsSettledBeforeWhatWasReplayedIsApplied) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = still_options(folder);
  {
    const auto store = DurableStore::open(options, events);
    put(*store, Table::cards, "a", "1");
  }
  std::atomic<int> fault{ENOSPC};
  options.apply_fault = [&] { return fault.load(); };
  const auto store = DurableStore::open(options, events);
  std::promise<std::string> seen;
  ASSERT_TRUE(store->request_settled_snapshot([&](Snapshot& snapshot, std::uint64_t) {
    seen.set_value(value_of(snapshot, Table::cards, "a"));
  }));
  auto future = seen.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  fault = 0;
  EXPECT_EQ(future.get(), "1");
}

TEST(DurableStore, ThePurgeErasesInTheDataFileABoundedNumberAWindow) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  options.purge_entries = 100;
  std::atomic<int> calls{0}, finished{0};
  options.purge = [&](PurgeScope& scope) {
    ++calls;
    finished += scope.sweep(Table::duplicates, {}, [](std::string_view key, std::string_view) {
      if (key >= "2") return PurgeScope::Verdict::stop;
      return key == "1keep" ? PurgeScope::Verdict::keep : PurgeScope::Verdict::erase;
    });
  };
  const auto store = DurableStore::open(options, events);
  WriteSet batch;
  for (int i = 0; i < 450; ++i) {
    char key[16];
    std::snprintf(key, sizeof key, "0%03d", i);
    batch.put(Table::duplicates, key, "old");
  }
  batch.put(Table::duplicates, "1keep", "old");
  batch.put(Table::duplicates, "2a", "new");
  ASSERT_EQ(commit(*store, batch), CommitOutcome::committed);
  ASSERT_TRUE(tick_until(*store, [&] { return store->figures().windows > 0; }));
  ASSERT_TRUE(tick_until(*store, [&] { return store->figures().frozen_entries == 0; }));
  EXPECT_EQ(finished, 0);
  EXPECT_EQ(value_of(*store, Table::duplicates, "0099"), "-");
  EXPECT_EQ(value_of(*store, Table::duplicates, "0100"), "old");
  int n = 0;
  ASSERT_TRUE(tick_until(*store, [&] {
    put(*store, Table::meta, "n", std::to_string(n++));
    return finished > 0;
  }));
  EXPECT_GE(calls, 5);
  EXPECT_TRUE(store->settle());
  EXPECT_EQ(scanned(*store, Table::duplicates), "1keep=old 2a=new ");
}

TEST(DurableStore, APurgeThatThrowsOrMeetsDamageHarmsNothing) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  {
    const auto store = DurableStore::open(options, events);
    put(*store, Table::duplicates, "a", "the-damaged-one");
    put(*store, Table::duplicates, "b", "another");
    ASSERT_TRUE(store->settle());
  }
  ASSERT_GE(test::change_in_file(folder.path() / "ledger.mdb", "the-damaged", "the+damaged"), 1);
  options.purge = [](PurgeScope& scope) {
    scope.sweep(Table::duplicates, {}, [](auto, auto) { return PurgeScope::Verdict::erase; });
    throw std::runtime_error("thrown by the purge");
  };
  const auto store = DurableStore::open(options, events);
  put(*store, Table::meta, "n", "1");
  EXPECT_TRUE(store->settle());
  EXPECT_EQ(events.count(StoreEvent::apply_failed), 2u);
  EXPECT_THROW((void)store->get(Table::duplicates, "a"), DamagedRecord);
  EXPECT_EQ(value_of(*store, Table::duplicates, "b"), "-");
}

}  // namespace
}  // namespace ledger
