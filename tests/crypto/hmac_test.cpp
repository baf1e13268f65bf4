#include "crypto/hmac.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/bytes.hpp"

namespace {

// RFC 4231, test cases 1 to 3.
TEST(Hmac, PublishedVectors) {
  const std::vector<std::uint8_t> key_1(20, 0x0B), key_3(20, 0xAA), data_3(50, 0xDD);
  EXPECT_EQ(base::to_hex(crypto::Hmac(key_1)({}, base::as_bytes("Hi There"))),
            "B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7");
  const crypto::Hmac jefe(base::as_bytes("Jefe"));
  EXPECT_EQ(base::to_hex(jefe(base::as_bytes("what do ya want "), base::as_bytes("for nothing?"))),
            "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843");
  EXPECT_EQ(base::to_hex(crypto::Hmac(key_3)(data_3, {})),
            "773EA91E36800E46854DB8EBD09181A72959098B3EF8C122D9635514CED565FE");
}

TEST(Hmac, OneAfterAnotherIsTheSame) {
  const crypto::Hmac hmac(base::as_bytes("key"));
  const auto once = hmac(base::as_bytes("a"), base::as_bytes("b"));
  hmac(base::as_bytes("other"), {});
  EXPECT_EQ(hmac(base::as_bytes("ab"), {}), once);
  EXPECT_NE(hmac(base::as_bytes("ba"), {}), once);
}

}  // namespace
