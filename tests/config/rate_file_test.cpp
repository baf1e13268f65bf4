#include "config/rate_file.hpp"

#include <gtest/gtest.h>

namespace config {
namespace {

const std::string kHead = "prefix,won,unit_s,connection_won\n";

/// What is said of a file that is not taken.
std::string complaint(const std::string& text) {
  try {
    read_rate_file(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "it was taken";
}

TEST(RateFile, IsReadRowByRow) {
  const auto rows = read_rate_file(kHead + "02,39,180,0\n00,680,60,200\n,42,180,0\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].prefix.trimmed(), "");
  EXPECT_EQ(rows[0].rate, (ledger::CallRate{0, 42, 180}));
  EXPECT_EQ(rows[1].prefix.trimmed(), "00");
  EXPECT_EQ(rows[1].rate, (ledger::CallRate{200, 680, 60}));
  EXPECT_EQ(rows[2].rate, (ledger::CallRate{0, 39, 180}));
}

TEST(RateFile, MayHaveBlanksEmptyLinesAndWindowsLineEnds) {
  const auto rows =
      read_rate_file("\nprefix, won, unit_s, connection_won\r\n\r\n 02 ,39, 180,0\r\n ,42,180,0");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].prefix.trimmed(), "02");
}

TEST(RateFile, IsRefusedWithTheLineThatIsWrong) {
  const std::string other = ",42,180,0\n";
  EXPECT_EQ(complaint("\n"),
            "there is nothing in it; its first line is prefix,won,unit_s,connection_won");
  EXPECT_EQ(complaint("02,39,180,0\n"),
            "line 1: the first line must be prefix,won,unit_s,connection_won");
  EXPECT_EQ(complaint(kHead + other + "02,39,180\n"),
            "line 3: a row has four values, as the first line names them: "
            "prefix,won,unit_s,connection_won");
  EXPECT_EQ(complaint(kHead + other + "\n0x,39,180,0\n"),
            "line 4: 0x is no prefix: at most 20 digits, or nothing for all others");
  EXPECT_EQ(complaint(kHead + other + "123456789012345678901,39,180,0\n").substr(0, 7), "line 3:");
  EXPECT_EQ(complaint(kHead + "02,0,180,0\n" + other),
            "line 2: the won for a unit must be a number from 1 to 1000000");
  EXPECT_EQ(complaint(kHead + "02,39,1h,0\n" + other),
            "line 2: the seconds of a unit must be a number from 1 to 3600");
  EXPECT_EQ(complaint(kHead + "02,39,180,-1\n" + other),
            "line 2: the won for the connection must be a number from 0 to 1000000");
  EXPECT_EQ(complaint(kHead + "02,39,180,4294967296\n" + other).substr(0, 7), "line 2:");
  EXPECT_EQ(complaint(kHead + "02,39,180,\n" + other).substr(0, 7), "line 2:");
  EXPECT_EQ(complaint(kHead + other + "02,39,180,0\n02,40,180,0\n"),
            "line 4: the prefix 02 is there already");
  EXPECT_EQ(complaint(kHead + other + other),
            "line 3: there is a row for every other call already");
}

TEST(RateFile, NeedsARowForEveryOtherCall) {
  EXPECT_EQ(complaint(kHead + "02,39,180,0\n"),
            "a row with an empty prefix, for every other call, is missing");
}

TEST(RateFile, OfAThousandOfTheLongestRowsFitsItsBound) {
  std::string text = kHead + ",1000000,3600,1000000\r\n";
  for (int i = 1; i < 1'000; ++i)
    text += std::to_string(10'000 + i) + "123456789012345,1000000,3600,1000000\r\n";
  EXPECT_EQ(read_rate_file(text).size(), 1'000u);
  EXPECT_LE(text.size(), kMostRateFileBytes);
  EXPECT_EQ(complaint(text + "99,1,1,0\n"), "line 1002: there are more than 1000 rows");
}

}  // namespace
}  // namespace config
