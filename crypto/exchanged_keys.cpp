#include "crypto/exchanged_keys.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

constexpr std::size_t kId = 2;
// generation (4), exchanges (4), number of entries (1), then each: asked by (16), since (8), key.
constexpr std::size_t kEntry = 16 + 8 + kStationKey, kPlain = 9 + kKeysKept * kEntry;
static_assert(kSealedExchangedSize == kId + kGcmNonce + kPlain + kGcmTag);

using Plain = std::array<std::uint8_t, kPlain>;

void encode(const ExchangedKeys& exchanged, Plain& plain) {
  CP_ASSERT(!exchanged.entries.empty() && exchanged.entries.size() <= kKeysKept);
  plain.fill(0);
  base::store_big_endian(plain.data(), exchanged.generation);
  base::store_big_endian(plain.data() + 4, exchanged.exchanges);
  plain[8] = static_cast<std::uint8_t>(exchanged.entries.size());
  std::uint8_t* at = plain.data() + 9;
  for (const ExchangedKeys::Entry& entry : exchanged.entries) {
    CP_ASSERT(entry.key.bytes().size() == kStationKey);
    std::copy(entry.asked_by.begin(), entry.asked_by.end(), at);
    base::store_big_endian(at + 16, entry.since_us);
    std::ranges::copy(entry.key.bytes(), at + 24);
    at += kEntry;
  }
}

ExchangedKeys decode(const Plain& plain) {
  ExchangedKeys exchanged;
  exchanged.generation = base::load_big_endian<std::uint32_t>(plain.data());
  exchanged.exchanges = base::load_big_endian<std::uint32_t>(plain.data() + 4);
  const std::uint8_t* at = plain.data() + 9;
  for (int i = 0; i < plain[8]; ++i, at += kEntry) {
    ExchangedKeys::Entry entry;
    std::copy_n(at, 16, entry.asked_by.begin());
    entry.since_us = base::load_big_endian<base::TimeUs>(at + 16);
    entry.key = Key({at + 24, at + kEntry});
    exchanged.entries.push_back(std::move(entry));
  }
  return exchanged;
}

/// Begins AES-256-GCM with the key, the nonce and what the text is bound to.
CipherContext begin(const Key& key, const std::uint8_t* nonce, std::string_view owner,
                    bool encrypt) {
  CP_ASSERT(key.bytes().size() == 32);
  CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  require(context &&
              EVP_CipherInit_ex2(context.get(), EVP_aes_256_gcm(), key.bytes().data(), nonce,
                                 encrypt ? 1 : 0, nullptr) == 1 &&
              EVP_CipherUpdate(context.get(), nullptr, &size, base::as_bytes(owner).data(),
                               static_cast<int>(owner.size())) == 1,
          "AES-256-GCM");
  return context;
}

}  // namespace

std::string seal_exchanged(const KeyStore& keys, std::string_view owner,
                           const ExchangedKeys& exchanged, base::RandomSource& random) {
  const std::uint16_t id = keys.current_id(KeyUse::exchanged);
  const Key* const key = keys.storage_key(KeyUse::exchanged, id);
  if (key == nullptr) throw std::runtime_error("there is no storage key `exchanged`");
  Plain plain;
  const Wiper wipe(plain.data(), plain.size());
  encode(exchanged, plain);
  std::array<std::uint8_t, kSealedExchangedSize> sealed;
  std::uint8_t* const nonce = sealed.data() + kId;
  std::uint8_t* const cipher_text = nonce + kGcmNonce;
  base::store_big_endian(sealed.data(), id);
  random.fill({nonce, kGcmNonce});
  const CipherContext context = begin(*key, nonce, owner, true);
  int size = 0;
  std::array<std::uint8_t, 16> rest;
  require(EVP_CipherUpdate(context.get(), cipher_text, &size, plain.data(), kPlain) == 1 &&
              static_cast<std::size_t>(size) == kPlain &&
              EVP_CipherFinal_ex(context.get(), rest.data(), &size) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTag,
                                  cipher_text + kPlain) == 1,
          "AES-256-GCM");
  return std::string(base::as_text(sealed));
}

std::optional<ExchangedKeys> open_exchanged(const KeyStore& keys, std::string_view owner,
                                            std::string_view sealed) {
  if (sealed.size() != kSealedExchangedSize) return std::nullopt;
  const std::uint8_t* const bytes = base::as_bytes(sealed).data();
  const Key* const key =
      keys.storage_key(KeyUse::exchanged, base::load_big_endian<std::uint16_t>(bytes));
  if (key == nullptr) return std::nullopt;
  const std::uint8_t* const cipher_text = bytes + kId + kGcmNonce;
  const CipherContext context = begin(*key, bytes + kId, owner, false);
  Plain plain;
  const Wiper wipe(plain.data(), plain.size());
  std::array<std::uint8_t, kGcmTag> tag, rest;
  std::copy_n(cipher_text + kPlain, kGcmTag, tag.begin());
  int size = 0;
  require(EVP_CipherUpdate(context.get(), plain.data(), &size, cipher_text, kPlain) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag.data()) == 1,
          "AES-256-GCM");
  if (EVP_CipherFinal_ex(context.get(), rest.data(), &size) != 1) return std::nullopt;
  return decode(plain);
}

}  // namespace crypto
