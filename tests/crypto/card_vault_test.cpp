#include "crypto/card_vault.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/random.hpp"
#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::hex;

constexpr std::string_view kCard = "9410129900000011";

Key counting_key(std::uint8_t first) {
  std::vector<std::uint8_t> bytes(32);
  for (std::uint8_t& byte : bytes) byte = first++;
  return Key(bytes);
}

/// Storage keys 1 (and 2, the current ones, where asked for).
class FixedKeys : public KeyStore {
 public:
  explicit FixedKeys(std::uint16_t current = 1) : current_(current) {}
  const Key* station_key(std::string_view, KeyUse) const override { return nullptr; }
  const Key* storage_key(KeyUse use, std::uint16_t id) const override {
    if (id == 0 || id > current_) return nullptr;
    return id == 1 ? &first_[index(use)] : &second_[index(use)];
  }
  std::uint16_t current_id(KeyUse) const override { return current_; }

 private:
  static std::size_t index(KeyUse use) {
    return static_cast<std::size_t>(use) - static_cast<std::size_t>(KeyUse::card_index);
  }
  std::uint16_t current_;
  std::array<Key, 3> first_{counting_key(0), counting_key(32), counting_key(64)};
  std::array<Key, 3> second_{counting_key(100), counting_key(132), counting_key(164)};
};

// The expected bytes of this file were made with Python's hmac and cryptography packages.
TEST(CardVault, IndexHashIsHmacOfKindAndDigits) {
  const FixedKeys keys;
  CardVault vault(keys);
  const auto expected = hex("ECE923B08A30246A84D8E5F0005A5E36");
  for (int again = 0; again < 3; ++again)
    EXPECT_TRUE(equal(vault.index_hash(Secret::card_number, kCard, 1), expected));
  EXPECT_EQ(base::to_hex(vault.index_hash(Secret::pin_number, "903456781234", 1)),
            "EBDE5B8E225B0B50D8F93DE3B7079751");
  EXPECT_NE(vault.index_hash(Secret::pin_number, kCard, 1),
            vault.index_hash(Secret::card_number, kCard, 1));
}

TEST(CardVault, VerifierIsHmacOfCardAndPassword) {
  const FixedKeys keys;
  CardVault vault(keys);
  EXPECT_EQ(base::to_hex(vault.verifier(0x0102030405060708, 1, "12345678")),
            "ECAEE4DB343CBF53717E41F6CE614220");
  EXPECT_NE(vault.verifier(1, 1, "12345678"), vault.verifier(2, 1, "12345678"));
  EXPECT_NE(vault.verifier(1, 1, "12345678"), vault.verifier(1, 1, "1234567"));
}

TEST(CardVault, SealIsAesGcm) {
  const FixedKeys keys;
  CardVault vault(keys);
  test::CountingRandom random;
  EXPECT_EQ(base::to_hex(vault.seal(Secret::card_number, 7, kCard, random)),
            "6465666768696A6B6C6D6E6F8C59BFE3EE83CDF4EC64EFE8BA27AF5CC982E5797EDDF42E532A17AB0E2DF8"
            "1D41B7C2");
}

TEST(CardVault, OpensWhatItSealed) {
  const FixedKeys keys;
  CardVault vault(keys);
  SystemRandom random;
  for (const std::string_view text :
       {"", "1", "903456781234", "9410129900000011", "4000123412341234567"}) {
    const Sealed sealed = vault.seal(Secret::card_number, 7, text, random);
    EXPECT_EQ(vault.open(Secret::card_number, 7, 1, sealed)->view(), text);
  }
  EXPECT_NE(vault.seal(Secret::card_number, 7, kCard, random),
            vault.seal(Secret::card_number, 7, kCard, random));
}

TEST(CardVault, RefusesAnAlteredRecord) {
  const FixedKeys keys;
  CardVault vault(keys);
  SystemRandom random;
  const Sealed good = vault.seal(Secret::pin_number, 7, "903456781234", random);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Sealed altered = good;
    altered[i] ^= 0x10;
    EXPECT_FALSE(vault.open(Secret::pin_number, 7, 1, altered)) << i;
  }
  EXPECT_EQ(vault.open(Secret::pin_number, 7, 1, good)->view(), "903456781234");
}

TEST(CardVault, RefusesAnotherCardAndAnotherKind) {
  const FixedKeys keys;
  CardVault vault(keys);
  SystemRandom random;
  const Sealed sealed = vault.seal(Secret::pin_number, 7, "903456781234", random);
  EXPECT_FALSE(vault.open(Secret::pin_number, 8, 1, sealed));
  EXPECT_FALSE(vault.open(Secret::card_number, 7, 1, sealed));
  EXPECT_FALSE(vault.open(Secret::initial_password, 7, 1, sealed));
  EXPECT_EQ(vault.open(Secret::pin_number, 7, 1, sealed)->view(), "903456781234");
}

TEST(CardVault, OldRecordsAreReadAfterAKeyChange) {
  const FixedKeys old_keys, new_keys(2);
  CardVault before(old_keys), after(new_keys);
  SystemRandom random;
  const Sealed sealed = before.seal(Secret::card_number, 7, kCard, random);
  EXPECT_EQ(after.seal_key_id(), 2);
  EXPECT_EQ(after.password_key_id(), 2);
  EXPECT_EQ(after.index_key_id(), 2);
  EXPECT_EQ(after.open(Secret::card_number, 7, 1, sealed)->view(), kCard);
  EXPECT_FALSE(after.open(Secret::card_number, 7, 2, sealed));
  ASSERT_EQ(after.index_key_ids().size(), 2u) << "the current one first";
  EXPECT_EQ(after.index_key_ids()[1], 1);
  EXPECT_EQ(after.index_hash(Secret::card_number, kCard, 1),
            before.index_hash(Secret::card_number, kCard, 1));
  EXPECT_NE(after.index_hash(Secret::card_number, kCard, 2),
            before.index_hash(Secret::card_number, kCard, 1));
  EXPECT_EQ(after.verifier(7, 1, "12345678"), before.verifier(7, 1, "12345678"));
  EXPECT_NE(after.verifier(7, 2, "12345678"), before.verifier(7, 1, "12345678"));
}

TEST(CardVault, AnUnknownKeyIdIsNamed) {
  const FixedKeys keys;
  CardVault vault(keys);
  EXPECT_EQ(test::complaint([&] { (void)vault.verifier(7, 9, "12345678"); }),
            "The key file has no storage key password 9: restore the file that the data was made "
            "with.");
  EXPECT_NE(test::complaint([&] { (void)vault.open(Secret::card_number, 7, 2, Sealed{}); }), "");
}

TEST(Equal, ComparesLengthAndContent) {
  EXPECT_TRUE(equal({}, {}));
  EXPECT_TRUE(equal(hex("0102"), hex("0102")));
  EXPECT_FALSE(equal(hex("0102"), hex("0103")));
  EXPECT_FALSE(equal(hex("0102"), hex("010203")));
}

TEST(SystemRandom, DrawsAnySizeAndNeverTheSame) {
  SystemRandom random;
  std::set<std::vector<std::uint8_t>> seen;
  for (const std::size_t size : {16u, 500u, 511u, 512u, 513u, 2'000u, 16u, 16u}) {
    std::vector<std::uint8_t> bytes(size);
    random.fill(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
    EXPECT_GT(std::set<std::uint8_t>(bytes.begin(), bytes.end()).size(), 6u);
  }
  random.fill({});
}

}  // namespace
}  // namespace crypto
