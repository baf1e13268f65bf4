#include "ledger/backup.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <future>

#include "ledger/crc32c.hpp"
#include "ledger/draft.hpp"
#include "ledger/restore.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::commit;
using test::EventLog;
using test::FaultyFiles;
using test::Model;
using test::small_options;
using test::TempFolder;
using test::tick_until;

const RestoreProgress kQuiet = [](int, std::string_view) {};

/// A store whose batches carry a transaction's number, as the switch's do.
class BackupTest : public testing::Test {
 protected:
  StoreOptions options() {
    StoreOptions options = small_options(folder_.path() / "data");
    options.window_us = 3'600'000'000;
    options.files = &files_;
    return options;
  }
  void open(const StoreOptions& options) { store_ = DurableStore::open(options, events_); }

  /// One batch with so many transactions.
  void take(int transactions) {
    WriteSet batch;
    for (int i = 0; i < transactions; ++i) {
      ++sequence_;
      batch.put(Table::transactions, number_key(sequence_), "transaction");
    }
    batch.put(Table::meta, kSequenceCounter, bytes_of(sequence_));
    batch.put(Table::accounts, "balance", std::to_string(sequence_));
    ASSERT_EQ(test::commit_patiently(*store_, batch), CommitOutcome::committed);
  }

  struct Outcome {
    std::string error;
    Manifest manifest;
  };
  /// Asks for one and ticks until it is done.
  Outcome back_up(std::function<void(int, std::string_view)> progress = kQuiet) {
    auto done = std::make_shared<std::promise<Outcome>>();
    auto outcome = done->get_future();
    const auto ask = [&] {
      return store_->request_backup(
          {.folder = backup(),
           .time_us = 1'795'309'200'000'000,
           .program = "test 1",
           .progress = progress,
           .done = [done](const std::string& error, const Manifest& made) {
             done->set_value({error, made});
           }});
    };
    const auto is_done = [&] {
      return outcome.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
    };
    bool taken = false;  // the one before may be closing
    for (int i = 0; i < 20'000 && !is_done(); ++i) {
      const std::lock_guard lock(ledger_thread_);
      taken = taken || ask();
      store_->tick();
    }
    EXPECT_TRUE(is_done());
    return outcome.get();
  }

  RestoreReport restore(std::optional<Sequence> to = {}) {
    const Manifest manifest = read_backup(system_files(), backup(), kQuiet);
    const RestoreReport report = restore_backup(system_files(), manifest,
                                                {.backup = backup(),
                                                 .target = target(),
                                                 .key_files = {target() / "keys"},
                                                 .to_sequence = to,
                                                 .map_bytes = std::uint64_t{256} << 20,
                                                 .time_us = 1'795'309'200'000'000});
    finish_restore(system_files(), target());
    return report;
  }
  std::string restore_error(std::optional<Sequence> to = {}) {
    try {
      restore(to);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  Model restored() { return test::all_of(*open_offline(target())); }

  std::filesystem::path backup() const { return folder_.path() / "backup"; }
  std::filesystem::path target() const { return folder_.path() / "new"; }

  /// Who is the ledger's thread just now: the test, or what it does in a backup's progress.
  std::mutex ledger_thread_;
  TempFolder folder_;
  FaultyFiles files_;
  EventLog events_;
  Sequence sequence_ = 0;
  std::unique_ptr<DurableStore> store_;
};

TEST_F(BackupTest, HoldsWhatWasCommittedAndIsRestoredToAnyTransactionOfItsJournal) {
  open(options());
  take(1);  // #1
  take(1);  // #2
  ASSERT_TRUE(store_->settle());
  take(1);  // #3
  take(3);  // #4 to #6
  take(1);  // #7
  const Outcome outcome = back_up();
  ASSERT_EQ(outcome.error, "");
  take(1);  // #8: not in it
  EXPECT_EQ(outcome.manifest.first_sequence, 2u);
  EXPECT_EQ(outcome.manifest.last_sequence, 7u);
  EXPECT_EQ(read_backup(system_files(), backup(), kQuiet), outcome.manifest);

  const std::pair<Sequence, Sequence> ends[] = {{2, 2}, {3, 3}, {4, 6}, {5, 6}, {6, 6}, {7, 7}};
  for (const auto& [wanted, got] : ends) {
    std::filesystem::remove_all(target());
    EXPECT_EQ(restore(wanted).last_sequence, got);
    const Model model = restored();
    EXPECT_EQ(model.at({Table::accounts, "balance"}), std::to_string(got));
    EXPECT_EQ(model.size(), got + 2) << "its transactions, and none that came later";
  }
  std::filesystem::remove_all(target());
  EXPECT_EQ(restore().last_sequence, 7u);
  EXPECT_NE(restore_error(3).find("is not empty"), std::string::npos);
  std::filesystem::remove_all(target());
  EXPECT_NE(restore_error(1).find("from #2 to #7"), std::string::npos);
  EXPECT_NE(restore_error(8).find("from #2 to #7"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(BackupTest, WhatIsCommittedWhileItIsTakenIsInItsJournal) {
  open(options());
  take(1);
  ASSERT_TRUE(store_->settle());
  std::atomic<bool> told{false};
  // The tables are copied: what comes now is only in the journal.
  const Outcome outcome = back_up([&](int, std::string_view doing) {
    if (doing != "copying the journal" || told.exchange(true)) return;
    const std::lock_guard lock(ledger_thread_);
    take(1);
    take(1);
  });
  ASSERT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.manifest.first_sequence, 1u);
  EXPECT_EQ(outcome.manifest.last_sequence, 3u);
  EXPECT_EQ(restore().last_sequence, 3u);
}

TEST_F(BackupTest, ARestoredFolderGoesOnAndNeverReadsASegmentFromElsewhere) {
  open(options());
  take(1);
  ASSERT_TRUE(store_->settle());
  take(1);
  take(1);
  ASSERT_EQ(back_up().error, "");
  store_.reset();
  restore(2);
  // The old folder's journal, which goes on behind the restored end.
  for (const auto& segment : test::segments_in(folder_.path() / "data" / "journal"))
    std::filesystem::copy_file(segment, target() / "journal" / segment.filename());
  StoreOptions restored_options = small_options(target());
  for (int start = 0; start < 2; ++start) {
    store_ = DurableStore::open(restored_options, events_);
    EXPECT_EQ(test::value_of(*store_, Table::accounts, "balance"), start == 0 ? "2" : "9");
    sequence_ = 8;
    take(1);
    store_.reset();
  }
}

TEST_F(BackupTest, OnlyOneAtATimeAndTheStoreGoesOn) {
  open(options());
  take(1);
  ASSERT_TRUE(store_->settle());
  bool second = true;
  const Outcome outcome = back_up([&](int, std::string_view) {
    if (!second) return;
    BackupRequest another;
    another.folder = folder_.path() / "second";
    second = store_->request_backup(std::move(another));
  });
  EXPECT_FALSE(second);
  EXPECT_EQ(outcome.error, "");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "second"));
}

TEST_F(BackupTest, WithoutRoomItIsEndedRemovedAndMayBeTakenAgain) {
  std::atomic<bool> full = true;
  files_.write_fault = [&](const std::filesystem::path& path, std::size_t, std::uint64_t) {
    return full && path.string().starts_with(backup().string()) ? -ENOSPC : 0;
  };
  open(options());
  take(1);
  const Outcome outcome = back_up();
  EXPECT_NE(outcome.error.find("make room there"), std::string::npos) << outcome.error;
  EXPECT_TRUE(std::filesystem::is_empty(backup()));
  take(1);
  full = false;
  EXPECT_EQ(back_up().error, "");
  EXPECT_EQ(restore().last_sequence, 2u);
}

TEST_F(BackupTest, AFolderThatIsNoPlaceForABackupIsRefused) {
  open(options());
  take(1);
  std::filesystem::create_directory(backup());
  test::write_file(backup() / "something", "of somebody's");
  EXPECT_NE(back_up().error.find("is not empty"), std::string::npos);
  EXPECT_EQ(test::read_file(backup() / "something"), "of somebody's");
  std::filesystem::remove_all(backup());
  std::filesystem::create_directory_symlink(folder_.path() / "data" / "journal", backup());
  EXPECT_NE(back_up().error.find("in the data folder"), std::string::npos);
  std::filesystem::remove(backup());
  test::write_file(backup(), "a file");
  EXPECT_NE(back_up().error.find("is not empty"), std::string::npos);
}

TEST_F(BackupTest, ItIsEndedAtItsTimeLimit) {
  StoreOptions limited = options();
  limited.backup_limit_us = 100'000;
  open(limited);
  take(1);
  ASSERT_TRUE(store_->settle());
  const Outcome outcome = back_up(
      [](int, std::string_view) { std::this_thread::sleep_for(std::chrono::milliseconds(150)); });
  EXPECT_NE(outcome.error.find("ledger.backup-limit"), std::string::npos) << outcome.error;
  EXPECT_TRUE(std::filesystem::is_empty(backup()));
}

TEST_F(BackupTest, NearTheJournalsBoundTheBackupEndsAndNoBatchIsRefused) {
  StoreOptions small = options();
  small.window_us = 10'000;
  small.segment_bytes = 16 * kBlockBytes;
  small.max_batch_bytes = 8 << 10;
  small.journal_bytes = 16 * small.segment_bytes;
  open(small);
  take(1);
  ASSERT_TRUE(store_->settle());
  bool filled = false;
  const Outcome outcome = back_up([&](int, std::string_view) {
    if (std::exchange(filled, true)) return;
    const std::lock_guard lock(ledger_thread_);
    // 400 blocks: without the backup's end there would be no room for the last of them.
    for (int i = 0; i < 400; ++i) {
      take(1);
      store_->tick();
    }
  });
  EXPECT_NE(outcome.error.find("journal-mib"), std::string::npos) << outcome.error;
  ASSERT_TRUE(tick_until(*store_, [&] {
    return store_->figures().journal_bytes < small.journal_bytes / 2;
  })) << "the segments are for messages again";
}

TEST_F(BackupTest, OneChangedByteInAnyFileIsNoticedAndNamesIt) {
  open(options());
  take(1);
  ASSERT_TRUE(store_->settle());
  take(1);
  const Outcome outcome = back_up();
  ASSERT_EQ(outcome.error, "");
  std::vector<std::string> names{"manifest"};
  for (const BackupFile& file : outcome.manifest.files) names.push_back(file.name);
  ASSERT_GE(names.size(), 3u);
  for (const std::string& name : names) {
    const std::string right = test::read_file(backup() / name);
    std::string wrong = right;
    wrong[wrong.size() / 3] ^= 1;
    test::write_file(backup() / name, wrong);
    const std::string error = restore_error();
    EXPECT_NE(error.find("damaged"), std::string::npos) << name << ": " << error;
    EXPECT_NE(error.find((backup() / name).string()), std::string::npos) << error;
    test::write_file(backup() / name, right);
  }
  const std::string manifest = test::read_file(backup() / "manifest");
  test::write_file(backup() / "manifest", manifest.substr(0, manifest.size() / 2));
  EXPECT_NE(restore_error().find("damaged"), std::string::npos);
  test::write_file(backup() / "manifest", "cyberpass-backup 2\nin words of its own\n");
  EXPECT_NE(restore_error().find("or a later one"), std::string::npos);
  std::filesystem::remove(backup() / "manifest");
  test::write_file(backup() / "manifest.unfinished", "");
  EXPECT_NE(restore_error().find("was not finished"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(BackupTest, NobodyStartsOnABackupOrOnAHalfRestoredFolder) {
  open(options());
  take(1);
  ASSERT_EQ(back_up().error, "");
  store_.reset();
  const auto start_error = [&](const std::filesystem::path& folder) -> std::string {
    try {
      DurableStore::open(small_options(folder), events_);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(start_error(backup()).find("--restore"), std::string::npos);
  restore();
  test::write_file(target() / "restoring", "");
  EXPECT_NE(start_error(target()).find("same `cpswitch --restore`"), std::string::npos);
  EXPECT_THROW(open_offline(target()), std::runtime_error);
  test::write_file(target() / "journal" / "segment-0000000000000001", "left over");
  restore();
  EXPECT_EQ(start_error(target()), "");
}

TEST_F(BackupTest, AJournalOfALaterVersionIsNotTakenForADamagedOne) {
  open(options());
  take(1);
  store_.reset();
  const auto segment = test::segments_in(folder_.path() / "data" / "journal").front();
  std::string bytes = test::read_file(segment);
  auto* block = reinterpret_cast<std::uint8_t*>(bytes.data());
  const auto epoch = load_little_endian<std::uint64_t>(block + 16);
  store_little_endian(block + 8, std::uint32_t{2});
  store_little_endian(block + 4, crc32c(epoch_seed(epoch), block + 8, 32));
  test::write_file(segment, bytes);
  try {
    open(options());
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("version 2"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("or a later one"), std::string::npos);
  }
}

}  // namespace
}  // namespace ledger
