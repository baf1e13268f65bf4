#include "ledger/memory_store.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::commit;
using test::put;
using test::value_of;

TEST(MemoryStore, ReadsScansAndErasesWhatWasCommitted) {
  MemoryStore store;
  EXPECT_EQ(put(store, Table::cards, "b", "2"), CommitOutcome::committed);
  put(store, Table::cards, "a", "1");
  put(store, Table::cards, "c", "3");
  put(store, Table::holds, "a", "hold");
  test::erase(store, Table::cards, "c");
  EXPECT_EQ(value_of(store, Table::cards, "a"), "1");
  EXPECT_EQ(value_of(store, Table::cards, "c"), "-");
  std::string seen;
  store.scan(Table::cards, "", 10, [&](auto key, auto value) {
    seen += std::string(key) + std::string(value) + " ";
    return true;
  });
  EXPECT_EQ(seen, "a1 b2 ");
  seen.clear();
  store.scan(Table::cards, "a", 1, [&](auto key, auto) {
    seen += key;
    return true;
  });
  EXPECT_EQ(seen, "a");
  EXPECT_EQ(test::all_of(*store.snapshot()).size(), 3u);
  EXPECT_EQ(commit(store, WriteSet()), CommitOutcome::committed);
  EXPECT_EQ(store.commits(), 5u);
}

TEST(MemoryStore, ADelayedBatchIsVisibleWithItsDone) {
  MemoryStore store({.seed = 3, .delayed = 1, .max_delay = 1'000});
  WriteSet batch;
  batch.put(Table::cards, "a", "1");
  int called = 0;
  store.commit(batch, [&](CommitOutcome outcome) {
    EXPECT_EQ(outcome, CommitOutcome::committed);
    ++called;
  });
  EXPECT_TRUE(store.pending());
  EXPECT_GT(store.due(), 0);
  EXPECT_LE(store.due(), 1'000);
  store.run_until(store.due() - 1);
  EXPECT_EQ(called, 0);
  store.run_until(store.due());
  EXPECT_EQ(called, 1);
  EXPECT_FALSE(store.pending());
  EXPECT_EQ(value_of(store, Table::cards, "a"), "1");
}

TEST(MemoryStore, DoneMayCommitTheNextBatch) {
  MemoryStore store({.delayed = 0.5, .max_delay = 10});
  int done = 0;
  std::function<void(CommitOutcome)> next = [&](CommitOutcome) {
    if (++done == 100) return;
    WriteSet batch;
    batch.put(Table::cards, std::to_string(done), "x");
    store.commit(batch, next);
  };
  WriteSet batch;
  batch.put(Table::cards, "0", "x");
  store.commit(batch, next);
  store.run_until(10'000);
  EXPECT_EQ(done, 100);
  EXPECT_EQ(store.commits(), 100u);
}

TEST(MemoryStore, RefusedWritesNothingAndUnknownPoisons) {
  MemoryStore store;
  put(store, Table::cards, "a", "1");
  store.set_options({.refused = 1});
  EXPECT_EQ(put(store, Table::cards, "a", "2"), CommitOutcome::refused);
  EXPECT_EQ(store.writable(), Writable::yes);
  store.set_full(true);
  EXPECT_EQ(store.writable(), Writable::full);
  store.set_full(false);
  store.set_options({.unknown = 1});
  EXPECT_EQ(put(store, Table::cards, "a", "3"), CommitOutcome::unknown);
  EXPECT_EQ(store.writable(), Writable::poisoned);
  EXPECT_EQ(value_of(store, Table::cards, "a"), "1") << "reads go on, at what was committed";
  EXPECT_EQ(put(store, Table::cards, "a", "4"), CommitOutcome::refused);
  const bool survived = store.crash();
  store.recover();
  EXPECT_EQ(value_of(store, Table::cards, "a"), survived ? "3" : "1");
  EXPECT_EQ(store.writable(), Writable::yes);
}

TEST(MemoryStore, ABatchInDoubtSurvivesWholeOrNotAtAllAndBothHappen) {
  std::set<bool> seen;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    MemoryStore store({.seed = seed, .delayed = 1, .max_delay = 10});
    WriteSet batch;
    batch.put(Table::cards, "a", "1");
    batch.put(Table::cards, "b", "2");
    store.commit(batch, [](CommitOutcome) { FAIL() << "the process died before"; });
    const bool survived = store.crash();
    store.recover();
    EXPECT_EQ(value_of(store, Table::cards, "a"), survived ? "1" : "-");
    EXPECT_EQ(value_of(store, Table::cards, "b"), survived ? "2" : "-");
    seen.insert(survived);
  }
  EXPECT_EQ(seen.size(), 2u);
}

TEST(MemoryStore, ARefusedBatchNeverSurvives) {
  for (std::uint64_t seed = 0; seed < 32; ++seed) {
    MemoryStore store({.seed = seed, .delayed = 1, .max_delay = 10, .refused = 1});
    WriteSet batch;
    batch.put(Table::cards, "a", "1");
    store.commit(batch, [](CommitOutcome) {});
    EXPECT_FALSE(store.crash());
    store.recover();
    EXPECT_EQ(value_of(store, Table::cards, "a"), "-");
  }
}

TEST(MemoryStore, DamageIsThrownUntilTheKeyIsWrittenAgain) {
  MemoryStore store;
  put(store, Table::cards, "\x01\xab", "1");
  store.damage(Table::cards, "\x01\xab");
  try {
    (void)store.get(Table::cards, "\x01\xab");
    FAIL();
  } catch (const DamagedRecord& damaged) {
    EXPECT_EQ(damaged.table(), Table::cards);
    EXPECT_EQ(damaged.key_hex(), "01AB");
    EXPECT_NE(std::string(damaged.what()).find("cards, key 01AB"), std::string::npos);
  }
  EXPECT_THROW(store.scan(Table::cards, "", 9, [](auto, auto) { return true; }), DamagedRecord);
  put(store, Table::cards, "\x01\xab", "2");
  EXPECT_EQ(value_of(store, Table::cards, "\x01\xab"), "2");
}

/// Two runs of one seed are the same run; what was answered `committed` is there after every crash.
TEST(MemoryStore, OneSeedIsOneRunAndCommittedIsDurable) {
  const auto run = [](std::uint64_t seed) {
    MemoryStore store(
        {.seed = seed, .delayed = 0.5, .max_delay = 20, .refused = 0.1, .unknown = 0.02});
    std::mt19937_64 random(seed);
    std::map<std::string, std::string> answered;
    std::string trace;
    base::TimeUs now = 0;
    for (int i = 0; i < 500; ++i) {
      const std::string key = std::to_string(random() % 50), value = std::to_string(i);
      WriteSet batch;
      batch.put(Table::cards, key, value);
      bool doubtful = true;
      store.commit(batch, [&](CommitOutcome outcome) {
        trace += std::to_string(static_cast<int>(outcome));
        if (outcome == CommitOutcome::committed) answered[key] = value;
        doubtful = outcome == CommitOutcome::unknown;
      });
      if (random() % 10 != 0) store.run_until(now += 20);
      if (store.pending() || store.writable() == Writable::poisoned) {
        const bool survived = store.crash();
        trace += survived ? "+" : "x";
        store.recover();
        if (survived && doubtful) answered[key] = value;
      }
      for (const auto& [k, v] : answered) EXPECT_EQ(value_of(store, Table::cards, k), v);
    }
    return trace;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace ledger
