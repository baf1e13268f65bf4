#include "crypto/key_block.hpp"

#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/assert.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

constexpr std::size_t kHeader = 16, kAesBlock = 16;
/// Length of the key in bits (2), the key, random bytes to whole AES blocks.
constexpr std::size_t kPayload = 2 * kAesBlock;
constexpr std::size_t kCharacters = kHeader + 2 * kPayload + 2 * kAesBlock;
constexpr std::string_view kLength = "0112";
static_assert(kCharacters == 112);

using Tag = std::array<std::uint8_t, kAesBlock>;
using Payload = std::array<std::uint8_t, kPayload>;

Tag cmac(base::ByteView key, base::ByteView first, base::ByteView second) {
  const std::unique_ptr<EVP_MAC, Freer> algorithm(EVP_MAC_fetch(nullptr, "CMAC", nullptr));
  const EvpMacContext context(algorithm ? EVP_MAC_CTX_new(algorithm.get()) : nullptr);
  std::string cipher = key.size() == 16 ? "AES-128-CBC" : "AES-256-CBC";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
      OSSL_PARAM_construct_end()};
  Tag tag;
  std::size_t size = 0;
  require(context && EVP_MAC_init(context.get(), key.data(), key.size(), parameters) == 1 &&
              EVP_MAC_update(context.get(), first.data(), first.size()) == 1 &&
              EVP_MAC_update(context.get(), second.data(), second.size()) == 1 &&
              EVP_MAC_final(context.get(), tag.data(), &size, tag.size()) == 1 &&
              size == tag.size(),
          "AES-CMAC");
  return tag;
}

enum class Purpose : std::uint8_t { encryption = 0, authentication = 1 };

/// A key of the protection key's size, derived from it by CMAC in counter mode: counter, purpose
/// (2), separator, algorithm (2: AES-128 or AES-256), length in bits (2).
std::vector<std::uint8_t> derive(const Key& protection, Purpose purpose) {
  const std::size_t size = protection.bytes().size();
  CP_ASSERT(size == 16 || size == 32);
  std::array<std::uint8_t, 8> input{0, 0, static_cast<std::uint8_t>(purpose), 0, 0, 0, 0, 0};
  input[5] = size == 16 ? 2 : 4;
  base::store_big_endian(input.data() + 6, static_cast<std::uint16_t>(8 * size));
  std::vector<std::uint8_t> key;
  key.reserve(size);
  for (std::uint8_t counter = 1; key.size() < size; ++counter) {
    input[0] = counter;
    Tag part = cmac(protection.bytes(), input, {});
    const Wiper wipe(part.data(), part.size());
    key.insert(key.end(), part.begin(), part.end());
  }
  return key;
}

/// Both keys that a block is made with. Wiped before their memory is given back.
struct DerivedKeys {
  explicit DerivedKeys(const Key& protection)
      : encryption(derive(protection, Purpose::encryption)),
        authentication(derive(protection, Purpose::authentication)) {}

  std::vector<std::uint8_t> encryption, authentication;
  Wiper wipe_encryption{encryption.data(), encryption.size()};
  Wiper wipe_authentication{authentication.data(), authentication.size()};
};

/// AES-CBC over whole blocks.
void crypt(base::ByteView key, const Tag& start, const Payload& in, Payload& out, bool encrypt) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  require(context &&
              EVP_CipherInit_ex2(context.get(),
                                 key.size() == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc(),
                                 key.data(), start.data(), encrypt ? 1 : 0, nullptr) == 1 &&
              EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
              EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), kPayload) == 1 &&
              static_cast<std::size_t>(size) == kPayload,
          "AES-CBC");
}

/// What must stand in a header up to the key's version number.
std::string header_of(const KeyBlockUse& use) {
  return "D" + std::string(kLength) + std::string(use.usage) + use.algorithm + use.mode;
}

}  // namespace

KeyBlockUse key_block_use(KeyUse use, KeyAlgorithm algorithm) {
  CP_ASSERT(use == KeyUse::pin || use == KeyUse::mac);
  const char cipher = algorithm == KeyAlgorithm::aes ? 'A' : 'T';
  if (use == KeyUse::pin) return {"P0", cipher, 'B'};
  return {algorithm == KeyAlgorithm::aes ? "M6" : "M3", cipher, 'C'};
}

std::string make_key_block(const Key& protection, const KeyBlockUse& use, const Key& key,
                           base::RandomSource& random) {
  CP_ASSERT(key.bytes().size() == kStationKey);
  const std::string header = header_of(use) + "00N0000";  // no version, not exportable, no options
  CP_ASSERT(header.size() == kHeader);
  const DerivedKeys keys(protection);
  Payload clear, enciphered;
  const Wiper wipe(clear.data(), clear.size());
  random.fill(clear);
  base::store_big_endian(clear.data(), static_cast<std::uint16_t>(8 * kStationKey));
  std::ranges::copy(key.bytes(), clear.begin() + 2);
  const Tag tag = cmac(keys.authentication, base::as_bytes(header), clear);
  crypt(keys.encryption, tag, clear, enciphered, true);
  return header + base::to_hex(enciphered) + base::to_hex(tag);
}

std::optional<Key> open_key_block(const Key& protection, const KeyBlockUse& use,
                                  std::string_view block) {
  if (block.size() != kCharacters || !block.starts_with(header_of(use)) ||
      block.substr(12, 2) != "00")
    return std::nullopt;
  const auto bytes = base::from_hex(block.substr(kHeader));
  if (!bytes || bytes->size() != kPayload + kAesBlock) return std::nullopt;
  const DerivedKeys keys(protection);
  Payload clear, enciphered;
  const Wiper wipe(clear.data(), clear.size());
  Tag tag;
  std::copy_n(bytes->begin(), kPayload, enciphered.begin());
  std::copy_n(bytes->begin() + kPayload, kAesBlock, tag.begin());
  crypt(keys.encryption, tag, enciphered, clear, false);
  const Tag right = cmac(keys.authentication, base::as_bytes(block.substr(0, kHeader)), clear);
  if (CRYPTO_memcmp(right.data(), tag.data(), tag.size()) != 0) return std::nullopt;
  if (base::load_big_endian<std::uint16_t>(clear.data()) != 8 * kStationKey) return std::nullopt;
  return Key({clear.begin() + 2, clear.begin() + 2 + kStationKey});
}

std::string make_travel_form(KeyForm form, const Key& transport, KeyUse use, KeyAlgorithm algorithm,
                             const Key& key, base::RandomSource& random) {
  if (form == KeyForm::key_block)
    return make_key_block(transport, key_block_use(use, algorithm), key, random);
  return base::to_hex(wrap_key(transport, key));
}

std::optional<Key> open_travel_form(KeyForm form, const Key& transport, KeyUse use,
                                    KeyAlgorithm algorithm, std::string_view text) {
  if (form == KeyForm::key_block)
    return open_key_block(transport, key_block_use(use, algorithm), text);
  const auto wrapped = base::from_hex(text);
  auto key = wrapped ? unwrap_key(transport, *wrapped) : std::nullopt;
  if (key && key->bytes().size() != kStationKey) key.reset();
  return key;
}

}  // namespace crypto
