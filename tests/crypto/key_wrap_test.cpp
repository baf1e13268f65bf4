#include "crypto/key_wrap.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::hex;
using test::key;

struct Vector {
  const char *wrapping, *key, *wrapped;
};

TEST(KeyWrap, AsInRfc3394) {
  // Sections 4.1, 4.3 and 4.6.
  for (const auto& [wrapping, clear, wrapped] :
       {Vector{"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
               "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
        Vector{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
               "00112233445566778899AABBCCDDEEFF",
               "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"},
        Vector{
            "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"}}) {
    EXPECT_EQ(base::to_hex(wrap_key(key(wrapping), key(clear))), wrapped);
    const auto opened = unwrap_key(key(wrapping), hex(wrapped));
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(base::to_hex(opened->bytes()), clear);
  }
}

TEST(KeyWrap, AlteredOrUnderAnotherKeyIsNothing) {
  const Key wrapping = key("000102030405060708090A0B0C0D0E0F");
  auto wrapped = wrap_key(wrapping, key("00112233445566778899AABBCCDDEEFF"));
  EXPECT_FALSE(unwrap_key(key("100102030405060708090A0B0C0D0E0F"), wrapped).has_value());
  for (std::uint8_t& byte : wrapped) {
    byte ^= 0x10;
    EXPECT_FALSE(unwrap_key(wrapping, wrapped).has_value());
    byte ^= 0x10;
  }
  EXPECT_FALSE(unwrap_key(wrapping, base::ByteView(wrapped).first(16)).has_value());
  EXPECT_FALSE(unwrap_key(wrapping, {}).has_value());
  EXPECT_TRUE(unwrap_key(wrapping, wrapped).has_value());
}

TEST(CheckValue, IsABlockOfZerosEnciphered) {
  // The textbook's triple-DES key, and the AES keys of zeros (FIPS 197 known answers).
  EXPECT_EQ(as_text(check_value(key("0123456789ABCDEFFEDCBA9876543210"), KeyAlgorithm::triple_des)),
            "08D7B4");
  EXPECT_EQ(as_text(check_value(Key(std::vector<std::uint8_t>(16, 0)), KeyAlgorithm::aes)),
            "66E94B");
  EXPECT_EQ(as_text(check_value(Key(std::vector<std::uint8_t>(32, 0)), KeyAlgorithm::aes)),
            "DC95C0");
}

TEST(DrawKey, HasOddParityAndTwoHalvesForTripleDesOnly) {
  test::CountingRandom random;
  const Key des = draw_key(KeyAlgorithm::triple_des, random);
  for (const std::uint8_t byte : des.bytes()) EXPECT_EQ(std::popcount(byte) % 2, 1);
  const Key aes = draw_key(KeyAlgorithm::aes, random);
  EXPECT_EQ(base::to_hex(aes.bytes()).substr(0, 8), "74757677") << "116, 117 … as drawn";

  /// Sixteen equal bytes first, then others.
  struct Repeating : base::RandomSource {
    void fill(base::ByteSpan out) override {
      std::fill(out.begin(), out.end(), static_cast<std::uint8_t>(draws));
      if (++draws > 2) out[0] = 0x80;
    }
    int draws = 1;
  } repeating;
  (void)draw_key(KeyAlgorithm::triple_des, repeating);
  EXPECT_EQ(repeating.draws, 3) << "the first had equal halves";
}

}  // namespace
}  // namespace crypto
