#include "ledger/durable_store.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <random>

#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::commit;
using test::EventLog;
using test::FaultyFiles;
using test::Model;
using test::put;
using test::scanned;
using test::small_options;
using test::still_options;
using test::TempFolder;
using test::tick_until;
using test::value_of;

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

TEST(DurableStore, WarnsWhereTheSegmentThatShouldFollowIsGone) {
  test::TempFolder folder;
  StoreOptions options = test::still_options(folder);
  options.overlay_bytes = 4 << 20;  // all of it, so that nothing is applied
  const auto segments = [&] { return test::segments_in(options.folder / "journal"); };
  {
    EventLog events;
    const auto store = DurableStore::open(options, events);
    for (int i = 0; i < 30;
         ++i) {  // more than one segment of 1 MiB, of which one is ready at first
      WriteSet batch;
      batch.put(Table::cards, std::to_string(i), std::string(60'000, 'v'));
      ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
    }
    ASSERT_TRUE(test::tick_until(*store, [&] { return segments().size() >= 3; }));
  }
  ASSERT_EQ(segments()[1].filename(), segment_name(2));
  std::filesystem::remove(segments()[1]);
  for (const std::size_t warnings : {1u, 0u}) {  // the second start follows the first one's record
    EventLog events;
    const auto store = DurableStore::open(options, events);
    EXPECT_EQ(value_of(*store, Table::cards, "0").size(), 60'000u);
    EXPECT_EQ(value_of(*store, Table::cards, "29"), "-") << "nobody can know";
    EXPECT_EQ(events.count(StoreEvent::segment_missing), warnings);
    if (warnings == 0) continue;
    EXPECT_NE(events.text(StoreEvent::segment_missing)
                  .find(segment_name(2) + " is not there, but " + segment_name(3) + " is"),
              std::string::npos);
  }
}

/// Else the data file's new name could be gone after a power cut, and with it what was answered.
TEST(DurableStore, DoesNotStartOnAFolderWhoseNewNamesCannotBeSynced) {
  test::TempFolder folder;
  test::EventLog events;
  test::FaultyFiles files;
  StoreOptions options = test::still_options(folder);
  options.files = &files;
  int syncs = 0;  // the first is of the folder that was made
  files.sync_folder_error = [&](const auto& path) {
    return path == options.folder && ++syncs == 2 ? EIO : 0;
  };
  try {
    DurableStore::open(options, events);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot be synced: Input/output error"),
              std::string::npos)
        << error.what();
  }
}

TEST(DurableStore, ItsFiguresTellAWindowsAgeAndItsWayIntoTheDataFile) {
  TempFolder folder;
  EventLog events;
  const auto store = DurableStore::open(still_options(folder), events);
  StoreFigures figures = store->figures();
  EXPECT_EQ(figures.active_age_us, 0) << "nothing is in it";
  EXPECT_EQ(figures.last_window_us, 0);
  put(*store, Table::cards, "a", "1");
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  put(*store, Table::cards, "b", "2");
  figures = store->figures();
  EXPECT_GE(figures.active_age_us, 2'000) << "of its first entry";
  EXPECT_EQ(figures.frozen_age_us, 0);
  EXPECT_EQ(figures.write_us.count(), 2u);
  // Two entries of a header, a key and a value of one byte each.
  EXPECT_EQ(figures.journal_written_bytes, 2 * (kEntryHeaderBytes + 2));
  EXPECT_FALSE(figures.full || figures.apply_stuck);

  const std::int64_t before_us = base::system_now();
  ASSERT_TRUE(store->settle());
  figures = store->figures();
  EXPECT_EQ(figures.active_age_us, 0);
  EXPECT_EQ(figures.frozen_age_us, 0);
  EXPECT_EQ(figures.windows, 1u);
  EXPECT_EQ(figures.window_us.count(), 1u);
  EXPECT_GT(figures.window_us.sum, 0);
  EXPECT_GE(figures.last_window_us, before_us);
}

TEST(DurableStore, WhatAStartReplaysHasAnAgeToo) {
  TempFolder folder;
  EventLog events;
  put(*DurableStore::open(still_options(folder), events), Table::cards, "a", "1");
  StoreOptions options = still_options(folder);
  options.apply_fault = [] { return ENOSPC; };
  const auto store = DurableStore::open(options, events);
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_GE(store->figures().frozen_age_us, 2'000);
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

TEST(DurableStore, AFolderThatItMakesIsItsOwnersAlone) {
  TempFolder folder;
  EventLog events;
  StoreOptions options = still_options(folder);
  options.folder = folder.path() / "deep" / "data";
  const auto store = DurableStore::open(options, events);
  EXPECT_EQ(std::filesystem::status(options.folder).permissions(),
            std::filesystem::perms::owner_all);
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

}  // namespace
}  // namespace ledger
