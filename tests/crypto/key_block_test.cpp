#include "crypto/key_block.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::key;

constexpr KeyBlockUse kPin{"P0", 'T', 'B'};

TEST(KeyBlock, AsInTheStandard) {
  // TR-31:2018, A.7.4: an AES PIN key under an AES-256 key.
  const Key protection = key("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6");
  const auto opened = open_key_block(
      protection, {"P0", 'A', 'E'},
      "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A2"
      "7E8E31DA05F7425509593D03A457DC34");
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(base::to_hex(opened->bytes()), "3F419E1CB7079442AA37474C2EFBF8B8");
}

TEST(KeyBlock, SaysWhatTheKeyIsFor) {
  test::CountingRandom random;
  const Key protection = key("A1B3C2D5E5F70719293B4A5D6D7F8F91");
  const Key travelling = key("1C5B2A79D0E34F86A8B3C49D5E6E7080");
  const auto block = [&](KeyUse use, KeyAlgorithm algorithm) {
    return make_key_block(protection, key_block_use(use, algorithm), travelling, random);
  };
  const std::string pin = block(KeyUse::pin, KeyAlgorithm::triple_des);
  EXPECT_EQ(pin.size(), 112u);
  EXPECT_EQ(pin.substr(0, 16), "D0112P0TB00N0000");
  EXPECT_EQ(block(KeyUse::mac, KeyAlgorithm::triple_des).substr(0, 16), "D0112M3TC00N0000");
  EXPECT_EQ(block(KeyUse::mac, KeyAlgorithm::aes).substr(0, 16), "D0112M6AC00N0000");
  EXPECT_EQ(pin.find("1C5B2A79"), pin.npos);
  const auto opened = open_key_block(protection, kPin, pin);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(base::to_hex(opened->bytes()), "1C5B2A79D0E34F86A8B3C49D5E6E7080");
  EXPECT_FALSE(open_key_block(protection, {"M3", 'T', 'C'}, pin).has_value()) << "another use";
  EXPECT_FALSE(open_key_block(travelling, kPin, pin).has_value()) << "another protection key";
}

TEST(KeyBlock, AlteredInAnyCharacterIsNothing) {
  test::CountingRandom random;
  const Key protection = key("A1B3C2D5E5F70719293B4A5D6D7F8F91");
  const std::string block = make_key_block(protection, kPin, protection, random);
  for (std::size_t at = 0; at < block.size(); ++at) {
    std::string altered = block;
    altered[at] = altered[at] == '3' ? '4' : '3';
    EXPECT_FALSE(open_key_block(protection, kPin, altered).has_value()) << at;
    EXPECT_FALSE(open_key_block(protection, kPin, block.substr(0, at)).has_value()) << at;
  }
  EXPECT_FALSE(open_key_block(protection, kPin, block + "00").has_value());
}

}  // namespace
}  // namespace crypto
