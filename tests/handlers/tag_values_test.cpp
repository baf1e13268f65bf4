#include "handlers/tag_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using handlers::is_hint;
using handlers::read_card_place;
using handlers::read_order_lines;

TEST(TagValues, OneToSixLinesOfAnOrder) {
  const auto two = read_order_lines("0100000203000001");
  ASSERT_TRUE(two.has_value());
  ASSERT_EQ(two->count, 2u);
  EXPECT_EQ(two->lines[0].face_won, 10'000u);
  EXPECT_EQ(two->lines[0].quantity, 2u);
  EXPECT_EQ(two->lines[1].face_won, 30'000u);
  EXPECT_EQ(two->lines[1].quantity, 1u);
  EXPECT_TRUE(read_order_lines(std::string(6 * 8, '9')).has_value());
  for (const std::string& bad : {std::string(), std::string("0100000"), std::string("010000020"),
                                 std::string("01000A02"), std::string(7 * 8, '9')})
    EXPECT_FALSE(read_order_lines(bad).has_value()) << bad;
}

TEST(TagValues, ThePlaceOfACardIsThreeDigits) {
  EXPECT_EQ(read_card_place("012"), 12u);
  EXPECT_EQ(read_card_place("999"), 999u);
  for (const char* bad : {"", "12", "0012", "-12", "1 2"})
    EXPECT_FALSE(read_card_place(bad).has_value()) << bad;
}

// The first and last of each row of RFC 3629's grammar, and their neighbours outside of it.
TEST(TagValues, AHintIsUtf8AndNothingElse) {
  for (const char* good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xEC\xBF\xBF",
                           "\xED\x80\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_hint(good)) << good;
  for (const char* bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xC2\xC0", "\xE0\x9F\xBF",
        "\xE1\x80", "\xED\xA0\x80", "\xED\xBF\xBF", "\xEE\x80\x7F", "\xF0\x8F\xBF\xBF",
        "\xF1\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ok\xED\xA0\x80"})
    EXPECT_FALSE(is_hint(bad)) << bad;
}

TEST(TagValues, AHintHasSixtyBytesAtMost) {
  EXPECT_TRUE(is_hint(std::string(60, 'h')));
  EXPECT_FALSE(is_hint(std::string(61, 'h')));
}

TEST(TagValues, ACustomerIdHasOneToTwentyCharacters) {
  EXPECT_FALSE(handlers::is_customer_id(""));
  EXPECT_TRUE(handlers::is_customer_id("1"));
  EXPECT_TRUE(handlers::is_customer_id(std::string(20, 'c')));
  EXPECT_FALSE(handlers::is_customer_id(std::string(21, 'c')));
}

}  // namespace
