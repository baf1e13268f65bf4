#include "ledger/check.hpp"

#include <gtest/gtest.h>

#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::World;

std::string listed(const CheckReport& report) {
  std::string text;
  for (const Finding& finding : report.findings)
    text += std::string(table_name(finding.table)) + " " + finding.key + ": " + finding.what + "\n";
  return text;
}

TEST(Check, RightBooksGiveNoFinding) {
  auto world = test::make_full_world();
  for (const bool with_vault : {false, true}) {
    const CheckReport report = world->check(with_vault);
    EXPECT_TRUE(report.right()) << listed(report);
    EXPECT_EQ(report.cards, 6u);
    EXPECT_EQ(report.all_won, 0);
  }
}

}  // namespace
}  // namespace ledger
