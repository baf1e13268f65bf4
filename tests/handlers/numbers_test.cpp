/// The numbers that the switch makes: DE 37, DE 38, order ids.

#include <gtest/gtest.h>

#include "desk.hpp"
#include "handlers/approval.hpp"

namespace handlers {
namespace {

using test::Answered;
using test::Desk;

std::string text(const auto& characters) { return {characters.data(), characters.size()}; }

TEST(MadeNumbers, AnApprovalIsItsTransactionsNumberInBase36) {
  EXPECT_EQ(text(approval_of(1)), "000001");
  EXPECT_EQ(text(approval_of(35)), "00000Z");
  EXPECT_EQ(text(approval_of(36)), "000010");
  EXPECT_EQ(text(approval_of(2'176'782'335)), "ZZZZZZ");
  EXPECT_EQ(text(approval_of(2'176'782'336)), "000000");
}

TEST(MadeNumbers, AReferenceIsYearDayHourAndNumber) {
  const base::TimeUs moment = 1'795'332'400 * base::kMicrosPerSecond;  // 2026-11-22 16:26 in Seoul
  EXPECT_EQ(text(reference_of(moment, 7)), "632616000007");
  EXPECT_EQ(text(reference_of(moment, 1'000'007)), "632616000007");
}

TEST(MadeNumbers, AReferenceIsMadeWhereTheRequestHasNone) {
  Desk desk;
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1")[37].substr(0, 6), "632616");
  EXPECT_EQ(desk.ask("POS 0100 2=active 3=330000")[37].size(), 12u);
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=1 37=OWN")[37], "OWN         ");
}

TEST(MadeNumbers, AnOrderIdIsBusinessDayAndNumber) {
  Desk desk;
  Answered answer = desk.ask("AGENT 0200 3=900000 4=30000 48.0001=0100000200500002");
  EXPECT_EQ(answer.tags[2].size(), 16u);
  EXPECT_EQ(answer.tags[2].substr(0, 8), "20261122");
  EXPECT_EQ(answer.tags[3], "004");
}

TEST(MadeNumbers, AnApprovalIsThereOnlyWhereItWasApproved) {
  Desk desk;
  EXPECT_TRUE(desk.ask("POS 0200 2=active 3=000000 4=1").has(38));
  EXPECT_TRUE(desk.ask("POS 0100 2=active 3=330000").has(38));
  EXPECT_FALSE(desk.ask("POS 0200 2=active 3=000000 4=10001").has(38));
  EXPECT_FALSE(desk.ask("POS 0400 90=020000000111220726400000000000000000000000").has(38));
}

}  // namespace
}  // namespace handlers
