#include "ledger/repair.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "ledger/check.hpp"
#include "tests/ledger/check_world.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::EventLog;
using test::FaultyFiles;
using test::Model;
using test::TempFolder;
using Kind = JournalDamage::Kind;

constexpr base::TimeUs kNow = test::kMorning;

/// A record of the journal as it lies in its segment.
struct Place {
  std::filesystem::path segment;
  std::uint64_t offset = 0;
};

/// A switch that was killed: real books, one transaction a batch, nothing of it in LMDB unless a
/// test wants it.
class RepairTest : public testing::Test {
 protected:
  RepairTest() { options_.segment_bytes = 5 * kBlockBytes; }

  /// Batch 1 is the start's, 2 the world before anything was sold, then one for each message.
  void live() {
    EventLog events;
    const auto store = DurableStore::open(options_, events);
    Model before;
    const auto commit_what_changed = [&] {
      const Model after = test::all_of(*world_.store.snapshot());
      WriteSet batch;
      for (const auto& [key, value] : after)
        if (!before.contains(key) || before.at(key) != value)
          batch.put(key.first, key.second, value);
      ASSERT_EQ(test::commit_patiently(*store, batch), CommitOutcome::committed);
      store->tick();
      before = after;
      books_.push_back(after);
    };
    books_.resize(2);  // by sequence
    commit_what_changed();
    sequence_of(world_.sell_new(2), commit_what_changed);
    sequence_of(world_.activate(4), commit_what_changed);
    for (const std::int64_t won : {1'000, 2'000, 300, 400, 500})
      sequence_of(world_.purchase(4, won), commit_what_changed);
    sequence_of(world_.decline(4, 9'000'000), commit_what_changed);
    sequence_of(world_.sell_stock(1), commit_what_changed);
  }
  template <class Then>
  void sequence_of(Sequence sequence, Then&& then) {
    transactions_.push_back(sequence);
    then();
  }

  std::filesystem::path journal() const { return folder_.path() / "journal"; }
  std::uint64_t last_batch() const { return books_.size() - 1; }

  Place place_of(std::uint64_t sequence) const {
    for (const auto& segment : test::segments_in(journal())) {
      const std::string bytes = test::read_file(segment);
      const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
      const auto epoch = *epoch_of_name(segment.filename().string());
      for (std::uint64_t offset = kBlockBytes; offset < bytes.size(); offset += kBlockBytes)
        if (const auto header = decode_record_header(at + offset, epoch))
          if (header->sequence == sequence) return {segment, offset};
    }
    ADD_FAILURE() << "no record " << sequence;
    return {};
  }
  void damage(std::uint64_t sequence) {
    const Place place = place_of(sequence);
    std::string bytes = test::read_file(place.segment);
    bytes[place.offset + kRecordHeaderBytes + 20] ^= 1;
    test::write_file(place.segment, bytes);
  }

  /// What a start would say; empty: it starts.
  std::string start_complaint() {
    try {
      EventLog events;
      DurableStore::open(options_, events);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  std::string check(Snapshot& snapshot) {
    return test::listed(check_books(snapshot, &world_.vault, {}));
  }
  /// All names and bytes of the journal.
  Model contents() const {
    Model all;
    for (const auto& entry : std::filesystem::directory_iterator(journal()))
      all[{Table{}, entry.path().filename().string()}] = test::read_file(entry.path());
    return all;
  }

  TempFolder folder_;
  StoreOptions options_ = test::still_options(folder_);
  test::World world_;
  std::vector<Model> books_;            // after each batch
  std::vector<Sequence> transactions_;  // of batches 3, 4 …
};

TEST_F(RepairTest, AWholeJournalHasNothingToRepair) {
  live();
  JournalRepair repair(folder_.path());
  EXPECT_FALSE(repair.damage());
  EXPECT_EQ(repair.report().last_sequence, last_batch());
}

TEST_F(RepairTest, ATornTailIsNoDamage) {
  live();
  damage(last_batch());
  JournalRepair repair(folder_.path());
  EXPECT_FALSE(repair.damage());
  EXPECT_NE(repair.report().dropped, "");
}

TEST_F(RepairTest, TheStartNamesSegmentOffsetAndThisCommand) {
  live();
  const Place place = place_of(5);
  damage(5);
  const std::string complaint = start_complaint();
  for (const std::string& part :
       {place.segment.string(), "at offset " + std::to_string(place.offset),
        std::string("record 5"), "cpctl repair --data " + folder_.path().string()})
    EXPECT_NE(complaint.find(part), std::string::npos) << part << " in " << complaint;
}

TEST_F(RepairTest, LookingChangesNothingAndTellsAllThatCanBeRead) {
  live();
  damage(5);
  damage(8);
  const Model before = contents();
  JournalRepair repair(folder_.path());
  ASSERT_TRUE(repair.damage());
  EXPECT_EQ(repair.damage()->first_lost, 5u);
  std::vector<LostTransaction> lost;
  const JournalLosses losses = repair.survey(
      &world_.vault, [&](const LostTransaction& transaction) { lost.push_back(transaction); });
  EXPECT_EQ(losses.first_batch, 5u);
  EXPECT_EQ(losses.last_batch, last_batch());
  EXPECT_EQ(losses.unreadable_batches, 2u);
  EXPECT_EQ(losses.whole_batches, last_batch() - 4 - 2);
  EXPECT_EQ(losses.transactions, losses.whole_batches);
  EXPECT_EQ(losses.last_transaction, transactions_.back());
  ASSERT_EQ(lost.size(), losses.transactions);
  EXPECT_EQ(lost[0].batch, 6u);
  EXPECT_EQ(lost[0].head.sequence, transactions_[3]);
  EXPECT_EQ(lost[0].head.kind, TransactionKind::purchase);
  EXPECT_EQ(lost[0].head.moved_won, 2'000);
  EXPECT_EQ(lost[0].terminal, "POS00001");
  EXPECT_EQ(lost[0].merchant, "DEMOMART0000001");
  // Six digits, six stars, four digits.
  ASSERT_EQ(lost[0].card.size(), 16u);
  EXPECT_EQ(lost[0].card.substr(6, 6), "******");
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(check(repair.books()), "");
  EXPECT_EQ(test::all_of(repair.books()), books_[4]);
}

TEST_F(RepairTest, WithoutKeysNoCardIsNamed) {
  live();
  damage(5);
  JournalRepair repair(folder_.path());
  repair.survey(nullptr, [](const LostTransaction& lost) { EXPECT_EQ(lost.card, ""); });
}

/// Wherever the damage is: what was before it is there again, nothing behind it, the books agree,
/// and the switch goes on.
TEST_F(RepairTest, CutsAtTheDamageKeepsACopyAndTheNextStartGoesOn) {
  live();
  const TempFolder kept;
  test::copy_folder(folder_.path(), kept.path() / "data");
  for (const std::uint64_t lost : {std::uint64_t{2}, std::uint64_t{5}, last_batch() - 1}) {
    test::copy_folder(kept.path() / "data", folder_.path());
    damage(lost);
    const Model before = contents();
    std::filesystem::path aside;
    {
      JournalRepair repair(folder_.path());
      ASSERT_TRUE(repair.damage());
      ASSERT_EQ(repair.damage()->kind, Kind::record);
      ASSERT_EQ(repair.damage()->first_lost, lost);
      aside = repair.apply("what was lost", kNow);
    }
    EXPECT_EQ(aside.filename(), "repair-20261122-100000");
    EXPECT_EQ(test::read_file(aside / "report.txt"), "what was lost");
    for (const auto& entry : std::filesystem::directory_iterator(aside))
      if (entry.path().filename() != "report.txt") {
        EXPECT_EQ(test::read_file(entry.path()),
                  before.at({Table{}, entry.path().filename().string()}));
      }
    EXPECT_FALSE(JournalRepair(folder_.path()).damage());
    EXPECT_EQ(test::all_of(*open_offline(folder_.path())), books_[lost - 1]) << lost;
    for (int start = 0; start < 2; ++start) {
      EventLog events;
      const auto store = DurableStore::open(options_, events);
      ASSERT_EQ(test::put(*store, Table::meta, "after", "1234567" + std::to_string(start)),
                CommitOutcome::committed);
    }
    Model after = test::all_of(*open_offline(folder_.path()));
    after.erase({Table::meta, "after"});
    EXPECT_EQ(after, books_[lost - 1]) << lost;
    if (lost > 2) {
      EXPECT_EQ(check(*open_offline(folder_.path())).find("balance"), std::string::npos) << lost;
    }
  }
}

/// Ended at each of its file calls in turn: the damage is as it was, or the journal is cut; and the
/// repair runs again.
TEST_F(RepairTest, EndedAtAnyStepItLeavesTheDamageOrTheEndOfIt) {
  live();
  damage(6);
  const TempFolder kept;  // the journal; nothing else is changed
  test::copy_folder(journal(), kept.path());
  const auto aside = folder_.path() / "repair-20261122-100000";
  struct Ended {};
  std::set<bool> states;
  int call = 0;
  for (bool done = false; !done; ++call) {
    ASSERT_LT(call, 500);
    std::filesystem::remove_all(aside);
    std::filesystem::remove_all(aside.string() + "-2");
    test::copy_folder(kept.path(), journal());
    FaultyFiles files;
    files.without_sync = true;
    {
      JournalRepair repair(folder_.path(), files);
      int left = call;
      files.before = [&left](const char*, const auto&) {
        if (left-- == 0) throw Ended();
      };
      try {
        repair.apply("account", kNow);
        done = true;
      } catch (const Ended&) {
      }
      files.before = nullptr;
    }
    bool damaged = false;
    {
      JournalRepair again(folder_.path(), files);
      damaged = again.damage().has_value();
      states.insert(damaged);
      if (damaged) {
        EXPECT_EQ(again.damage()->first_lost, 6u) << call;
        EXPECT_FALSE(done);
        again.apply("account", kNow);
      }
    }
    EXPECT_EQ(test::all_of(*open_offline(folder_.path())), books_[5]) << call;
    // The first that was set aside has everything, if anything was changed.
    if (!damaged) {
      EXPECT_EQ(test::read_file(aside / place_of(5).segment.filename()),
                test::read_file(kept.path() / place_of(5).segment.filename()));
    }
  }
  EXPECT_GT(call, 10);
  EXPECT_EQ(states.size(), 2u);
}

TEST_F(RepairTest, ADiskWithoutRoomForTheCopyChangesNothing) {
  live();
  damage(6);
  const Model before = contents();
  FaultyFiles files;
  JournalRepair repair(folder_.path(), files);
  files.write_fault = [](const auto&, std::size_t, std::uint64_t) -> std::int64_t {
    return -ENOSPC;
  };
  try {
    repair.apply("account", kNow);
    FAIL() << "there was no room";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("make room"), std::string::npos) << error.what();
  }
  EXPECT_EQ(contents(), before);
}

TEST_F(RepairTest, TwoInTheSameSecondKeepTwoCopies) {
  live();
  damage(6);
  EXPECT_EQ(JournalRepair(folder_.path()).apply("1", kNow).filename(), "repair-20261122-100000");
  damage(4);
  EXPECT_EQ(JournalRepair(folder_.path()).apply("2", kNow).filename(), "repair-20261122-100000-2");
}

TEST_F(RepairTest, AMissingSegmentIsCutWhereItsFirstRecordWouldBe) {
  live();
  const auto segments = test::segments_in(journal());
  ASSERT_GT(segments.size(), 2u);
  const std::string bytes = test::read_file(segments[1]);
  const auto first =
      decode_record_header(reinterpret_cast<const std::uint8_t*>(bytes.data()) + kBlockBytes,
                           *epoch_of_name(segments[1].filename().string()));
  ASSERT_TRUE(first);
  std::filesystem::remove(segments[1]);
  {
    JournalRepair repair(folder_.path());
    ASSERT_TRUE(repair.damage());
    EXPECT_EQ(repair.damage()->first_lost, first->sequence);
    repair.apply("account", kNow);
  }
  EXPECT_EQ(test::all_of(*open_offline(folder_.path())), books_[first->sequence - 1]);
}

TEST_F(RepairTest, ASegmentsHeaderIsWrittenAnewAndNothingIsLost) {
  live();
  for (const auto& segment : {place_of(3).segment, place_of(last_batch()).segment}) {
    std::string bytes = test::read_file(segment);
    bytes[20] ^= 1;
    test::write_file(segment, bytes);
    JournalRepair repair(folder_.path());
    ASSERT_TRUE(repair.damage());
    EXPECT_EQ(repair.damage()->kind, Kind::segment);
    EXPECT_GT(repair.survey(nullptr, [](const auto&) {}).whole_batches, 0u);
    repair.apply("account", kNow);
  }
  EXPECT_EQ(test::all_of(*open_offline(folder_.path())), books_.back());
  EXPECT_EQ(start_complaint(), "");
}

TEST_F(RepairTest, ACutFileHasItsSizeAgainAndThenShowsWhatIsGone) {
  live();
  const Place place = place_of(4);
  std::filesystem::resize_file(place.segment, place.offset + 100);
  {
    JournalRepair repair(folder_.path());
    ASSERT_TRUE(repair.damage());
    EXPECT_EQ(repair.damage()->kind, Kind::segment);
    repair.apply("account", kNow);
  }
  {
    JournalRepair repair(folder_.path());
    ASSERT_TRUE(repair.damage());
    EXPECT_EQ(repair.damage()->kind, Kind::record);
    EXPECT_EQ(repair.damage()->first_lost, 4u);
    repair.apply("account", kNow);
  }
  EXPECT_EQ(test::all_of(*open_offline(folder_.path())), books_[3]);
}

/// LMDB may be in the middle of a window when the switch dies; what it has of later batches cannot
/// be taken back, and the check sees that.
TEST_F(RepairTest, WhereTheDataFileIsAheadOfTheDamageTheBooksAreShownWrong) {
  constexpr int kUpToTheRegister = 12;  // of the slices of this window
  std::atomic<int> commits{0};
  std::atomic<bool> applying{false};
  options_.slice_pages = 4;
  options_.apply_fault = [&] { return !applying || ++commits > kUpToTheRegister ? ENOSPC : 0; };
  live();
  {
    EventLog events;
    applying = true;
    const auto store = DurableStore::open(options_, events);  // the window of what was replayed
    ASSERT_TRUE(test::tick_until(*store, [&] { return commits > kUpToTheRegister; }));
  }
  damage(last_batch() - 2);
  JournalRepair repair(folder_.path());
  ASSERT_TRUE(repair.damage());
  EXPECT_NE(check(repair.books()), "");
}

TEST_F(RepairTest, WhileASwitchRunsItIsRefused) {
  EventLog events;
  const auto store = DurableStore::open(options_, events);
  EXPECT_THROW(JournalRepair(folder_.path()), std::runtime_error);
}

}  // namespace
}  // namespace ledger
