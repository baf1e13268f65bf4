/// The process dies, in a child, at any moment: what was answered is there, and no half of a batch.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <random>

#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::EventLog;
using test::FaultyFiles;
using test::TempFolder;
using test::value_of;

constexpr int kPairs = 40;

std::string number_text(std::uint64_t number) {
  std::string text = std::to_string(number);
  return std::string(12 - text.size(), '0') + text;
}

/// Batch n writes n to both halves of pair n mod kPairs, itself to the register, and takes an old
/// entry out of it.
void fill_batch(WriteSet& batch, std::uint64_t n) {
  const std::string pair = std::to_string(n % kPairs);
  const std::string value = number_text(n) + std::string(n % 700, 'v');
  batch.put(Table::cards, pair, value);
  batch.put(Table::accounts, pair, value);
  batch.put(Table::transactions, number_text(n), value);
  if (n > 500) batch.erase(Table::transactions, number_text(n - 500));
  batch.put(Table::meta, "last", number_text(n));
}

StoreOptions crash_options(const std::filesystem::path& folder) {
  StoreOptions options = test::small_options(folder);
  options.window_us = 3'000;
  options.slice_pages = 2;
  options.overlay_bytes = 200'000;
  options.segment_bytes = 32 * kBlockBytes;
  options.max_batch_bytes = 10'000;
  return options;
}

/// Every answered batch is there, whole; at most one that was not answered as well.
std::uint64_t check(const std::filesystem::path& folder, std::uint64_t answered) {
  const auto snapshot = open_offline(folder);
  const std::string last_text = value_of(*snapshot, Table::meta, "last");
  const std::uint64_t last = last_text == "-" ? 0 : std::stoull(last_text);
  EXPECT_GE(last, answered);
  EXPECT_LE(last, answered + 1);
  for (std::uint64_t n = last > 499 ? last - 499 : 1; n <= last; ++n) {
    const std::string value = value_of(*snapshot, Table::transactions, number_text(n));
    EXPECT_EQ(value, number_text(n) + std::string(n % 700, 'v'));
    if (n + kPairs <= last) continue;
    EXPECT_EQ(value_of(*snapshot, Table::cards, std::to_string(n % kPairs)), value);
    EXPECT_EQ(value_of(*snapshot, Table::accounts, std::to_string(n % kPairs)), value);
  }
  std::uint64_t count = 0;
  snapshot->for_each(Table::transactions, [&](auto, auto) { return ++count > 0; });
  EXPECT_EQ(count, std::min<std::uint64_t>(last, 500));
  return last;
}

/// The child's life: opens, writes batches from `n` on, tells each answered one through the pipe.
[[noreturn]] void live(const StoreOptions& options, std::uint64_t n, int pipe, std::uint64_t most) {
  EventLog events;
  const auto store = DurableStore::open(options, events);
  WriteSet batch;
  for (std::uint64_t i = 0; i < most; ++i, ++n) {
    batch.clear();
    fill_batch(batch, n);
    while (store->writable() == Writable::full) store->tick();
    bool committed = false;
    store->commit(batch,
                  [&](CommitOutcome outcome) { committed = outcome == CommitOutcome::committed; });
    if (!committed) ::_exit(3);
    if (::write(pipe, &n, sizeof n) != sizeof n) ::_exit(4);
    store->tick();
  }
  ::_exit(0);
}

/// Runs a life and returns the last answered batch; -1 in `code`: killed.
std::uint64_t run_child(const StoreOptions& options, std::uint64_t n, std::uint64_t most,
                        int kill_after_us, int& code) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    live(options, n, ends[1], most);
  }
  ::close(ends[1]);
  if (kill_after_us >= 0) {
    ::usleep(static_cast<useconds_t>(kill_after_us));
    ::kill(child, SIGKILL);
  }
  std::uint64_t answered = n - 1, told = 0;
  while (::read(ends[0], &told, sizeof told) == sizeof told) answered = told;
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answered;
}

TEST(StoreCrash, KilledAtRandomMomentsNothingAnsweredIsLostAndNothingIsHalf) {
  TempFolder folder;
  std::mt19937_64 random(99);
  FaultyFiles files;
  files.without_sync = true;
  StoreOptions options = crash_options(folder.path());
  options.files = &files;
  std::uint64_t last = 0;
  for (int round = 0; round < 25; ++round) {
    int code = 0;
    // From within the start to the middle of many windows.
    const auto kill_after_us = static_cast<int>(random() % (round % 3 == 0 ? 50'000 : 300'000));
    const std::uint64_t answered = run_child(options, last + 1, UINT64_MAX, kill_after_us, code);
    ASSERT_EQ(code, -1);
    if (!std::filesystem::exists(folder.path() / "ledger.mdb")) continue;
    last = check(folder.path(), answered);
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  EXPECT_GT(last, 200u);
}

/// The child ends at its n-th call of a journal file, for every n until it gets through: each step
/// of the start, of recovery, of preparing, reusing and writing segments. Once from nothing, once
/// from a folder with batches to replay and segments to use again.
TEST(StoreCrash, EndedAtEveryFileCallInTurn) {
  TempFolder folder;
  const std::filesystem::path data = folder.path() / "data", kept = folder.path() / "kept";
  FaultyFiles files;
  files.without_sync = true;
  StoreOptions options = crash_options(data);
  options.files = &files;
  options.window_us = 3'600'000'000;
  options.segment_bytes = 6 * kBlockBytes;
  options.journal_bytes = 400 * options.segment_bytes;
  std::filesystem::create_directories(kept);
  std::uint64_t before = 0;
  for (const bool fresh : {true, false}) {
    for (int call = 0;; ++call) {
      test::copy_folder(kept, data);
      std::atomic<int> left{call};
      files.before = [&](const char*, const auto&) {
        if (left-- == 0) ::_exit(9);
      };
      int code = 0;
      const std::uint64_t answered = run_child(options, before + 1, 12, -1, code);
      files.before = nullptr;
      ASSERT_TRUE(code == 0 || code == 9) << code;
      if (std::filesystem::exists(data / "ledger.mdb")) {
        const std::uint64_t last = check(data, answered);
        ASSERT_FALSE(HasFailure()) << "call " << call;
        // The same again, by a start that gets through and can go on.
        EventLog events;
        const auto store = DurableStore::open(options, events);
        WriteSet batch;
        fill_batch(batch, last + 1);
        ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
        if (code == 0) {
          // A folder with segments to use again and, behind them, batches to replay.
          ASSERT_TRUE(store->settle());
          fill_batch(batch, last + 2);
          ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
          before = last + 2;
        }
      }
      ASSERT_LT(call, 1'000) << "it never gets through";
      if (code == 0) break;
    }
    EXPECT_EQ(before > 14, !fresh);
    test::copy_folder(data, kept);
  }
}

/// A switch that dies right after each start does not fill the disk with segments.
TEST(StoreCrash, ManyStartsUseNoMoreSegmentsThanOne) {
  TempFolder folder;
  StoreOptions options = crash_options(folder.path());
  options.apply_fault = [] { return ENOSPC; };  // the mark never moves
  EventLog events;
  {
    const auto store = DurableStore::open(options, events);
    ASSERT_EQ(test::put(*store, Table::cards, "a", "1"), CommitOutcome::committed);
  }
  for (int i = 0; i < 20; ++i) {
    const auto store = DurableStore::open(options, events);
    EXPECT_EQ(value_of(*store, Table::cards, "a"), "1");
    EXPECT_LE(store->figures().journal_segments, 5u);
    EXPECT_EQ(store->figures().journal_sequence, 3u);
  }
}

}  // namespace
}  // namespace ledger
