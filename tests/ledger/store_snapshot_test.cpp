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
using test::Model;
using test::put;
using test::scanned;
using test::small_options;
using test::still_options;
using test::TempFolder;
using test::tick_until;
using test::value_of;

TEST(StoreSnapshot, OfflineReadsThroughTheJournalAndChangesNothing) {
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
TEST(StoreSnapshot, ASettledSnapshotIsConsistentWhileBatchesGoOn) {
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
    store->request_settled_snapshot(
        [&](Snapshot& snapshot, std::uint64_t sequence) {
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
        },
        nullptr);
  }
  EXPECT_GE(looks, 5);
  EXPECT_EQ(wrong, 0);
}

TEST(StoreSnapshot, OnlyOneSettledSnapshotAtATimeAndItsTimeIsLimited) {
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
  EXPECT_TRUE(store->request_settled_snapshot(
      [&](Snapshot& snapshot, std::uint64_t) {
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
      },
      nullptr));
  EXPECT_FALSE(store->request_settled_snapshot([](Snapshot&, std::uint64_t) { FAIL(); }, nullptr));
  EXPECT_TRUE(expired.get_future().get());
  std::atomic<bool> second{false};
  bool taken = false;
  ASSERT_TRUE(tick_until(*store, [&] {
    taken = taken || store->request_settled_snapshot(
                         [&](Snapshot&, std::uint64_t) { second = true; }, nullptr);
    return taken;
  }));
  ASSERT_TRUE(tick_until(*store, [&] { return second.load(); }));
  EXPECT_EQ(events.count(StoreEvent::snapshot_aborted), 1u);
}

TEST(StoreSnapshot, ASnapshotIsEndedWithTheStoreAndItsUsersThrowIsTold) {
  TempFolder folder;
  EventLog events;
  std::atomic<bool> begun{false};
  {
    const auto store = DurableStore::open(small_options(folder.path()), events);
    put(*store, Table::cards, "a", "1");
    ASSERT_TRUE(store->settle());
    ASSERT_TRUE(store->request_settled_snapshot(
        [&](Snapshot& snapshot, std::uint64_t) {
          for (;; begun = true) (void)snapshot.get(Table::cards, "a");
        },
        nullptr));
    while (!begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(events.count(StoreEvent::snapshot_aborted), 1u);
  const auto store = DurableStore::open(small_options(folder.path()), events);
  ASSERT_TRUE(store->request_settled_snapshot(
      [](Snapshot&, std::uint64_t) { throw std::runtime_error("found a fault"); }, nullptr));
  ASSERT_TRUE(tick_until(*store, [&] { return events.count(StoreEvent::snapshot_aborted) == 2; }));
  EXPECT_NE(events.text(StoreEvent::snapshot_aborted).find("found a fault"), std::string::npos);
}

TEST(StoreSnapshot, ASettledSnapshotHasWhatWasCommittedBeforeItWasAskedFor) {
  TempFolder folder;
  EventLog events;
  const auto store = DurableStore::open(still_options(folder), events);
  for (const char* value : {"1", "2"}) {
    put(*store, Table::cards, "a", value);
    std::atomic<bool> seen{false};
    std::string found;
    const auto look = [&](Snapshot& snapshot, std::uint64_t) {
      found = value_of(snapshot, Table::cards, "a");
      seen = true;
    };
    bool taken = false;  // the one before may be closing
    ASSERT_TRUE(tick_until(
        *store, [&] { return taken = taken || store->request_settled_snapshot(look, nullptr); }));
    ASSERT_TRUE(tick_until(*store, [&] { return seen.load(); })) << "though no window is over";
    EXPECT_EQ(found, value);
  }
}

TEST(StoreSnapshot, WhereNoWindowEndsTheAskerIsToldSo) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = small_options(folder.path());
  options.snapshot_limit_us = 100'000;
  options.apply_fault = [] { return ENOSPC; };
  const auto store = DurableStore::open(options, events);
  put(*store, Table::cards, "a", "1");
  std::atomic<bool> refused{false};
  ASSERT_TRUE(store->request_settled_snapshot([](Snapshot&, std::uint64_t) { FAIL(); },
                                              [&](std::string_view) { refused = true; }));
  ASSERT_TRUE(tick_until(*store, [&] { return refused.load(); }));
}

TEST(StoreSnapshot, NoSnapshotIsSettledBeforeWhatWasReplayedIsApplied) {
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
  ASSERT_TRUE(store->request_settled_snapshot(
      [&](Snapshot& snapshot, std::uint64_t) {
        seen.set_value(value_of(snapshot, Table::cards, "a"));
      },
      nullptr));
  auto future = seen.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  fault = 0;
  EXPECT_EQ(future.get(), "1");
}

TEST(StoreSnapshot, ThePurgeErasesInTheDataFileABoundedNumberAWindow) {
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

TEST(StoreSnapshot, APurgeThatThrowsOrMeetsDamageHarmsNothing) {
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
