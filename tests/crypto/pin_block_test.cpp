#include "crypto/pin_block.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::key;

constexpr std::string_view kCard = "9410129900000011";
constexpr std::string_view kPinNumber = "903456781234";

Key pos_key() { return key("1C5B2A79D0E34F86A8B3C49D5E6E7080"); }

std::string part(std::string_view number) {
  const auto digits = account_part(number);
  return {digits.begin(), digits.end()};
}

std::string opened(std::string_view hex, std::string_view account = kCard) {
  const auto password = open_pin_block(pos_key(), pin_block_from_hex(hex).value(), account);
  return password ? std::string(password->digits()) : "refused";
}

TEST(PinBlock, AccountPart) {
  EXPECT_EQ(part(kCard), "012990000001");
  EXPECT_EQ(part(kPinNumber), "090345678123");
  EXPECT_EQ(part("4000123412341234567"), "341234123456");
  EXPECT_EQ(part("1234567890123"), "123456789012");
  EXPECT_EQ(part("12"), "000000000001");
  EXPECT_EQ(part("1"), "000000000000");
  EXPECT_EQ(part(""), "000000000000");
}

TEST(PinBlock, AccountPartSkipsWhatIsNoDigit) {
  EXPECT_EQ(part("110-234-567890"), part("110234567890"));
  EXPECT_EQ(part("110234567890  "), part("110234567890"));
  EXPECT_EQ(part("-"), "000000000000");
}

// ISO 9564 format 0: PIN 1234 and account 43219876543210987 give the clear block
// 0412AC89ABCDEF67, the widely printed example; enciphered with Python's cryptography package.
TEST(PinBlock, PublishedExample) {
  const PinBlock block = make_pin_block(pos_key(), Password("1234"), "43219876543210987");
  EXPECT_EQ(base::to_hex(block), "3B9FE054E2C29ED6");
  EXPECT_EQ(opened("3B9FE054E2C29ED6", "43219876543210987"), "1234");
}

// Clear blocks as in the comments, before the account part of the card is laid over them;
// enciphered with Python's cryptography package.
TEST(PinBlock, EveryLength) {
  EXPECT_EQ(opened("F0C5688F60BFECD3"), "1234");          // 041234FFFFFFFFFF
  EXPECT_EQ(opened("37E51E5C83F62129"), "12345");         // 0512345FFFFFFFFF
  EXPECT_EQ(opened("FA986000E3147731"), "12345678");      // 0812345678FFFFFF
  EXPECT_EQ(opened("3FDB7C2D21F75FC3"), "123456789012");  // 0C123456789012FF
  EXPECT_EQ(opened("72672EDC78A8B731", kPinNumber), "12345678");
}

TEST(PinBlock, RefusesWhatIsNoBlock) {
  EXPECT_EQ(opened("DB1A206AC38801DD"), "refused") << "control nibble 1";
  EXPECT_EQ(opened("6AB47B3609302042"), "refused") << "control nibble F";
  EXPECT_EQ(opened("635078AEB3861119"), "refused") << "length 0";
  EXPECT_EQ(opened("58831640A0351850"), "refused") << "length 3";
  EXPECT_EQ(opened("775E0C6ECCBB283A"), "refused") << "length 13";
  EXPECT_EQ(opened("2AD3C475C35DE356"), "refused") << "length 14";
  EXPECT_EQ(opened("4C6DD153996EB922"), "refused") << "last digit A";
  EXPECT_EQ(opened("7850C0936758765E"), "refused") << "first digit F";
  EXPECT_EQ(opened("3E9399774E11D984"), "refused") << "length 5, four digits";
  EXPECT_EQ(opened("D6891D47B9847DDB"), "refused") << "length 4, eight digits";
  EXPECT_EQ(opened("681F32D3A63047E7"), "refused") << "first filler 0";
  EXPECT_EQ(opened("23BF1D20FD85D6FA"), "refused") << "last filler E";
}

TEST(PinBlock, BelongsToItsKeyAndAccount) {
  const PinBlock block = make_pin_block(pos_key(), Password("123456789012"), kCard);
  EXPECT_TRUE(open_pin_block(pos_key(), block, kCard));
  EXPECT_FALSE(open_pin_block(key("2A6E3D58C1F14A97B9C4D5AE6E708092"), block, kCard));
  EXPECT_FALSE(open_pin_block(pos_key(), block, "9410129988888811"));
}

TEST(PinBlock, RoundTripOfEveryLength) {
  const Key with = pos_key();
  const std::string_view digits = "098765432109";
  for (std::size_t size = 4; size <= 12; ++size) {
    for (const std::string_view account : {kCard, kPinNumber}) {
      const Password password(digits.substr(0, size));
      const auto back = open_pin_block(with, make_pin_block(with, password, account), account);
      ASSERT_TRUE(back);
      EXPECT_EQ(back->digits(), password.digits());
    }
  }
}

// Key parity is not checked: the lowest bit of each key byte changes nothing.
TEST(PinBlock, ParityIsNotChecked) {
  auto bytes = test::hex("1C5B2A79D0E34F86A8B3C49D5E6E7080");
  for (std::uint8_t& byte : bytes) byte ^= 1;
  EXPECT_EQ(make_pin_block(Key(bytes), Password("1234"), kCard),
            make_pin_block(pos_key(), Password("1234"), kCard));
}

TEST(PinBlock, FromHex) {
  EXPECT_EQ(pin_block_from_hex("0123456789abCDEF"),
            (PinBlock{1, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF}));
  EXPECT_FALSE(pin_block_from_hex("0123456789ABCDE"));
  EXPECT_FALSE(pin_block_from_hex("0123456789ABCDEF0"));
  EXPECT_FALSE(pin_block_from_hex("0123456789ABCDEG"));
  EXPECT_FALSE(pin_block_from_hex("01 3456789ABCDEF"));
  EXPECT_FALSE(pin_block_from_hex(""));
}

TEST(Password, IsWipedWhenItsLifeEnds) {
  alignas(Password) std::array<std::uint8_t, sizeof(Password)> place{};
  Password* const password = new (place.data()) Password("12345678");
  EXPECT_EQ(password->digits(), "12345678");
  password->~Password();
  EXPECT_EQ(std::count(place.begin(), place.begin() + 12, 0), 12);
}

TEST(PasswordDeathTest, WantsFourToTwelveDigits) {
  EXPECT_DEATH(Password("123"), "kMinDigits");
  EXPECT_DEATH(Password("1234567890123"), "kMaxDigits");
  EXPECT_DEATH(Password("12a4"), "is_digit");
}

}  // namespace
}  // namespace crypto
