/// Corner cases of statements; the rules are played in tests/scenarios/statement.txt.

#include <gtest/gtest.h>

#include "desk.hpp"

namespace handlers {
namespace {

using test::Answered;
using test::Desk;

constexpr std::size_t kEntrySize = 103, kNumberAt = 41;

/// It is November 2026 at first, and the card has one entry, its sale for 10,000 won.
class Statement : public testing::Test {
 protected:
  Statement() {
    const std::string sale = "AGENT 0200 3=900000 2=stock 4=10000 48.0001=01000001";
    EXPECT_EQ(desk_.ask(sale).code, "00");
  }
  void buy(int times) {
    for (int i = 0; i < times; ++i)
      ASSERT_EQ(desk_.ask("POS 0200 2=stock 3=000000 4=10 52=1234").code, "00");
  }
  Answered page(const std::string& month, const std::string& cursor = "") {
    const std::string after = cursor.empty() ? "" : " 48.0042=" + cursor;
    return desk_.ask("OPER 0100 2=stock 3=380000 48.0040=" + month + " 48.0041=" + month + after);
  }
  /// The numbers of a page's entries.
  static std::string numbers(Answered& answer) {
    std::string found;
    for (std::size_t at = 0; at < answer.tags[43].size(); at += kEntrySize)
      found += std::to_string(std::stoi(answer.tags[43].substr(at + kNumberAt, 7))) + " ";
    return found;
  }
  Desk desk_;
};

/// Six entries of October came after eight of November: the first page's cursor is an entry of
/// November, which the next page takes.
TEST_F(Statement, GoesOnToTheEndWhereTheClockWasSetBack) {
  buy(7);
  desk_.now -= 30 * base::kMicrosPerDay;
  buy(6);
  Answered first = page("202610");
  ASSERT_EQ(first.code, "00");
  EXPECT_EQ(numbers(first), "14 13 12 11 10 9 ");
  Answered second = page("202610", first.tags[42]);
  ASSERT_EQ(second.code, "00") << second.words;
  EXPECT_EQ(numbers(second), "8 7 6 5 4 3 ");
  Answered third = page("202610", second.tags[42]);
  ASSERT_EQ(third.code, "00") << third.words;
  EXPECT_EQ(numbers(third), "2 1 ");
  EXPECT_FALSE(third.tags.contains(42));
}

TEST_F(Statement, ACursorOfALaterMonthBeginsAtTheNewestOfThoseAskedFor) {
  buy(7);
  desk_.now += 30 * base::kMicrosPerDay;
  buy(7);
  Answered december = page("202612");
  EXPECT_EQ(numbers(december), "15 14 13 12 11 10 ");
  Answered november = page("202611", december.tags[42]);
  ASSERT_EQ(november.code, "00") << november.words;
  EXPECT_EQ(numbers(november), "8 7 6 5 4 3 ");
  EXPECT_EQ(page("202610", december.tags[42]).tags[43], "") << "nothing was posted yet";
}

/// The first page would write down what its long walk found.
TEST_F(Statement, IsAnsweredWhereNothingCanBeWritten) {
  buy(40);
  desk_.writable = false;
  Answered first = page("202611");
  EXPECT_EQ(first.code, "00") << first.words;
  EXPECT_EQ(numbers(first), "41 40 39 38 37 36 ");
}

TEST_F(Statement, ACursorBeforeTheMonthsAskedForIsAFormatError) {
  buy(7);
  Answered first = page("202611");
  ASSERT_TRUE(first.tags.contains(42));
  EXPECT_EQ(page("202612", first.tags[42]).code, "30");
  EXPECT_EQ(page("202611", first.tags[42]).code, "00");
}

/// Sums have no bound, the message has twelve digits.
TEST_F(Statement, ASumOfMoreThanTwelveDigitsIsToldAsTwelveNines) {
  constexpr std::int64_t kMost = 999'999'999'999;
  desk_.change_limits([](ledger::LimitsRecord& limits) {
    limits = {kMost, 3 * kMost, kMost, kMost};
  });
  const std::string deposit = "BANK 0200 2=stock 3=210000 4=";
  ASSERT_EQ(desk_.ask(deposit + std::to_string(kMost - 10'000)).code, "00");
  Answered told = page("202611");
  EXPECT_EQ(told.tags[44],
            "SAC00000001000020261122"
            "DPC99999998999920261122"
            "BAC99999999999920261122");
  ASSERT_EQ(desk_.ask("POS 0200 2=stock 3=000000 4=999999999999 52=1234").code, "00");
  ASSERT_EQ(desk_.ask(deposit + "10001").code, "00");
  told = page("202611");
  EXPECT_EQ(told.tags[44].substr(23),
            "PUD99999999999920261122"
            "DPC99999999999920261122"
            "BAC00000001000120261122");
}

}  // namespace
}  // namespace handlers
