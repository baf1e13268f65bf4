#include "crypto/working_keys.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

constexpr base::TimeUs kNow = 1'763'800'000'000'000, kSecond = base::kMicrosPerSecond;

Key filled(std::uint8_t byte) { return Key(std::vector<std::uint8_t>(16, byte)); }
ExchangeId id(char digit) {
  ExchangeId made;
  made.fill(digit);
  return made;
}

/// Storage keys `exchanged` 1 to `last`.
struct Keys : KeyStore {
  const Key* station_key(std::string_view, KeyUse) const override { return nullptr; }
  const Key* storage_key(KeyUse use, std::uint16_t number) const override {
    return use == KeyUse::exchanged && number >= 1 && number <= last ? &keys[number] : nullptr;
  }
  std::uint16_t current_id(KeyUse) const override { return last; }
  std::uint16_t last = 1;
  std::array<Key, 3> keys{Key(), Key(std::vector<std::uint8_t>(32, 1)),
                          Key(std::vector<std::uint8_t>(32, 2))};
};

ExchangedKeys three() {
  return {
      7,
      2,
      {{id('2'), kNow, filled(2)}, {id('1'), kNow - 10 * kSecond, filled(1)}, {{}, 0, filled(0)}}};
}

std::string bytes_of(std::span<const Key> keys) {
  std::string text;
  for (const Key& key : keys) text += base::to_hex(key.bytes()).substr(0, 2) + " ";
  return text;
}

TEST(WorkingKeys, TheOldOnesCountForAMinuteAfterTheirSuccessor) {
  const WorkingKeys keys(three());
  EXPECT_EQ(bytes_of(keys.counting(kNow)), "02 01 00 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 50 * kSecond)), "02 01 00 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 50 * kSecond + 1)), "02 01 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 60 * kSecond)), "02 01 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 60 * kSecond + 1)), "02 ");
  EXPECT_EQ(bytes_of(keys.all()), "02 01 00 ");
  EXPECT_TRUE(keys.was_asked_by(id('1')));
  EXPECT_FALSE(keys.was_asked_by(id('3')));
  EXPECT_FALSE(keys.was_asked_by({})) << "nobody asked for the key of the key file";
  EXPECT_TRUE(WorkingKeys().counting(kNow).empty());
}

TEST(WorkingKeys, AnOperatorsKeyReplacesThePresentOne) {
  WorkingKeys keys(filled(1));
  for (std::uint8_t byte = 2; byte <= 6; ++byte) keys.replace(filled(byte), kNow + byte * kSecond);
  EXPECT_EQ(bytes_of(keys.all()), "06 05 04 03 ") << "four are kept";
  EXPECT_EQ(bytes_of(keys.counting(kNow + 64 * kSecond)), "06 05 04 03 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 65 * kSecond)), "06 05 04 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 66 * kSecond)), "06 05 ");
  EXPECT_EQ(bytes_of(keys.counting(kNow + 67 * kSecond)), "06 ");
}

TEST(ExchangedKeys, AreSealedToTheirOwner) {
  Keys keys;
  test::CountingRandom random;
  const std::string sealed = seal_exchanged(keys, "abc", three(), random);
  EXPECT_EQ(sealed.size(), kSealedExchangedSize);
  EXPECT_EQ(sealed.find(std::string(8, 2)), sealed.npos) << "no key in clear";
  const auto opened = open_exchanged(keys, "abc", sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->generation, 7u);
  EXPECT_EQ(opened->exchanges, 2u);
  ASSERT_EQ(opened->entries.size(), 3u);
  EXPECT_EQ(opened->entries[1].asked_by, id('1'));
  EXPECT_EQ(opened->entries[1].since_us, kNow - 10 * kSecond);
  EXPECT_EQ(base::to_hex(opened->entries[1].key.bytes()), "01010101010101010101010101010101");
  EXPECT_FALSE(open_exchanged(keys, "abd", sealed).has_value());
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string altered = sealed;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    EXPECT_FALSE(open_exchanged(keys, "abc", altered).has_value()) << at;
  }
  EXPECT_FALSE(open_exchanged(keys, "abc", sealed.substr(1)).has_value());
}

TEST(ExchangedKeys, AreOpenedUnderAnOlderStorageKey) {
  Keys keys;
  test::CountingRandom random;
  const std::string sealed = seal_exchanged(keys, "abc", three(), random);
  keys.last = 2;
  EXPECT_TRUE(open_exchanged(keys, "abc", sealed).has_value());
  EXPECT_EQ(seal_exchanged(keys, "abc", three(), random)[1], 2);
  keys.last = 0;
  EXPECT_FALSE(open_exchanged(keys, "abc", sealed).has_value());
  EXPECT_THROW(seal_exchanged(keys, "abc", three(), random), std::runtime_error);
}

}  // namespace
}  // namespace crypto
