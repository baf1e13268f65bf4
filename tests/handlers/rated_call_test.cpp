/// Rated calls: what is granted, held, charged and given back. The desk's rates are the demo's: 39
/// won for 180 s to 02, 145 for 60 s to 01, 680 for 60 s and 200 once to 00, else 42 for 180 s.

#include <gtest/gtest.h>

#include "desk.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

using test::Answered;
using test::Desk;

constexpr base::TimeUs kSecond = base::kMicrosPerSecond;

/// The card "active" has 10,000 won.
class RatedCall : public testing::Test {
 protected:
  Answered ask(const std::string& line) { return desk_.ask(line); }
  /// A call of the active card: its first grant, or a further one of the same name.
  Answered call(const std::string& number, const std::string& name = "CALL00000001") {
    return ask("TEL 0100 2=active 3=000000 4=0 37=" + name + " 48.0030=" + number);
  }
  Answered end(const std::string& seconds, const Answered& begun,
               const std::string& name = "CALL00000001") {
    return ask("TEL 0220 2=active 3=000000 4=0 37=" + name + " 38=" + begun.fields.at(38) +
               " 48.0032=" + seconds);
  }
  static std::int64_t available(Answered& answer) { return std::stoll(answer[54].substr(28, 12)); }
  std::int64_t available() {
    Answered answer = ask("OPER 0100 2=active 3=310000");
    return available(answer);
  }
  void leave(std::int64_t won) {
    const std::int64_t spent = 10'000 - won;
    if (spent == 0) return;
    ASSERT_EQ(ask("POS 0200 2=active 3=000000 4=" + std::to_string(spent)).code, "00");
  }
  void load(std::vector<ledger::RateRow> rows, base::TimeUs from) {
    desk_.load_rates(std::move(rows), from);
  }
  static ledger::RateRow row(const char* prefix, ledger::CallRate rate) {
    return {ledger::FixedText<20>::of(prefix), rate};
  }
  Desk desk_;
};

// --------------------------------------------------------------------------------------- grants

TEST_F(RatedCall, IsGrantedTheWholeUnitsThatTheCardPays) {
  leave(1'000);
  Answered granted = call("0082215881234");  // (1,000 − 200) / 680 = 1 unit
  EXPECT_EQ(granted.code, "00");
  EXPECT_EQ(granted.tags[31], "60");
  EXPECT_EQ(available(granted), 120) << "1,000 − 200 − 680";
  EXPECT_FALSE(granted[38].empty());
  EXPECT_EQ(granted[4], "000000000000");
}

TEST_F(RatedCall, IsGrantedAnHourAtMost) {
  Answered seoul = call("0215881234");  // 20 units of 180 s at 39
  EXPECT_EQ(seoul.tags[31], "3600");
  EXPECT_EQ(available(seoul), 10'000 - 780);
}

TEST_F(RatedCall, IsGrantedLessThanAnHourWhereUnitsDoNotFillIt) {
  load({row("", {0, 10, 700})}, desk_.now);
  Answered granted = call("0312345678");  // 5 units of 700 s, a sixth would be 4,200 s
  EXPECT_EQ(granted.tags[31], "3500");
  EXPECT_EQ(available(granted), 9'950);
}

TEST_F(RatedCall, GoesByTheLongestPrefix) {
  load({row("", {0, 1, 60}), row("0", {0, 2, 60}), row("010", {0, 3, 60}), row("01", {0, 4, 60})},
       desk_.now);
  const auto held = [&](const std::string& number, const std::string& name) {
    const std::int64_t before = available();
    Answered answer = call(number, name);
    return before - available(answer);
  };
  EXPECT_EQ(held("15771577", "CALL00000001"), 60) << "every other call: 60 units of 1";
  EXPECT_EQ(held("0215881234", "CALL00000002"), 120);
  EXPECT_EQ(held("01712345678", "CALL00000003"), 240);
  EXPECT_EQ(held("01012345678", "CALL00000004"), 180);
  EXPECT_EQ(held("01", "CALL00000005"), 240) << "a prefix may be the whole number";
  EXPECT_EQ(held("99999999999999999999", "CALL00000006"), 60);
}

TEST_F(RatedCall, ThatTheConnectionAloneWouldEmptyIsNone) {
  leave(879);
  EXPECT_EQ(call("0082215881234").code, "51") << "200 and one unit are 880";
  EXPECT_EQ(available(), 879) << "nothing is held";
  EXPECT_EQ(desk_.card("active").had_hold, 0);
}

TEST_F(RatedCall, WithoutARateTableIsASystemError) {
  desk_.forget_rates();
  EXPECT_EQ(call("0215881234").words, "there is no rate table");
  load({row("", {0, 10, 60})}, desk_.now);
  EXPECT_EQ(call("0215881234").code, "00");
}

TEST_F(RatedCall, ATableIsInForceFromItsMomentOn) {
  const base::TimeUs from = desk_.now + 10 * kSecond;
  load({row("", {0, 1'000, 60})}, from);
  desk_.now = from - 1;
  Answered before = call("0215881234", "CALL00000001");
  EXPECT_EQ(before.tags[31], "3600");
  desk_.now = from;
  Answered after = call("0215881234", "CALL00000002");
  EXPECT_EQ(after.tags[31], "540") << "(10,000 − 780) / 1,000 = 9 units";
}

// ------------------------------------------------------------------------------------- renewals

TEST_F(RatedCall, IsRenewedWithoutASecondConnection) {
  leave(1'700);
  Answered first = call("0082215881234");  // (1,700 − 200) / 680 = 2
  EXPECT_EQ(first.tags[31], "120");
  EXPECT_EQ(available(first), 140);
  EXPECT_EQ(call("0082215881234").code, "51") << "140 pay no unit";
  EXPECT_EQ(ask("BANK 0200 2=active 3=210000 4=1400").code, "00");
  Answered more = call("0082215881234");  // 1,540 / 680 = 2
  EXPECT_EQ(more.tags[31], "120");
  EXPECT_EQ(available(more), 180);
  EXPECT_EQ(more[38], first[38]) << "the first stays its name";
}

TEST_F(RatedCall, IsRenewedByTheRateOfItsStart) {
  Answered first = call("0215881234");
  load({row("", {0, 5'000, 60})}, desk_.now);
  Answered more = call("0215881234");
  EXPECT_EQ(available(more), 10'000 - 2 * 780);
  Answered ended = end("3601", first);  // 21 units
  EXPECT_EQ(ended[4], "000000000819");
}

TEST_F(RatedCall, LastsTenMinutesBeyondWhatItWasGranted) {
  const base::TimeUs begun = desk_.now;
  call("0215881234");
  desk_.now = begun + (3'600 + 600) * kSecond - 1;
  EXPECT_EQ(available(), 9'220);
  desk_.now = begun + (3'600 + 600) * kSecond;
  EXPECT_EQ(available(), 10'000);
}

TEST_F(RatedCall, RenewedEarlyLastsAsLongAsBothGrants) {
  const base::TimeUs begun = desk_.now;
  call("0215881234");
  desk_.now = begun + 100 * kSecond + 1;
  call("0215881234");
  desk_.now = begun + (7'200 + 600) * kSecond;
  EXPECT_EQ(available(), 8'440) << "whole seconds after the message: a part of one longer";
  desk_.now = begun + (7'200 + 601) * kSecond;
  EXPECT_EQ(available(), 10'000);
}

TEST_F(RatedCall, RenewedLateLastsFromTheRenewalOn) {
  const base::TimeUs begun = desk_.now;
  call("0215881234");
  const base::TimeUs late = begun + 4'000 * kSecond;
  desk_.now = late;
  call("0215881234");
  desk_.now = late + 4'200 * kSecond - 1;
  EXPECT_EQ(available(), 8'440);
  desk_.now = late + 4'200 * kSecond;
  EXPECT_EQ(available(), 10'000);
}

TEST_F(RatedCall, IsNotRenewedBeyondTheLongestHold) {
  load({row("", {0, 1, 3'600})}, desk_.now);  // an hour is one won
  for (int hour = 1; hour <= 743; ++hour) ASSERT_EQ(call("1").code, "00") << hour;
  Answered over = call("1");  // 744 h are 31 days, and the ten minutes come on top
  EXPECT_EQ(over.code, "96");
  EXPECT_EQ(over.words, "the call would last longer than a hold may");
  EXPECT_EQ(available(), 10'000 - 743);
}

TEST_F(RatedCall, OnAPlainHoldAndAPlainRaiseOfACallAreNone) {
  ask("TEL 0100 2=active 3=000000 4=1000 37=PLAIN0000001");
  EXPECT_EQ(call("0215881234", "PLAIN0000001").words, "hold is no rated call's");
  call("0215881234", "CALL00000001");
  Answered raise = ask("TEL 0100 2=active 3=000000 4=1000 37=CALL00000001");
  EXPECT_EQ(raise.code, "25");
  EXPECT_EQ(raise.words, "hold is a rated call's");
  EXPECT_EQ(available(), 10'000 - 1'000 - 780);
}

// --------------------------------------------------------------------------------- completions

TEST_F(RatedCall, CostsItsStartedUnitsAndTheConnectionOnce) {
  Answered begun = call("0082215881234");  // (10,000 − 200) / 680 = 14 units, 9,720
  EXPECT_EQ(available(begun), 280);
  Answered ended = end("61", begun);
  EXPECT_EQ(ended.code, "00");
  EXPECT_EQ(ended[4], "000000001560") << "200 + 2 × 680";
  EXPECT_EQ(available(ended), 8'440);
  EXPECT_EQ(desk_.card("active").balance_won, 8'440);
}

TEST_F(RatedCall, IsLoggedWithItsPrice) {
  Answered begun = call("0082215881234");
  EXPECT_EQ(begun.logged_won, 0);
  EXPECT_EQ(end("61", begun).logged_won, 1'560);
}

TEST_F(RatedCall, OfWholeUnitsDoesNotBeginAnother) {
  EXPECT_EQ(end("180", call("0215881234"))[4], "000000000039");
  Answered next = call("0215881234");
  EXPECT_EQ(end("181", next)[4], "000000000078");
}

TEST_F(RatedCall, OfNoSecondsCostsNothing) {
  Answered begun = call("0082215881234");
  Answered ended = end("0", begun);
  EXPECT_EQ(ended.code, "00");
  EXPECT_EQ(ended[4], "000000000000");
  EXPECT_EQ(available(ended), 10'000);
  EXPECT_EQ(desk_.card("active").posting_count, 1u) << "the opening only";
  EXPECT_EQ(end("61", begun).words, "hold completed, released or forgotten");
}

TEST_F(RatedCall, NeverCostsMoreThanWasHeld) {
  leave(1'000);
  Answered begun = call("0082215881234");  // 880 held
  EXPECT_EQ(ask("BANK 0200 2=active 3=210000 4=5000").code, "00");
  Answered ended = end("999999", begun);
  EXPECT_EQ(ended.code, "10");
  EXPECT_EQ(ended[4], "000000000880");
  EXPECT_EQ(available(ended), 5'120);
}

TEST_F(RatedCall, EndedAfterItsTimeTakesWhatIsThere) {
  const base::TimeUs begun_us = desk_.now;
  Answered begun = call("0215881234");
  desk_.now = begun_us + 4'200 * kSecond;
  ASSERT_EQ(ask("POS 0200 2=active 3=000000 4=9950").code, "00");
  Answered ended = end("360", begun);  // 78, of which 50 are there
  EXPECT_EQ(ended.code, "10");
  EXPECT_EQ(ended[4], "000000000050");
}

TEST_F(RatedCall, EndedAfterItsTimeIsDeclinedOnlyWhereItCostsAndNothingIsThere) {
  Answered one = call("0215881234", "CALL00000001"), other = call("0215881234", "CALL00000002");
  desk_.now += 4'200 * kSecond;
  ASSERT_EQ(ask("POS 0200 2=active 3=000000 4=10000").code, "00");
  EXPECT_EQ(end("360", one, "CALL00000001").code, "51");
  EXPECT_EQ(end("0", other, "CALL00000002").code, "00");
}

TEST_F(RatedCall, EndsByItsSecondsAndNothingElse) {
  Answered begun = call("0215881234");
  const std::string named = " 37=CALL00000001 38=" + begun[38];
  Answered plain = ask("TEL 0220 2=active 3=000000 4=39" + named);
  EXPECT_EQ(plain.words, "hold is a rated call's");
  Answered hold = ask("TEL 0100 2=active 3=000000 4=1000 37=PLAIN0000001");
  EXPECT_EQ(end("60", hold, "PLAIN0000001").words, "hold is no rated call's");
}

TEST_F(RatedCall, CountsInTheDaysLimitAndOneOverItStaysOpen) {
  desk_.change_limits([](auto& limits) { limits.daily_won = 100; });
  Answered begun = call("0215881234");
  EXPECT_EQ(end("541", begun).code, "61") << "4 × 39 = 156";
  EXPECT_EQ(available(), 9'220) << "still held";
  EXPECT_EQ(end("360", begun)[4], "000000000078");
  Answered next = call("0215881234");
  EXPECT_EQ(end("0", next).code, "00") << "nothing is within every limit";
}

// ------------------------------------------------------------------------------- parallel calls

TEST_F(RatedCall, IsOneOfSeveralOnACard) {
  Answered one = call("0215881234", "CALL00000001");   // 780
  Answered two = call("01012345678", "CALL00000002");  // 60 units: 8,700
  EXPECT_EQ(two.tags[31], "3600");
  EXPECT_EQ(available(two), 520);
  Answered three = call("0215881234", "CALL00000003");  // 13 units
  EXPECT_EQ(three.tags[31], "2340");
  EXPECT_EQ(available(three), 13);
  EXPECT_EQ(end("60", two, "CALL00000002")[4], "000000000145");
  EXPECT_EQ(end("60", one, "CALL00000001")[4], "000000000039");
  EXPECT_EQ(end("60", three, "CALL00000003")[4], "000000000039");
  EXPECT_EQ(available(), 10'000 - 145 - 39 - 39);
}

// ----------------------------------------------------------------------------------- reversals

TEST_F(RatedCall, ReversedGivesEachGrantBack) {
  Answered first = call("0215881234");
  const std::string of_first = " 90=" + desk_.original_data();
  call("0215881234");
  const std::string of_second = " 90=" + desk_.original_data();
  EXPECT_EQ(ask("TEL 0400 4=0" + of_second).code, "00");
  EXPECT_EQ(available(), 9'220);
  EXPECT_EQ(ask("TEL 0400" + of_first).code, "00");
  EXPECT_EQ(available(), 10'000);
  EXPECT_EQ(end("60", first).words, "hold completed, released or forgotten");
}

TEST_F(RatedCall, ReversedAfterItsEndGivesThePriceBack) {
  Answered begun = call("0215881234");
  end("360", begun);
  EXPECT_EQ(ask("TEL 0400 90=" + desk_.original_data()).code, "00");
  EXPECT_EQ(available(), 10'000);
}

TEST_F(RatedCall, SentAgainIsGrantedTheSameAndOnlyOnce) {
  const std::string line = "TEL 0100 11=000777 2=active 3=000000 4=0 37=CALL00000001 48.0030=021";
  Answered first = ask(line), again = ask(line);
  EXPECT_EQ(again.tags[31], "3600");
  EXPECT_EQ(again.fields, first.fields);
  EXPECT_EQ(available(), 9'220);
}

// -------------------------------------------------------------------------------------- formats

TEST_F(RatedCall, HasNoAmountAndAnyOtherHoldHasOne) {
  const std::string hold = "TEL 0100 2=active 3=000000";
  EXPECT_EQ(ask(hold + " 4=1 48.0030=0215881234").words, "a rated call has no amount");
  EXPECT_EQ(ask(hold + " 4=0").words, "amount is zero");
  EXPECT_EQ(ask("POS 0100 2=active 3=000000 4=0 48.0030=0215881234").words, "amount is zero")
      << "at a shop the tag says nothing";
  Answered shop = ask("POS 0100 2=active 3=000000 4=500 48.0030=X");
  EXPECT_EQ(shop.code, "00");
  EXPECT_FALSE(shop.has(48));
}

TEST_F(RatedCall, NamesANumberOfOneToTwentyDigits) {
  for (const char* number : {"", "02-1588", "123456789012345678901"}) {
    Answered answer = call(number);
    EXPECT_EQ(answer.code, "30") << number;
    EXPECT_EQ(answer[44], "DE048") << number;
  }
  EXPECT_EQ(call("1").code, "00");
  EXPECT_EQ(call("12345678901234567890", "CALL00000002").code, "00");
}

TEST_F(RatedCall, EndsWithOneToSixDigits) {
  Answered begun = call("0215881234");
  for (const char* seconds : {"", "12s", "1234567", "-1"})
    EXPECT_EQ(end(seconds, begun)[44], "DE048") << seconds;
  EXPECT_EQ(
      ask("TEL 0220 2=active 3=000000 4=39 37=CALL00000001 38=" + begun[38] + " 48.0032=60").words,
      "a rated call has no amount");
  EXPECT_EQ(end("000060", begun)[4], "000000000039");
}

}  // namespace
}  // namespace handlers
