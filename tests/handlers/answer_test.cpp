/// What an answer carries: the echo, DE 15, 44, 54, and the first answer again.

#include <gtest/gtest.h>

#include "desk.hpp"

namespace handlers {
namespace {

using test::Answered;
using test::Desk;

constexpr const char* kBalances10000 = "0001410C0000000100000002410C000000010000";

TEST(Answers, EchoWhatTheyReceivedAndNothingElse) {
  Desk desk;
  Answered answer = desk.ask(
      "POS 0200 2=active 3=000010 4=1000 18=5411 22=012 25=00 32=123456 35=9410120000000000=2912 "
      "37=MYREFERENCE1 "
      "52=1234 90=020000000111220726400000000000000000000000 103=ACCOUNT");
  EXPECT_EQ(answer.code, "30") << "track 2 of another card";
  answer = desk.ask(
      "POS 0200 2=active 3=000010 4=1000 7=1122072641 11=000777 18=5411 22=012 25=00 32=123456 "
      "37=MYREFERENCE1 43=somewhere 52=1234 90=020000000111220726400000000000000000000000 "
      "102=ANACCOUNT 103=ACCOUNT");
  EXPECT_EQ(answer.mti, "210");
  const std::map<int, std::string> expected{
      {2, desk.card_number("active")},
      {3, "000010"},
      {4, "000000001000"},
      {7, "1122072641"},
      {11, "000777"},
      {12, "162640"},
      {13, "1122"},
      {15, "1122"},
      {18, "5411"},
      {22, "012"},
      {25, "00"},
      {32, "123456"},
      {37, "MYREFERENCE1"},
      {38, answer[38]},
      {39, "00"},
      {41, "POS00001"},
      {42, "MART           "},
      {49, "410"},
      {54, "0001410C0000000090000002410C000000009000"},
      {90, "020000000111220726400000000000000000000000"},
      {103, "ACCOUNT"},
  };
  EXPECT_EQ(answer.fields, expected);
}

TEST(Answers, AllHaveAReference) {
  Desk desk;
  for (const char* line :
       {"POS 0200 3=000000 4=1", "POS 0200 2=active 3=770000 4=1",
        "AGENT 0200 2=active 3=000000 4=1", "POS 0200 2=active 3=000000 4=1 42=NOBODY",
        "POS 0400 11=900001", "POS 0200 2=active 3=000000 4=1 11=900001",
        "POS 0200 2=foreign 3=000000 4=1", "POS 0100 2=active 3=310000"}) {
    Answered answer = desk.ask(line);
    EXPECT_EQ(answer[37].size(), 12u) << line;
    EXPECT_EQ(answer[37].substr(0, 6), "632616") << line;
  }
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1 37=MINE")[37], "MINE        ");
}

TEST(Answers, SayWhichLimit) {
  Desk desk;
  EXPECT_EQ(desk.ask("POS 0200 2=rich 3=000000 4=1000001")[44], "TXN");
  desk.change_limits([](ledger::LimitsRecord& limits) { limits.daily_won = 5'000; });
  EXPECT_EQ(desk.ask("POS 0200 2=rich 3=000000 4=5001")[44], "DAY");
  EXPECT_EQ(desk.ask("AGENT 0200 3=900000 4=200000 48.0001=10000002")[44], "PREFUND");
  EXPECT_FALSE(desk.ask("POS 0200 2=small 3=000000 4=1").has(44)) << "no limit, the mix";
}

TEST(Answers, CarryTheBusinessDayThatEndsAtHalfPastEleven) {
  Desk desk;
  const base::TimeUs half_past_eleven = desk.now + (7 * 3'600 + 200) * base::kMicrosPerSecond;
  desk.now = half_past_eleven - 1;
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1")[15], "1122");
  desk.now = half_past_eleven;
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1")[15], "1123");
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=770000 4=1")[15], "1123");
  EXPECT_EQ(desk.ask("POS 0400 90=020000000111220726400000000000000000000000")[15], "1123");
}

TEST(Answers, TellBalancesToWhoMayKnow) {
  Desk desk;
  EXPECT_EQ(desk.ask("POS 0100 2=active 3=310000")[54], kBalances10000);
  EXPECT_EQ(desk.ask("OPER 0100 2=expired 3=310000")[54], kBalances10000);
  EXPECT_EQ(desk.ask("SITE 0100 2=active 3=310000 52=1234")[54], kBalances10000);
  EXPECT_FALSE(desk.ask("SITE 0100 2=active 3=310000").has(54));
  EXPECT_EQ(desk.ask("POS 0100 2=active 3=330000 4=10001")[54], kBalances10000);
  EXPECT_FALSE(desk.ask("POS 0100 2=active 3=330000 52=9999").has(54));
  EXPECT_EQ(desk.ask("AGENT 0200 3=900000 4=10000 48.0001=01000001")[54], "3002410C000000140000");
}

TEST(Answers, TellTheSiteTheHintAndAllTheLastDay) {
  Desk desk;
  desk.ask("SITE 0200 2=sold 3=920000 52=1234 48.0010=5555 48.0011=hint");
  Answered answer = desk.ask("SITE 0100 2=sold 3=310000");
  EXPECT_EQ(answer.tags, (std::map<int, std::string>{{6, "20311121"}, {11, "hint"}}));
  answer = desk.ask("POS 0100 2=sold 3=310000");
  EXPECT_EQ(answer.tags, (std::map<int, std::string>{{6, "20311121"}}));
}

TEST(FirstAnswerAgain, IsTheSameButForTheTimeOfTransmission) {
  Desk desk;
  Answered first = desk.ask("POS 0200 2=active 3=000000 4=1000 11=900001 22=012");
  Answered again = desk.ask("POS 0201 2=active 3=000000 4=1000 11=900001 7=1122080000 22=999");
  EXPECT_EQ(again.mti, "210");
  first.fields[7] = "1122080000";
  EXPECT_EQ(again.fields, first.fields);
  EXPECT_EQ(desk.card("active").balance_won, 9'000);
}

TEST(FirstAnswerAgain, NamesTheCardAsTheFirstRequestDid) {
  Desk desk;
  desk.ask("POS 0200 2=pin 3=000000 4=1000 11=900001");
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1000 11=900001")[2], desk.card_number("pin"));
  desk.ask("POS 0200 2=active 3=000000 4=1000 11=900002");
  EXPECT_EQ(desk.ask("POS 0200 2=pin 3=000000 4=1000 11=900002")[2], desk.card_number("active"));
}

TEST(FirstAnswerAgain, ComesForADeclineToo) {
  Desk desk;
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=10001 11=900001").code, "51");
  desk.ask("POS 0200 2=active 3=000000 4=1");
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=10001 11=900001").code, "51");
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=9999 11=900001").code, "94");
}

TEST(FirstAnswerAgain, ComesForAtLeastAWeek) {
  Desk desk;
  const Answered first = desk.ask("POS 0200 2=active 3=000000 4=1000 11=900001");
  desk.now += 7 * base::kMicrosPerDay;
  EXPECT_EQ(desk.ask("POS 0201 2=active 3=000000 4=1000 11=900001").fields, first.fields);
}

TEST(FirstAnswerAgain, DoesNotComeOnceItWasReversed) {
  Desk desk;
  desk.ask("POS 0200 2=active 3=000000 4=1000 11=900001");
  desk.ask("POS 0400 90=@");
  EXPECT_EQ(desk.ask("POS 0201 2=active 3=000000 4=1000 11=900001").code, "25");
  EXPECT_EQ(desk.card("active").balance_won, 10'000);
}

TEST(WrongPasswords, CountOnceAKey) {
  Desk desk;
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(desk.ask("POS 0100 2=active 3=330000 52=9999 11=900001").code, "55");
  EXPECT_EQ(desk.card("active").wrong_passwords, 1);
  EXPECT_EQ(desk.ask("POS 0100 2=active 3=330000 52=1234").code, "00");
  EXPECT_EQ(desk.card("active").wrong_passwords, 0);
}

}  // namespace
}  // namespace handlers
