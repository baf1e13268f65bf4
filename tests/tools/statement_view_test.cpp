#include "tools/statement_view.hpp"

#include <gtest/gtest.h>

namespace {

std::string padded(std::string text, std::size_t size) {
  text.resize(size, ' ');
  return text;
}

TEST(StatementView, ShowsSumsAndEntriesAsTables) {
  const std::string entry =
      "20261123235904PUD000000002500000000007500"
      "0000012" +
      padded("DEMOSHOP0000001", 15) + padded("Shop", 40);
  const std::string text =
      tools::statement_tables(entry, "SAC00000001000020261101PUD00000000250020261123");
  EXPECT_NE(text.find("SA   10000  2026-11-01\n"), std::string::npos) << text;
  EXPECT_NE(text.find("PU   -2500  2026-11-23\n"), std::string::npos) << text;
  EXPECT_NE(text.find("12  2026-11-23 23:59:04  PU    -2500     7500  DEMOSHOP0000001  Shop\n"),
            std::string::npos)
      << text;
}

TEST(StatementView, OfWhatIsNoStatementIsNothing) {
  EXPECT_EQ(tools::statement_tables("", ""), "");
  EXPECT_EQ(tools::statement_tables("too short", "x"), "");
}

}  // namespace
