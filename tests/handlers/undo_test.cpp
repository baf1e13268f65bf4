/// Corner cases of refunds and reversals.

#include <gtest/gtest.h>

#include "desk.hpp"
#include "ledger/register.hpp"

namespace handlers {
namespace {

using test::Desk;

/// DE 95 of a partial reversal: what the transaction really was.
std::string really(const std::string& amount) {
  return " 95=" + std::string(12 - amount.size(), '0') + amount + std::string(30, '0');
}

class Undo : public testing::Test {
 protected:
  std::string code(const std::string& line) { return desk_.ask(line).code; }
  std::int64_t balance(const std::string& card = "active") { return desk_.card(card).balance_won; }
  /// A purchase of the active card; returns its DE 90.
  std::string purchase(const std::string& amount) {
    EXPECT_EQ(code("POS 0200 2=active 3=000000 4=" + amount), "00");
    return " 90=" + desk_.original_data();
  }
  Desk desk_;
};

TEST_F(Undo, APartialReversalGivesTheRestBack) {
  const std::string original = purchase("10000");
  EXPECT_EQ(code("POS 0400 4=10000" + original + really("3000")), "00");
  EXPECT_EQ(balance(), 7'000);
  EXPECT_EQ(code("POS 0420 4=10000" + original + really("3000")), "00") << "once only";
  EXPECT_EQ(balance(), 7'000);
  EXPECT_EQ(code("POS 0400" + original + really("3001")), "13") << "more than what was left";
  EXPECT_EQ(code("POS 0400" + original + really("1000")), "00");
  EXPECT_EQ(balance(), 9'000);
  EXPECT_EQ(code("POS 0400" + original), "00");
  EXPECT_EQ(code("POS 0400" + original), "00");
  EXPECT_EQ(balance(), 10'000);
}

TEST_F(Undo, ARefundAfterAPartialReversalSeesWhatWasLeft) {
  const std::string original = purchase("10000");
  code("POS 0400" + original + really("3000"));
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=3001" + original), "13");
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=3000" + original), "00");
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=1" + original), "25");
  EXPECT_EQ(balance(), 10'000);
}

TEST_F(Undo, APurchaseRefundedInPartIsReversedNoMoreUntilTheRefundIs) {
  const std::string original = purchase("5000");
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=2000" + original), "00");
  const std::string refund = " 90=" + desk_.original_data();
  EXPECT_EQ(code("POS 0400" + original), "25");
  EXPECT_EQ(code("POS 0400" + refund), "00");
  EXPECT_EQ(balance(), 5'000);
  EXPECT_EQ(code("POS 0400" + original), "00");
  EXPECT_EQ(balance(), 10'000);
}

TEST_F(Undo, AReversedRefundsMoneyMustStillBeThere) {
  const std::string original = purchase("10000");
  code("POS 0200 2=active 3=200000 4=10000" + original);
  const std::string refund = " 90=" + desk_.original_data();
  purchase("4000");
  EXPECT_EQ(code("POS 0400" + refund), "51");
  EXPECT_EQ(code("POS 0400" + refund + really("4000")), "00");
  EXPECT_EQ(balance(), 0);
}

TEST_F(Undo, ARefundComesFromAnyTerminalOfTheMerchantAReversalFromTheSame) {
  const std::string original = purchase("5000");
  EXPECT_EQ(code("POS 0400 41=POS00002" + original), "00") << "remembered for one that may come";
  EXPECT_EQ(balance(), 5'000);
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=5000 41=POS00002" + original), "00");
  EXPECT_EQ(balance(), 10'000);
}

TEST_F(Undo, OfTwoOriginalsARefundTakesItsTerminalsThenItsCards) {
  const std::string original = purchase("1000");
  code("POS 0200 2=other 3=000000 4=2000 41=POS00002 11=" + desk_.last(11));
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=1000 41=POS00002" + original), "25")
      << "its own terminal's is another card's";
  EXPECT_EQ(code("POS 0200 2=other 3=200000 4=2000 41=POS00002" + original), "00");
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=1000" + original), "00");
}

TEST_F(Undo, ABlockedOrExpiredCardIsRefunded) {
  const std::string original = purchase("1000");
  desk_.change_card("active", [](auto& card) {
    card.blocked = 1;
    card.last_day = 20'000'101;
  });
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=1000" + original), "00");
}

TEST_F(Undo, AReversalThatComesFirstStopsItsOriginalByEachName) {
  const char* reversals[] = {"90=020090000111220726400000000000000000000000",
                             "11=800001 37=THEREFERENCE", "11=900001"};
  for (const char* reversal : reversals) {
    Desk desk;
    EXPECT_EQ(desk.ask("POS 0400 2=other 4=77 " + std::string(reversal)).code, "00");
    const std::string original = "POS 0200 2=active 3=000000 4=1000 11=900001 37=THEREFERENCE";
    EXPECT_EQ(desk.ask(original).code, "25") << reversal;
    EXPECT_EQ(desk.ask(original + " 41=POS00002").code, "00") << "not another terminal's";
    EXPECT_EQ(desk.card("active").balance_won, 9'000);
  }
}

TEST_F(Undo, AnEarlyReversalIsRememberedForAWeek) {
  code("POS 0400 90=020090000111220726400000000000000000000000");
  desk_.now += 7 * base::kMicrosPerDay;
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=1000 11=900001"), "25");
}

TEST_F(Undo, ByDE37TheLatestNotYetUndoneIsMeant) {
  code("POS 0200 2=active 3=000000 4=1000 37=SAME");
  code("POS 0200 2=active 3=000000 4=200 37=SAME");
  EXPECT_EQ(code("POS 0400 37=SAME"), "00");
  EXPECT_EQ(balance(), 9'000);
  EXPECT_EQ(code("POS 0400 37=SAME"), "00");
  EXPECT_EQ(balance(), 10'000);
  EXPECT_EQ(code("POS 0400 37=SAME"), "00") << "all are undone";
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=1000 37=SAME"), "00") << "that stops no other";
}

TEST_F(Undo, AReversalAgainHasTheSameContent) {
  const std::string reversal = "POS 0400 11=900001 ";
  const test::Answered first = desk_.ask(reversal + "3=000000");
  EXPECT_EQ(first.code, "00");
  desk_.now += 7'200 * base::kMicrosPerSecond;
  EXPECT_EQ(desk_.ask(reversal + "3=000000").fields, first.fields) << "its made DE 37 too";
  EXPECT_EQ(code(reversal), "94");
  EXPECT_EQ(code(reversal + "3=000000 4=0"), "94");
}

TEST_F(Undo, BehindTooManyOfOneNameNothingIsGuessed) {
  const auto purchase_and_undo = [&] {
    ASSERT_EQ(code("POS 0200 2=small 3=000000 4=1 37=SAME"), "57");
    ASSERT_EQ(code("POS 0400 90=@"), "00");
  };
  for (int i = 0; i < ledger::kChainLimit; ++i) purchase_and_undo();
  EXPECT_EQ(code("POS 0400 37=SAME"), "00") << "all are undone";
  purchase_and_undo();
  EXPECT_EQ(code("POS 0400 37=SAME"), "96");
}

TEST_F(Undo, CardAndAmountMustBeTheOriginals) {
  const std::string original = purchase("1000");
  EXPECT_EQ(code("POS 0400 2=other" + original), "25");
  EXPECT_EQ(code("POS 0400 4=999" + original), "25");
  EXPECT_EQ(code("POS 0400 2=pin 4=1000" + original), "00");
  EXPECT_EQ(balance(), 10'000);
}

TEST_F(Undo, ReversalsGiveTheDaysLimitBackRefundsDoNot) {
  desk_.change_limits([](ledger::LimitsRecord& limits) { limits.daily_won = 6'000; });
  std::string original = purchase("5000");
  code("POS 0400" + original);
  original = purchase("5000");
  EXPECT_EQ(code("POS 0200 2=active 3=200000 4=5000" + original), "00");
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=1001"), "61");
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=1000"), "00");
}

TEST_F(Undo, AStockCardGoesBackToStockWithItsPassword) {
  const std::string sale = "AGENT 0200 2=stock 3=900000 4=10000 48.0001=01000001";
  EXPECT_EQ(code(sale), "00");
  const std::string original = " 90=" + desk_.original_data();
  code("POS 0100 2=stock 3=330000 52=9999");
  EXPECT_EQ(code("AGENT 0400" + original), "00");
  EXPECT_EQ(desk_.card("stock").state, ledger::CardState::stock);
  EXPECT_EQ(balance("stock"), 0);
  EXPECT_EQ(code(sale), "00");
  EXPECT_EQ(code("POS 0200 2=stock 3=000000 4=1 52=1234"), "00");
  EXPECT_EQ(code("AGENT 0400" + original), "00") << "of the first sale, again: nothing";
  EXPECT_EQ(balance("stock"), 9'999);
}

TEST_F(Undo, ASaleWithAnActiveCardStaysAndSoDoesAnActivation) {
  auto sale = desk_.ask("AGENT 0200 3=900000 4=20000 48.0001=01000002");
  const std::string of_sale = " 90=" + desk_.original_data();
  const auto collected = desk_.ask("AGENT 0100 3=910000 48.0003=002 48.0002=" + sale.tags[2]);
  const std::string number = collected.fields.at(2);
  EXPECT_EQ(code("AGENT 0200 3=920000 48.0010=5555 2=" + number +
                 " 52=" + desk_.initial_password(number)),
            "00");
  const std::string of_activation = " 90=" + desk_.original_data();
  EXPECT_EQ(code("AGENT 0400" + of_sale), "25");
  EXPECT_EQ(code("AGENT 0400" + of_activation), "25");
}

TEST_F(Undo, ADeclinedOriginalIsReversedForNothing) {
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=10001 11=900001"), "51");
  EXPECT_EQ(code("POS 0400 90=@"), "00");
  EXPECT_EQ(code("POS 0201 2=active 3=000000 4=10001 11=900001"), "25");
  EXPECT_EQ(balance(), 10'000);
}

}  // namespace
}  // namespace handlers
