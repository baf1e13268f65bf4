#include "tools/card_numbers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "tools/card_file.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

TEST(CardNumbers, CheckDigit) {
  EXPECT_EQ(luhn_digit("7992739871"), '3');
  EXPECT_EQ(luhn_digit("0"), '0');
  EXPECT_EQ(lot_card(941'012'990'000'001, 0), "9410129900000011");
  EXPECT_EQ(lot_card(941'012'990'000'001, 1), "9410129900000029");
}

TEST(CardNumbers, PinBlocksOpenUnderTheSameCardOnly) {
  const crypto::Key key(*base::from_hex("4C805E7AE3D36BB9DAE6F7C18092A2B5"));
  const std::string block = pin_block_hex(key, "12345678", "9410129900000029");
  EXPECT_EQ(open_pin_block_hex(key, block, "9410129900000029"), "12345678");
  EXPECT_NE(open_pin_block_hex(key, block, "9410129900000011"), "12345678");
  EXPECT_EQ(open_pin_block_hex(key, "00", "9410129900000029"), std::nullopt);
  for (const char* const wrong : {"123", "1234567890123", "12a4", ""})
    EXPECT_THROW(pin_block_hex(key, wrong, "9410129900000029"), UsageError) << wrong;
}

TEST(CardNumbers, AdditionalAmounts) {
  const std::string text =
      "0001410C0000000100000002410C000000009500"
      "3002410D000000000300"
      "00";
  EXPECT_EQ(additional_amount(text, "00", "01"), 10'000);
  EXPECT_EQ(additional_amount(text, "00", "02"), 9'500);
  EXPECT_EQ(additional_amount(text, "30", "02"), -300);
  EXPECT_EQ(additional_amount(text, "00", "90"), std::nullopt);
  EXPECT_EQ(parse_additional_amounts(text).size(), 3u);
  EXPECT_TRUE(parse_additional_amounts("").empty());
}

TEST(CardNumbers, Won) {
  EXPECT_EQ(won_text(0), "0");
  EXPECT_EQ(won_text(999), "999");
  EXPECT_EQ(won_text(1'000), "1,000");
  EXPECT_EQ(won_text(-1'234'567), "-1,234,567");
  EXPECT_EQ(won_text(-100), "-100");
}

TEST(CardFile, IsItsOwnersAlone) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "card_file_test";
  std::ofstream(file) << "readable by all before";
  save_card(file, {"9410129900000011", "903456781234", "12345678"});
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto card = load_card(file);
  ASSERT_TRUE(card);
  EXPECT_EQ(card->number, "9410129900000011");
  EXPECT_EQ(card->pin_number, "903456781234");
  EXPECT_EQ(card->password, "12345678");
  std::ofstream(file) << "x";
  EXPECT_THROW(load_card(file), UsageError);
  std::filesystem::remove(file);
  EXPECT_FALSE(load_card(file));
  EXPECT_THROW(save_card("/nowhere/card", {}), UsageError);
}

}  // namespace
}  // namespace tools
