#include "ledger/statement.hpp"

#include <gtest/gtest.h>

#include "ledger/books.hpp"
#include "ledger/cards.hpp"
#include "ledger/memory_store.hpp"

namespace ledger {
namespace {

class CountingStore : public MemoryStore {
 public:
  std::optional<std::string_view> get(Table table, std::string_view key) override {
    ++gets;
    return MemoryStore::get(table, key);
  }
  int gets = 0;
};

/// A card with a posting of one won each hour, from 10:00 in Seoul on 2026-11-22.
class StatementTest : public testing::Test {
 protected:
  static constexpr base::TimeUs kBegun = 1'795'309'200'000'000;
  static constexpr base::TimeUs kHourUs = 3'600 * base::kMicrosPerSecond;
  static constexpr CardId kCard = 1;

  void write(const std::function<void(Draft&)>& change) {
    WriteSet batch;
    Draft draft(store_, batch);
    change(draft);
    draft.keep();
    store_.commit(batch,
                  [](CommitOutcome outcome) { ASSERT_EQ(outcome, CommitOutcome::committed); });
  }
  void post(int hours) {
    write([](Draft& draft) {
      CardRecord card{};
      card.state = CardState::active;
      write_card(draft, kCard, card);
    });
    for (int hour = 0; hour < hours; ++hour)
      write([&](Draft& draft) {
        Entry entry;
        entry.move(AccountKey::prefund_received(), AccountKey::card(kCard), 1);
        record_opening(draft, entry, kBegun + hour * kHourUs);
      });
  }
  CountingStore store_;
};

/// Seven comparisons and half a milestone's walk would do; all that came later are 2,700.
TEST_F(StatementTest, AMonthIsFoundWithoutGoingThroughWhatCameLater) {
  post(3'200);
  WriteSet nothing;
  Draft draft(store_, nothing);
  const CardRecord card = *read_card(draft, kCard);
  store_.gets = 0;
  const auto entry = newest_entry(draft, kCard, card, 20'261'212);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->entry.line.number, 494u) << "14 of the first day, 480 of the next twenty";
  EXPECT_LE(store_.gets, 7 + static_cast<int>(kMilestoneEvery) + 1);
}

TEST_F(StatementTest, SumsThatTookLongAreShortTheNextTime) {
  post(200);
  const auto reads = [&] {
    store_.gets = 0;
    write([&](Draft& draft) {
      EXPECT_EQ(summarize(draft, kCard, *read_card(draft, kCard)).number, 200u);
    });
    return store_.gets;
  };
  EXPECT_GE(reads(), 200);
  EXPECT_LE(reads(), 2);
}

}  // namespace
}  // namespace ledger
