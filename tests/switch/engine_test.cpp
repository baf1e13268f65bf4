#include "switch/engine.hpp"

#include <gtest/gtest.h>

#include "ledger/cards.hpp"
#include "ledger/holds.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;

/// One station has much more waiting than a batch takes, another may have one request.
class EngineTest : public testing::Test {
 protected:
  EngineTest() : tested_(much_in_flight()), much_(tested_.port("DEMO-POS")) {
    tested_.on_thread([&] { return tested_.store.hold_commits = true; });
    much_.send(unknown_card_purchase(1));
    if (!tested_.becomes([&] { return tested_.store.is_holding(); })) return;
    std::string requests;
    for (std::uint32_t i = 2; i <= 601; ++i) requests += unknown_card_purchase(i);
    much_.send(requests);
    EXPECT_TRUE(waits_for(601));
  }
  static TestSwitchOptions much_in_flight() {
    TestSwitchOptions options;
    options.server.session.in_flight = 1'000;
    return options;
  }
  bool waits_for(std::uint64_t requests) {
    return tested_.becomes([&] { return tested_.engine().figures().requests == requests; });
  }
  /// Lets one commit happen; how many requests its batch had.
  std::uint64_t commit_one() {
    const auto answered = [&] { return tested_.engine().figures().answered; };
    const std::uint64_t before = tested_.on_thread(answered);
    tested_.on_thread([&] {
      tested_.store.release();
      return true;
    });
    EXPECT_TRUE(tested_.becomes([&] { return tested_.store.is_holding(); })) << "the next batch";
    return tested_.on_thread(answered) - before;
  }
  /// Before the switch goes: its last commit must have happened.
  void TearDown() override {
    tested_.on_thread([&] {
      tested_.store.hold_commits = false;
      if (tested_.store.is_holding()) tested_.store.release();
      return true;
    });
  }

  TestSwitch tested_;
  Client much_;
};

TEST_F(EngineTest, AStationThatIsAloneFillsABatch) {
  EXPECT_EQ(commit_one(), 1u);
  EXPECT_EQ(commit_one(), 256u);
}

TEST_F(EngineTest, NobodyWaitsBehindAllThatAnotherStationHasWaiting) {
  Client one(tested_.port("DEMO-OPER"));
  one.send(echo(9));
  ASSERT_TRUE(waits_for(602));
  EXPECT_EQ(commit_one(), 1u);
  EXPECT_EQ(commit_one(), 8u + 1u + 1u) << "its share, one for the other's one, and that one";
  EXPECT_EQ(stan_of(one.receive()), 9u);
  EXPECT_EQ(commit_one(), 8u) << "the other may come again";
}

TEST_F(EngineTest, StationsOfOneSizeFillABatchTogether) {
  Client as_much(tested_.port("DEMO-OPER"));
  std::string requests;
  for (std::uint32_t i = 1; i <= 600; ++i) requests += echo(i);
  as_much.send(requests);
  ASSERT_TRUE(waits_for(1'201));
  EXPECT_EQ(commit_one(), 1u);
  EXPECT_EQ(commit_one(), 256u);
  EXPECT_EQ(commit_one(), 256u);
}

TEST_F(EngineTest, WhatWaitsIsAnsweredInTheOrderInWhichItCame) {
  Client one(tested_.port("DEMO-OPER"));
  one.send(echo(9));
  ASSERT_TRUE(waits_for(602));
  TearDown();
  for (std::uint32_t i = 1; i <= 601; ++i) ASSERT_EQ(stan_of(much_.receive()), i);
}

/// A hold on a stock card, given some money behind the books' back.
class EngineSweep : public testing::Test {
 protected:
  static constexpr ledger::CardId kStockCard = 1;
  EngineSweep() {
    tested_.on_thread([&] {
      ledger::WriteSet batch;
      ledger::Draft draft(tested_.store, batch);
      ledger::CardRecord card = *ledger::read_card(draft, kStockCard);
      card.balance_won = 1'000;
      ledger::write_card(draft, kStockCard, card);
      ledger::begin_hold(draft, 1, kStockCard, 700, base::system_now() + base::kMicrosPerDay);
      draft.keep();
      tested_.store.commit(batch, [](ledger::CommitOutcome) {});
      return true;
    });
  }
  void let_it_expire() {
    tested_.clock_step_us = base::kMicrosPerDay + 60 * base::kMicrosPerSecond;
  }
  std::int64_t held_won() {
    return ledger::record_from<ledger::CardRecord>(
               *tested_.store.get(ledger::Table::cards, ledger::number_key(kStockCard)))
        ->held_won;
  }
  TestSwitch tested_;
};

TEST_F(EngineSweep, FreesAHoldWhoseTimeIsOverThoughNobodyAsksAboutItsCard) {
  EXPECT_EQ(tested_.on_thread([&] { return held_won(); }), 700);
  let_it_expire();
  EXPECT_TRUE(tested_.becomes([&] { return held_won() == 0; }));
}

TEST_F(EngineSweep, PassesOverADamagedRecordAndTheSwitchGoesOn) {
  tested_.on_thread([&] {
    tested_.store.memory.damage(ledger::Table::holds, ledger::number_key(1));
    return true;
  });
  let_it_expire();
  EXPECT_TRUE(
      tested_.becomes([&] { return tested_.engine().figures().sweep_failures.value() == 1; }));
  Client client(tested_.port("DEMO-OPER"));
  client.send(echo(9));
  EXPECT_EQ(stan_of(client.receive()), 9u);
  std::this_thread::sleep_for(350ms);  // some ticks
  EXPECT_EQ(tested_.engine().figures().sweep_failures.value(), 1u) << "it comes to it once only";
  EXPECT_NE(tested_.log_text().find("run cpctl check"), std::string::npos);
}

}  // namespace
