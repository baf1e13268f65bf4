/// Corner cases of holds and completions; the rules are played in tests/scenarios/hold*.txt.

#include <gtest/gtest.h>

#include "desk.hpp"
#include "ledger/holds.hpp"
#include "ledger/register.hpp"

namespace handlers {
namespace {

using test::Answered;
using test::Desk;

constexpr base::TimeUs kHold = base::kMicrosPerDay;

class Holds : public testing::Test {
 protected:
  Answered ask(const std::string& line) { return desk_.ask(line); }
  std::string code(const std::string& line) { return ask(line).code; }
  /// A hold on the active card, and how a completion names it.
  std::string hold(const std::string& amount) {
    Answered answer = ask("POS 0100 2=active 3=000000 4=" + amount);
    EXPECT_EQ(answer.code, "00");
    return " 37=" + answer[37] + " 38=" + answer[38];
  }
  std::string complete(const std::string& amount, const std::string& named) {
    return "POS 0220 2=active 3=000000 4=" + amount + named;
  }
  std::int64_t available() {
    return std::stoll(ask("OPER 0100 2=active 3=310000")[54].substr(28, 12));
  }
  Desk desk_;
};

TEST_F(Holds, EndAtTheVeryMomentOfTheirExpiry) {
  const base::TimeUs begun = desk_.now;
  hold("4000");
  desk_.now = begun + kHold - 1;
  EXPECT_EQ(available(), 6'000);
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=6001"), "51");
  desk_.now = begun + kHold;
  EXPECT_EQ(available(), 10'000) << "nobody has swept it";
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=10000"), "00");
  EXPECT_EQ(desk_.card("active").held_won, 0);
}

TEST_F(Holds, ARaiseBeginsTheirTimeAnew) {
  const base::TimeUs begun = desk_.now;
  Answered first = ask("POS 0100 2=active 3=000000 4=1000 37=SEAT00000001");
  desk_.now = begun + kHold - 1;
  Answered raise = ask("POS 0100 2=active 3=000000 4=500 37=SEAT00000001");
  EXPECT_EQ(raise[38], first[38]) << "the first stays its name";
  desk_.now = begun + kHold;
  EXPECT_EQ(available(), 8'500);
  desk_.now = begun + 2 * kHold - 1;
  EXPECT_EQ(available(), 10'000);
  Answered another = ask("POS 0100 2=active 3=000000 4=500 37=SEAT00000001");
  EXPECT_EQ(another.code, "00");
  EXPECT_NE(another[38], first[38]) << "that one was over";
}

TEST_F(Holds, ALateCompletionTakesWhatIsThereUntilTheHoldIsForgotten) {
  const base::TimeUs begun = desk_.now;
  const std::string some = hold("4000"), none = hold("2000"), old = hold("1000");
  desk_.now = begun + kHold;
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=7500"), "00");
  Answered late = ask(complete("3000", some));
  EXPECT_EQ(late.code, "10");
  EXPECT_EQ(late[4], "000000002500");
  EXPECT_EQ(code(complete("1", none)), "51");
  desk_.now = begun + kHold + ledger::kRememberedUs - 1;
  EXPECT_EQ(code(complete("1", old)), "51");
  desk_.now = begun + kHold + ledger::kRememberedUs;
  EXPECT_EQ(ask(complete("1", old)).words, "hold completed, released or forgotten");
}

TEST_F(Holds, ThatAreOverDoNotStopAnAnswerWhereNothingCanBeWritten) {
  hold("4000");
  desk_.now += kHold;
  desk_.writable = false;
  EXPECT_EQ(code("POS 0100 2=active 3=330000 4=10000"), "00");
  EXPECT_EQ(code("POS 0200 2=active 3=000000 4=10000"), "96");
  desk_.writable = true;
  EXPECT_EQ(desk_.card("active").held_won, 4'000) << "nobody has written it";
}

TEST_F(Holds, AreBoundedInNumberAndTheBoundChangesNothing) {
  for (std::size_t i = 0; i < ledger::kMostOpenHolds; ++i) hold("10");
  const Answered over = ask("POS 0100 2=active 3=000000 4=10");
  EXPECT_EQ(over.code, "96");
  EXPECT_EQ(over.words, "the card has as many open holds as it may");
  EXPECT_EQ(available(), 10'000 - 640);
  desk_.now += kHold;
  hold("10");
  EXPECT_EQ(available(), 9'990);
}

TEST_F(Holds, AreTheMerchantsWhoMadeThem) {
  const std::string voice = " 41=POS00601 42=VOICE";
  Answered made = ask("POS 0100 2=active 3=000000 4=1000 37=SAMENAME0001" + voice);
  const std::string named = " 37=SAMENAME0001 38=" + made[38];
  EXPECT_EQ(ask(complete("1000", named)).words, "no such hold of this merchant");
  EXPECT_EQ(code("POS 0100 2=active 3=000000 4=500 37=SAMENAME0001"), "00");
  EXPECT_EQ(code(complete("500", " 37=SAMENAME0001 38=@")), "00") << "a hold of its own";
  EXPECT_EQ(code("POS 0220 2=active 3=000000 4=1000" + named + voice), "00");
  EXPECT_EQ(desk_.card("active").balance_won, 8'500);
}

TEST_F(Holds, PostEvenWhereTheCardIsBlockedOrExpired) {
  const std::string first = hold("1000"), second = hold("1000");
  desk_.change_card("active", [](auto& card) { card.blocked = ledger::kBlockedByOwner; });
  EXPECT_EQ(code(complete("1000", first)), "00");
  desk_.change_card("active", [](auto& card) {
    card.blocked = 0;
    card.last_day = 20'200'101;
  });
  EXPECT_EQ(code(complete("1000", second)), "00");
}

TEST_F(Holds, OfWhichAPartWasReleasedPostWhatIsLeftLateToo) {
  const base::TimeUs begun = desk_.now;
  const std::string named = hold("4000");
  const std::string original = " 90=" + desk_.original_data();
  desk_.now = begun + kHold;
  EXPECT_EQ(code("POS 0400" + original + " 95=000000001500" + std::string(30, '0')), "00");
  Answered late = ask(complete("4000", named));
  EXPECT_EQ(late.code, "10");
  EXPECT_EQ(late[4], "000000001500");
  EXPECT_EQ(code("POS 0400" + original), "25") << "it was completed";
}

TEST_F(Holds, ReversedWhollyAfterTheirTimeAreReleasedAllTheSame) {
  const std::string named = hold("4000");
  const std::string original = " 90=" + desk_.original_data();
  desk_.now += kHold;
  EXPECT_EQ(code("POS 0400" + original), "00");
  EXPECT_EQ(available(), 10'000);
  EXPECT_EQ(code(complete("4000", named)), "25");
}

}  // namespace
}  // namespace handlers
