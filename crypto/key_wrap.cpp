#include "crypto/key_wrap.hpp"

#include <algorithm>
#include <bit>

#include "base/assert.hpp"
#include "crypto/key_material.hpp"

namespace crypto {
namespace {

constexpr std::size_t kWrapOverhead = 8;

CipherContext wrap_context(const Key& wrapping, bool encrypt) {
  const base::ByteView key = wrapping.bytes();
  CP_ASSERT(key.size() == 16 || key.size() == 32);
  CipherContext context(EVP_CIPHER_CTX_new());
  require(context != nullptr, "AES key wrap");
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  require(
      EVP_CipherInit_ex2(context.get(), key.size() == 16 ? EVP_aes_128_wrap() : EVP_aes_256_wrap(),
                         key.data(), nullptr, encrypt ? 1 : 0, nullptr) == 1,
      "AES key wrap");
  return context;
}

void set_odd_parity(std::vector<std::uint8_t>& bytes) {
  for (std::uint8_t& byte : bytes)
    if (std::popcount(byte) % 2 == 0) byte ^= 1;
}

}  // namespace

std::vector<std::uint8_t> wrap_key(const Key& wrapping, const Key& key) {
  const base::ByteView clear = key.bytes();
  CP_ASSERT(clear.size() == 16 || clear.size() == 32);
  const CipherContext context = wrap_context(wrapping, true);
  std::vector<std::uint8_t> wrapped(clear.size() + kWrapOverhead);
  int size = 0;
  require(EVP_CipherUpdate(context.get(), wrapped.data(), &size, clear.data(),
                           static_cast<int>(clear.size())) == 1 &&
              static_cast<std::size_t>(size) == wrapped.size(),
          "AES key wrap");
  return wrapped;
}

std::optional<Key> unwrap_key(const Key& wrapping, base::ByteView wrapped) {
  if (wrapped.size() != 16 + kWrapOverhead && wrapped.size() != 32 + kWrapOverhead)
    return std::nullopt;
  const CipherContext context = wrap_context(wrapping, false);
  std::vector<std::uint8_t> clear(wrapped.size());
  int size = 0;
  const bool right = EVP_CipherUpdate(context.get(), clear.data(), &size, wrapped.data(),
                                      static_cast<int>(wrapped.size())) == 1 &&
                     static_cast<std::size_t>(size) == wrapped.size() - kWrapOverhead;
  if (!right) {
    OPENSSL_cleanse(clear.data(), clear.size());
    return std::nullopt;
  }
  OPENSSL_cleanse(clear.data() + size, clear.size() - static_cast<std::size_t>(size));
  clear.resize(static_cast<std::size_t>(size));
  return Key(std::move(clear));
}

std::array<char, 6> check_value(const Key& key, KeyAlgorithm algorithm) {
  const base::ByteView bytes = key.bytes();
  const bool des = algorithm == KeyAlgorithm::triple_des;
  CP_ASSERT(bytes.size() == 16 || (!des && bytes.size() == 32));
  const EVP_CIPHER* const cipher = des                  ? EVP_des_ede_ecb()
                                   : bytes.size() == 16 ? EVP_aes_128_ecb()
                                                        : EVP_aes_256_ecb();
  const CipherContext context(EVP_CIPHER_CTX_new());
  const std::array<std::uint8_t, 16> zeros{};
  std::array<std::uint8_t, 32> block;
  int size = 0;
  require(
      context && EVP_EncryptInit_ex2(context.get(), cipher, bytes.data(), nullptr, nullptr) == 1 &&
          EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
          EVP_EncryptUpdate(context.get(), block.data(), &size, zeros.data(), des ? 8 : 16) == 1,
      "key check value");
  std::array<char, 6> value;
  const std::string hex = base::to_hex(base::ByteView(block).first(3));
  std::copy(hex.begin(), hex.end(), value.begin());
  return value;
}

Key draw_key(KeyAlgorithm algorithm, base::RandomSource& random) {
  while (true) {
    std::vector<std::uint8_t> bytes(kStationKey);
    random.fill(bytes);
    if (algorithm == KeyAlgorithm::triple_des) {
      set_odd_parity(bytes);
      // With equal halves triple-DES would be single DES.
      if (std::equal(bytes.begin(), bytes.begin() + 8, bytes.begin() + 8)) continue;
    }
    return Key(std::move(bytes));
  }
}

Key draw_storage_key(base::RandomSource& random) {
  std::vector<std::uint8_t> bytes(32);
  random.fill(bytes);
  return Key(std::move(bytes));
}

}  // namespace crypto
