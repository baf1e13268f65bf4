#include "ledger/holds.hpp"

#include <gtest/gtest.h>

#include "tests/ledger/ledger_support.hpp"

namespace ledger {
namespace {

using test::SmallLedger;

constexpr base::TimeUs kBegun = 1'795'309'200'000'000, kMinuteUs = 60 * base::kMicrosPerSecond;
constexpr base::TimeUs kHourUs = 60 * kMinuteUs;

/// A card with 10,000 won; holds are numbered by the test.
class HoldsTest : public testing::Test {
 protected:
  HoldsTest() {
    const ProductRecord ten = test::product(2, 10'000);
    ledger_.write([&](Draft& draft) {
      NewCard wanted;
      wanted.product = &ten;
      wanted.state = CardState::active;
      card_ = make_card(draft, ledger_.maker(), wanted);
      CardRecord card = *read_card(draft, card_);
      card.balance_won = 10'000;
      write_card(draft, card_, card);
    });
  }
  void begin(Sequence hold, std::int64_t amount_won, base::TimeUs expires_us) {
    ledger_.write([&](Draft& draft) { begin_hold(draft, hold, card_, amount_won, expires_us); });
  }
  CardRecord card_at(base::TimeUs now) {
    Draft draft(ledger_.store, ledger_.batch);
    return *read_card_at(draft, card_, now);
  }
  HoldRecord hold(Sequence number) {
    Draft draft(ledger_.store, ledger_.batch);
    return *read_hold(draft, number);
  }
  /// Until nothing is left to be done; how many steps ended holds.
  int sweep(HoldSweep& sweep, base::TimeUs now) {
    int steps = 0;
    for (HoldSweep::Step step; step.slot * kDueSlotUs <= now;) {
      ledger_.write([&](Draft& draft) {
        step = sweep.step(draft, now);
        steps += draft.must_be_written();
        sweep.took(step);
      });
    }
    return steps;
  }
  std::size_t due() {
    std::size_t count = 0;
    ledger_.store.scan(Table::hold_due, {}, SIZE_MAX, [&](std::string_view, std::string_view) {
      ++count;
      return true;
    });
    return count;
  }
  SmallLedger ledger_;
  CardId card_ = 0;
};

TEST_F(HoldsTest, AreSummedOnTheCardAndEndOneByOne) {
  begin(1, 1'000, kBegun + kHourUs);
  begin(2, 2'000, kBegun + 2 * kHourUs);
  EXPECT_EQ(card_at(kBegun + kHourUs - 1).held_won, 3'000);
  EXPECT_EQ(card_at(kBegun + kHourUs).held_won, 2'000);
  EXPECT_EQ(card_at(kBegun + 2 * kHourUs - 1).held_won, 2'000);
  EXPECT_EQ(card_at(kBegun + 2 * kHourUs).held_won, 0);
  EXPECT_EQ(card_at(kBegun + 2 * kHourUs).holds_end_s, 0u);
}

TEST_F(HoldsTest, ReadingACardWritesWhatIsOver) {
  begin(1, 1'000, kBegun + kHourUs);
  ledger_.write([&](Draft& draft) { (void)read_card_at(draft, card_, kBegun + kHourUs); });
  EXPECT_EQ(hold(1).state, HoldState::expired);
  EXPECT_EQ(card_at(kBegun).held_won, 0) << "a clock set back does not bring it again";
}

TEST_F(HoldsTest, ACompletionFreesTheRestAndARaiseMovesTheEnd) {
  begin(1, 1'000, kBegun + kHourUs);
  ledger_.write([&](Draft& draft) { raise_hold(draft, 1, 500, kBegun + 3 * kHourUs); });
  EXPECT_EQ(card_at(kBegun + 2 * kHourUs).held_won, 1'500);
  ledger_.write([&](Draft& draft) { complete_hold(draft, 1, 77); });
  EXPECT_EQ(card_at(kBegun).held_won, 0);
  EXPECT_EQ(hold(1).state, HoldState::completed);
  EXPECT_EQ(hold(1).amount_won, 1'500);
  EXPECT_EQ(hold(1).ended_by, 77u);
}

TEST_F(HoldsTest, TheLastPartReleasedEndsIt) {
  begin(1, 1'000, kBegun + kHourUs);
  ledger_.write([&](Draft& draft) { release_part(draft, 1, 400, 50); });
  EXPECT_EQ(card_at(kBegun).held_won, 600);
  EXPECT_EQ(hold(1).state, HoldState::open);
  ledger_.write([&](Draft& draft) { release_part(draft, 1, 600, 51); });
  EXPECT_EQ(card_at(kBegun).held_won, 0);
  EXPECT_EQ(hold(1).state, HoldState::released);
  EXPECT_EQ(hold(1).ended_by, 51u);
}

// ------------------------------------------------------------------------------------- the sweep

TEST_F(HoldsTest, TheSweepFreesWithinAMinuteWhatIsOverAndNothingElse) {
  HoldSweep sweep(ledger_.store);
  begin(1, 1'000, kBegun + kHourUs);
  begin(2, 2'000, kBegun + 2 * kHourUs);
  EXPECT_EQ(this->sweep(sweep, kBegun + kHourUs - 1), 0);
  EXPECT_GT(this->sweep(sweep, kBegun + kHourUs + kMinuteUs), 0);
  EXPECT_EQ(hold(1).state, HoldState::expired);
  EXPECT_EQ(hold(2).state, HoldState::open);
  Draft draft(ledger_.store, ledger_.batch);
  EXPECT_EQ(read_card(draft, card_)->held_won, 2'000) << "for whoever only looks";
}

TEST_F(HoldsTest, TheSweepLooksAgainAtOneThatWasRaised) {
  HoldSweep sweep(ledger_.store);
  begin(1, 1'000, kBegun + kHourUs);
  ledger_.write([&](Draft& draft) { raise_hold(draft, 1, 500, kBegun + 3 * kHourUs); });
  this->sweep(sweep, kBegun + 2 * kHourUs);
  EXPECT_EQ(hold(1).state, HoldState::open);
  EXPECT_EQ(due(), 2u) << "a count and a place, later";
  this->sweep(sweep, kBegun + 3 * kHourUs + kMinuteUs);
  EXPECT_EQ(hold(1).state, HoldState::expired);
  EXPECT_EQ(due(), 0u);
}

/// The clock was set back between, or holds last less now.
TEST_F(HoldsTest, ARaiseShortensNoHold) {
  begin(1, 1'000, kBegun + 2 * kHourUs);
  ledger_.write([&](Draft& draft) { raise_hold(draft, 1, 500, kBegun + kHourUs); });
  EXPECT_EQ(card_at(kBegun + 2 * kHourUs - 1).held_won, 1'500);
  EXPECT_EQ(card_at(kBegun + 2 * kHourUs).held_won, 0);
}

TEST_F(HoldsTest, TheSweepForgetsOneThatAMessageEnded) {
  HoldSweep sweep(ledger_.store);
  begin(1, 1'000, kBegun + kHourUs);
  ledger_.write([&](Draft& draft) { complete_hold(draft, 1, 77); });
  this->sweep(sweep, kBegun + kHourUs + kMinuteUs);
  EXPECT_EQ(hold(1).state, HoldState::completed);
  EXPECT_EQ(due(), 0u);
}

TEST_F(HoldsTest, TheSweepTakesManyOfOneMomentInParts) {
  HoldSweep sweep(ledger_.store);
  const ProductRecord ten = test::product(2, 10'000);
  constexpr Sequence kCards = 600;
  for (Sequence i = 1; i <= kCards; ++i) {
    ledger_.write([&](Draft& draft) {
      NewCard wanted;
      wanted.product = &ten;
      wanted.state = CardState::active;
      const CardId id = make_card(draft, ledger_.maker(), wanted);
      CardRecord card = *read_card(draft, id);
      card.balance_won = 100;
      write_card(draft, id, card);
      begin_hold(draft, i, id, 100, kBegun + kHourUs);
    });
  }
  EXPECT_EQ(this->sweep(sweep, kBegun + kHourUs + kMinuteUs), 3) << "256 at a time";
  for (Sequence i = 1; i <= kCards; ++i) EXPECT_EQ(hold(i).state, HoldState::expired) << i;
  EXPECT_EQ(due(), 0u);
}

TEST_F(HoldsTest, ALaterStartSweepsWhatEndedMeanwhile) {
  begin(1, 1'000, kBegun + kHourUs);
  HoldSweep sweep(ledger_.store);
  this->sweep(sweep, kBegun + 400 * base::kMicrosPerDay);
  EXPECT_EQ(hold(1).state, HoldState::expired);
}

TEST_F(HoldsTest, AClockSetForthAndBackLosesNoHold) {
  HoldSweep sweep(ledger_.store);
  this->sweep(sweep, kBegun + 48 * kHourUs);
  begin(1, 1'000, kBegun + kHourUs);  // the clock is right again
  this->sweep(sweep, kBegun);
  this->sweep(sweep, kBegun + kHourUs + kMinuteUs);
  EXPECT_EQ(hold(1).state, HoldState::expired);
}

}  // namespace
}  // namespace ledger
