/// Every way to be refused, in the order of the checks. A row's request is wrong in what the row
/// says and in what is checked next, where both are possible in one message: the first counts.

#include "handlers/refusals.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "desk.hpp"
#include "ledger/holds.hpp"
#include "switch/guess_brake.hpp"

namespace handlers {
namespace {

using test::Desk;

/// `+` is said before, to the same switch. After the bar, the request.
constexpr const char* kCases = R"(
MAC missing or wrong              | BANG 0200 2=active 3=000000 4=1 !4
format error                      | VEND 0200 2=active 3=000000 4=1 !4
not signed on                     | VEND 0200 2=active 3=770000 4=1
format error                      | POS 0800 70=161 48.0052=X
station uses no such key          | POS 0800 70=161 48.0052=M
station has no transport key      | POS 0800 70=161 48.0052=P
no such transaction               | POS 0200 3=770000 -11
format error                      | POS 0200 3=900000 48.0001=01000001
not permitted to this station     | POS 0200 3=905500 4=10000 48.0001=01000001
no such transaction               | AGENT 0200 3=905500 4=10000 48.0001=01000001 41=NOWHERE1
cash is the agents'               | SITE 0200 3=900000 4=10000 48.0001=01000001 41=NOWHERE1
not this station's terminal or merchant | POS 0200 2=active 3=000000 4=1 41=NOWHERE1 42=NOBODY
not this station's terminal or merchant | POS 0200 2=active 3=000000 4=1 41=BANG0001 42=PCBANG
not this station's terminal or merchant | POS 0200 2=active 3=000000 4=1 42=PCBANG
not this station's terminal or merchant | SITE 0200 2=active 3=000000 4=1 41=SITE0001 42=CARDSITE
unknown merchant or agent         | POS 0200 2=active 3=000000 4=0 42=NOBODY
+ POS 0200 2=active 3=000000 4=1 11=900001
same key, other content           | POS 0200 2=active 3=000000 4=0 11=900001
+ POS 0200 2=active 3=000000 4=1 11=900001
same key, other content           | POS 0200 2=active 3=000000 4=1 11=900001 12=000000
amount is zero                    | POS 0200 2=foreign 3=000000 4=0
amount is zero                    | AGENT 0200 3=900000 4=0 48.0001=01000001
a rated call has no amount        | TEL 0100 2=foreign 3=000000 4=1 48.0030=0215881234
a rated call has no amount        | TEL 0220 2=foreign 3=000000 4=1 37=NOSUCHHOLD01 38=ZZZZZZ 48.0032=1
amount is not its lines' total    | AGENT 0200 2=none 3=900000 4=10001 48.0001=01000001
amount is not its lines' total    | AGENT 0200 2=stock 3=900000 4=20000 48.0001=01000002
unknown face value                | AGENT 0200 3=900000 4=7000 48.0001=00700001
no route for this card            | POS 0200 2=foreign 3=200000 4=1 90=020000000111220726400000000000000000000000
original not found                | POS 0200 2=luhn 3=200000 4=1 90=020000000111220726400000000000000000000000
+ POS 0400 11=900001
reversed before                   | POS 0200 2=luhn 3=000000 4=1 11=900001
wrong check digit                 | POS 0200 2=luhn 3=000000 4=1 52=9999
no such card                      | POS 0200 2=none 3=000000 4=1 52=9999
no such card                      | POS 0200 2=sold 3=000000 4=1
no such card                      | POS 0200 2=sold 3=000000 4=1 52=9999
card closed                       | POS 0200 2=closed 3=000000 4=1 52=9999
not the card's face value         | AGENT 0200 2=active 3=900000 4=100000 48.0001=10000001
wrong card state for this         | AGENT 0200 2=blocked 3=900000 4=10000 48.0001=01000001
card not activated                | POS 0200 2=sold 3=000000 4=1 52=1234
+ POS 0100 2=sold 3=330000 52=0001
+ POS 0100 2=sold 3=330000 52=0001
+ POS 0100 2=sold 3=330000 52=0001
+ POS 0100 2=sold 3=330000 52=0001
+ POS 0100 2=sold 3=330000 52=0001
card not activated                | SITE 0200 2=sold 3=000000 4=1 52=9999
card blocked                      | POS 0200 2=blocked 3=000000 4=1 52=9999
card expired                      | POS 0200 2=expired 3=000000 4=1 52=9999
wrong password                    | POS 0200 2=small 3=000000 4=1 52=9999
wrong password                    | POS 0200 2=small 3=000000 4=1 52=-
+ POS 0100 2=active 3=330000 52=0001
+ POS 0100 2=active 3=330000 52=0001
+ POS 0100 2=active 3=330000 52=0001
+ POS 0100 2=active 3=330000 52=0001
fifth wrong password, card blocked | POS 0200 2=active 3=000000 4=1 52=9999
category is not the merchant's    | POS 0200 2=small 3=000000 4=1 18=4814
category not in the card's mix    | POS 0200 2=small 3=000000 4=1000001 52=1234
over the transaction limit        | POS 0200 2=active 3=000000 4=3000001
+ POS 0200 2=rich 3=000000 4=1000000
+ POS 0200 2=rich 3=000000 4=1000000
+ POS 0200 2=rich 3=000000 4=1000000
over the daily limit              | POS 0200 2=rich 3=000000 4=500001
over the cap of a card or of one deposit | BANK 0200 2=active 3=210000 4=990001
over the agent's prefund          | AGENT 0200 3=900000 4=200000 48.0001=10000002
not enough available balance      | POS 0200 2=active 3=000000 4=10001
not enough available balance      | POS 0100 2=active 3=330000 4=10001
+ POS 0200 2=active 3=000000 4=1000
more than is left                 | POS 0200 2=active 3=200000 4=1001 90=@
+ POS 0200 2=active 3=000000 4=1000
original has another card or amount | POS 0200 2=other 3=200000 4=1001 90=@
+ POS 0200 2=active 3=000000 4=1000 11=900001
+ POS 0200 2=active 3=200000 4=1000 90=020090000111220726400000000000000000000000
nothing left to refund            | POS 0200 2=active 3=200000 4=1 90=020090000111220726400000000000000000000000
+ AGENT 0200 3=900000 4=10000 48.0001=01000001
can be reversed only as a whole   | AGENT 0400 90=@ 95=000000005000000000000000000000000000000000
no longer to be undone            | POS 0400 90=040000000111220726400000000000000000000000
+ POS 0100 2=active 3=000000 4=1000
no such hold of this merchant     | POS 0220 2=other 3=000000 4=1 37=@ 38=ZZZZZZ
+ POS 0100 2=active 3=000000 4=1000
hold is another card's            | POS 0220 2=closed 3=000000 4=1 37=@ 38=@
+ POS 0100 2=active 3=000000 4=1000
approved for less                 | POS 0220 2=active 3=000000 4=1001 37=@ 38=@
+ TEL 0100 2=active 3=000000 4=9999 37=THEHOLD00001
hold is no rated call's           | TEL 0100 2=active 3=000000 4=0 37=THEHOLD00001 48.0030=0215881234
+ TEL 0100 2=active 3=000000 4=1000 37=THEHOLD00001
+ TEL 0220 2=active 3=000000 4=1000 37=@ 38=@
hold is no rated call's           | TEL 0220 2=active 3=000000 4=0 37=@ 38=@ 48.0032=1
+ TEL 0100 2=active 3=000000 4=0 37=THECALL00001 48.0030=0215881234
hold is a rated call's            | TEL 0100 2=active 3=000000 4=10001 37=THECALL00001
not the registered owner          | SITE 0200 2=active 3=930000 48.0010=5555 48.0012=NOBODY
no such order of this station     | SITE 0100 3=910000 48.0002=2026112200000001 48.0003=001
wrong card state for this         | SITE 0200 2=blocked 3=920000 52=9999 48.0010=5555
amount is no multiple of what it comes in | AGENT 0200 2=active 3=280000 4=15000
over the cap of a card or of one deposit | AGENT 0200 2=active 3=280000 4=1010000
over the agent's prefund          | AGENT 0200 2=active 3=280000 4=500000
cash is the agents'               | SITE 0200 2=active 3=280000 4=10000
no such transaction               | AGENT 0200 2=active 3=282000 4=10000
amount is no multiple of what it comes in | SITE 0200 2=active 3=970000 52=1234 4=500
not enough points                 | SITE 0200 2=active 3=970000 52=1234 4=1000
approved                          | POS 0200 2=pin 3=000000 4=1000 52=1234
)";

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

class Refusals : public testing::Test {
 protected:
  void expect(Desk& desk, const std::string& words, const std::string& line) {
    const test::Answered answer = desk.ask(line);
    EXPECT_EQ(answer.words, words) << line;
    reached_.insert(answer.words);
  }
  std::set<std::string> reached_;
};

TEST_F(Refusals, AreAllReachedInTheOrderOfTheChecks) {
  auto desk = std::make_unique<Desk>();
  std::istringstream cases(kCases);
  for (std::string line; std::getline(cases, line);) {
    if (line.empty()) continue;
    const std::size_t bar = line.find('|');
    if (bar == std::string::npos) {
      desk->ask(line.substr(1));
      continue;
    }
    expect(*desk, trimmed(line.substr(0, bar)), line.substr(bar + 1));
    desk = std::make_unique<Desk>();
  }

  desk->ask("POS 0200 2=active 3=000000 4=1000");
  desk->change_card("active", [](auto& card) { card.state = ledger::CardState::closed; });
  expect(*desk, "card closed", "POS 0200 2=active 3=200000 4=1000 90=@");

  auto sale = desk->ask("AGENT 0200 2=stock 3=900000 4=10000 48.0001=01000001");
  expect(*desk, "already activated", "AGENT 0100 3=910000 48.0003=001 48.0002=" + sale.tags[2]);

  auto hold = desk->ask("POS 0100 2=other 3=000000 4=1000");
  const std::string completion =
      "POS 0220 2=other 3=000000 4=1000 37=" + hold[37] + " 38=" + hold[38];
  expect(*desk, "approved", completion);
  expect(*desk, "hold completed, released or forgotten", completion);
  for (std::size_t i = 0; i < ledger::kMostOpenHolds; ++i)
    expect(*desk, "approved", "POS 0100 2=other 3=000000 4=1");
  expect(*desk, "the card has as many open holds as it may", "POS 0100 2=other 3=000000 4=1");

  const std::string call = "TEL 0100 2=rich 3=000000 4=0 37=THECALL00001 48.0030=1";
  desk->forget_rates();
  expect(*desk, "there is no rate table", call);
  desk->load_rates({{ledger::FixedText<20>::of(""), {0, 1, 3'600}}}, 0);
  for (int hour = 1; hour <= 743; ++hour) expect(*desk, "approved", call);
  expect(*desk, "the call would last longer than a hold may", call);

  // After ten guesses one answer at a time waits, and the next message is not looked at.
  core::GuessLimits limits;
  limits.waiting = 1;
  limits.longest_wait_us = limits.first_wait_us;
  core::GuessBrake brake(
      limits, [] { return base::TimeUs{1}; }, [](const core::BrakeChange&) {});
  desk->brake = &brake;
  for (int i = 0; i < 11; ++i) expect(*desk, "no such card", "POS 0200 2=none 3=000000 4=1");
  expect(*desk, "too many guesses wait, not looked at", "POS 0200 2=other 3=000000 4=1");
  desk->brake = nullptr;

  desk->writable = false;
  expect(*desk, "system error, nothing moved", "POS 0200 2=other 3=000000 4=1");
  expect(*desk, "approved", "POS 0100 2=other 3=330000");

  for (int i = 0; i < kRefusalCount; ++i) {
    const std::string words(info(static_cast<Refusal>(i)).words);
    EXPECT_TRUE(reached_.contains(words)) << words << " was never answered";
  }
}

TEST(RefusalCodes, AreRememberedButForThoseTheResendOfWhichIsAFreshAttempt) {
  const std::set<std::string> fresh{"30", "58", "63", "91", "92", "96"};
  for (int i = 0; i < kRefusalCount; ++i) {
    const RefusalInfo& row = info(static_cast<Refusal>(i));
    EXPECT_EQ(row.remembered, !fresh.contains(std::string(row.code))) << row.words;
  }
}

TEST(FormatErrors, NameTheLowestElementThatIsMissingOrWrong) {
  Desk desk;
  const std::pair<const char*, const char*> cases[] = {
      {"DE002", "POS 0200 3=000000 4=1 -7"},
      {"DE002", "POS 0200 2= 3=000000 4=1"},
      {"DE003", "POS 0200 2=active 4=1"},
      {"DE004", "POS 0200 2=active 3=000000"},
      {"DE004", "POS 0200 2=active 3=000000 4=1 !4"},
      {"DE007", "POS 0200 2=active 3=000000 4=1 -7 -11"},
      {"DE012", "POS 0200 2=active 3=000000 4=1 -12 -13"},
      {"DE035", "POS 0200 2=active 3=000000 4=1 35=9410120000000000=2912 -42"},
      {"DE042", "POS 0200 2=active 3=000000 4=1 -42 49=840"},
      {"DE048", "POS 0200 2=active 3=000000 4=1 !48"},
      {"DE048", "AGENT 0200 3=900000 4=10000"},
      {"DE048", "AGENT 0200 3=900000 4=10000 48.0012=somebody"},
      {"DE048", "AGENT 0200 3=900000 4=10000 48.0001=0100001"},
      {"DE048", "SITE 0200 2=sold 3=920000 52=1234 48.0011=hint"},
      {"DE048", "SITE 0200 2=sold 3=920000 52=1234 48.0010=123"},
      {"DE048", "SITE 0200 2=sold 3=920000 52=1234 48.0010=5555 48.0011=it-is-5555"},
      {"DE048", "SITE 0100 3=910000 48.0002=2026112200000001"},
      {"DE048", "AGENT 0800 70=161"},
      {"DE048", "AGENT 0800 70=161 48.0052=p"},
      {"DE048", "TEL 0100 2=active 3=000000 4=0 48.0030=123456789012345678901"},
      {"DE048", "TEL 0100 2=active 3=000000 4=0 48.0030="},
      {"DE048", "TEL 0220 2=active 3=000000 4=0 37=R 38=ZZZZZZ 48.0032=1234567"},
      {"DE049", "POS 0200 2=active 3=000000 4=1 49=840"},
      {"DE052", "BANG 0100 2=active 3=330000"},
      {"DE052", "BANG 0100 2=active 3=310000"},
      {"DE052", "SITE 0200 2=sold 3=920000 48.0010=5555"},
      {"DE090", "POS 0200 2=active 3=200000 4=1 37=R"},
      {"DE090", "POS 0400 -12"},
      {"DE095", "POS 0400 95=000000005000000000000000000000000000000001"},
  };
  for (const auto& [element, line] : cases) {
    test::Answered answer = desk.ask(line);
    EXPECT_EQ(answer.code, "30") << line;
    EXPECT_EQ(answer[44], element) << line;
  }
}

/// Of a repeat only the code is known.
TEST(CodeWords, OfSeveralRefusalsAreNoneOfTheirs) {
  EXPECT_EQ(code_words("00"), "approved");
  EXPECT_EQ(code_words("10"), "approved for less");
  EXPECT_EQ(code_words("61"), "declined as before");
  EXPECT_EQ(code_words("13"), "declined as before");
  EXPECT_EQ(code_words("99"), "unknown");
}

}  // namespace
}  // namespace handlers
