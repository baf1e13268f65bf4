/// Corner cases of deposits; the rules are played in tests/scenarios/deposit.txt.

#include <gtest/gtest.h>

#include "desk.hpp"

namespace handlers {
namespace {

using test::Answered;
using test::Desk;

/// The agent has 150,000 won at first.
TEST(Deposits, FillAPrefundUpToTwelveDigitsAndMoreIsToldAsTwelveNines) {
  Desk desk;
  EXPECT_EQ(desk.ask("AGENT 0200 3=900000 4=10000 48.0001=01000001").code, "00");
  const std::string sale = desk.original_data();
  EXPECT_EQ(desk.ask("BANK 0200 3=210000 103=DEALER 4=999999859998").code, "00");
  EXPECT_EQ(desk.ask("BANK 0200 3=210000 103=DEALER 4=2").code, "61");
  EXPECT_EQ(desk.ask("BANK 0200 3=210000 103=DEALER 4=1").code, "00");
  EXPECT_EQ(desk.ask("BANK 0200 3=210000 103=DEALER 4=1").code, "61");
  // What a reversed sale gives back is never refused.
  EXPECT_EQ(desk.ask("AGENT 0400 90=" + sale).code, "00");
  Answered next = desk.ask("AGENT 0200 3=900000 4=5000 48.0001=00500001");
  EXPECT_EQ(next.code, "00");
  EXPECT_EQ(next[54], "3002410C999999999999");
  Answered last = desk.ask("AGENT 0200 3=900000 4=10000 48.0001=01000001");
  EXPECT_EQ(last[54], "3002410C999999994999");
}

}  // namespace
}  // namespace handlers
