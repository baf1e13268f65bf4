/// What of a reload needs a commit that is held back; tests/service has the rest.

#include "switch/reload.hpp"

#include <gtest/gtest.h>

#include "switch_support.hpp"

namespace {

using namespace core::test;

TEST(Reload, WaitsForTheCommitOnItsWayAndAnswersWhatWasSubmittedBefore) {
  TestSwitch tested;
  Client client(tested.port("DEMO-POS"));
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  client.send(unknown_card_purchase(1));
  ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
  client.send(unknown_card_purchase(2));

  std::vector<std::string> told;  // the switch's thread
  const auto ask = [&] {
    tested.reload().begin(core::ReloadScope::everything, [&](const core::ReloadOutcome& outcome) {
      EXPECT_TRUE(outcome.worked);
      told.push_back(outcome.sentence);
    });
    return true;
  };
  tested.on_thread(ask);
  tested.on_thread(ask);
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE(tested.on_thread([&] { return told.empty(); })) << "nothing is answered yet";
  EXPECT_TRUE(client.has_nothing(0));

  tested.on_thread([&] {
    tested.store.hold_commits = false;
    tested.store.release();
    return true;
  });
  EXPECT_EQ(code_of(client.receive()), "14");
  EXPECT_EQ(code_of(client.receive()), "14");
  EXPECT_TRUE(tested.becomes([&] { return told.size() == 2; })) << "the second after the first";
  EXPECT_EQ(told[0], "everything is as it was");
  client.send(echo(3));
  EXPECT_EQ(stan_of(client.receive()), 3u) << "the same connection";
}

TEST(Reload, OneUnderWayDoesNotHoldUpTheStopAndTellsNobodyThen) {
  bool told = false;
  {
    TestSwitch tested;
    tested.on_thread([&] {
      tested.reload().begin(core::ReloadScope::everything,
                            [&](const core::ReloadOutcome&) { told = true; });
      tested.server().stop("the test is over");
      return true;
    });
  }
  EXPECT_FALSE(told);
}

}  // namespace
