#include "crypto/card_vault.hpp"

#include <algorithm>
#include <vector>

#include "base/assert.hpp"
#include "crypto/hmac.hpp"
#include "crypto/key_material.hpp"

namespace crypto {
namespace {

constexpr std::size_t kText = 19;

/// What a sealed text is bound to: its kind and its card.
using Binding = std::array<std::uint8_t, 9>;

Binding binding(Secret what, std::uint64_t card_id) {
  Binding bytes;
  bytes[0] = static_cast<std::uint8_t>(what);
  base::store_big_endian(bytes.data() + 1, card_id);
  return bytes;
}

/// AES-256-GCM in one direction, its key schedule made once.
class Gcm {
 public:
  Gcm(base::ByteView key, bool encrypt) : context_(EVP_CIPHER_CTX_new()) {
    require(context_ && EVP_CipherInit_ex2(context_.get(), EVP_aes_256_gcm(), key.data(), nullptr,
                                           encrypt ? 1 : 0, nullptr) == 1,
            "AES-256-GCM");
  }

  /// Begins with a nonce and what the text is bound to.
  void start(const std::uint8_t* nonce, const Binding& bound) {
    int size = 0;
    require(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce, -1, nullptr) == 1 &&
                EVP_CipherUpdate(context_.get(), nullptr, &size, bound.data(),
                                 static_cast<int>(bound.size())) == 1,
            "AES-256-GCM");
  }

  void crypt(const std::uint8_t* in, std::uint8_t* out) {
    int size = 0;
    require(EVP_CipherUpdate(context_.get(), out, &size, in, static_cast<int>(kText)) == 1 &&
                static_cast<std::size_t>(size) == kText,
            "AES-256-GCM");
  }

  void finish(std::uint8_t* tag) {
    int size = 0;
    std::array<std::uint8_t, 16> rest;
    require(EVP_CipherFinal_ex(context_.get(), rest.data(), &size) == 1 &&
                EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTag, tag) == 1,
            "AES-256-GCM");
  }

  bool finish_checked(const std::uint8_t* tag) {
    int size = 0;
    std::array<std::uint8_t, kGcmTag> expected, rest;
    std::copy_n(tag, kGcmTag, expected.begin());
    require(
        EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag, expected.data()) == 1,
        "AES-256-GCM");
    return EVP_CipherFinal_ex(context_.get(), rest.data(), &size) == 1;
  }

 private:
  CipherContext context_;
};

/// The entry of this key id, made by `make` when it is asked for first; a handful at most.
template <class T, class Make>
T& entry(std::vector<std::pair<std::uint16_t, T>>& entries, std::uint16_t id, const Make& make) {
  for (auto& [known, value] : entries)
    if (known == id) return value;
  return entries.emplace_back(id, make()).second;
}

base::ByteView key_bytes(const KeyStore& keys, KeyUse use, std::uint16_t id, const char* name) {
  const Key* key = keys.storage_key(use, id);
  if (!key)
    throw std::runtime_error("The key file has no storage key " + std::string(name) + " " +
                             std::to_string(id) +
                             ": restore the file that the data was made with.");
  CP_ASSERT(key->bytes().size() == 32);
  return key->bytes();
}

template <std::size_t Size>
std::array<std::uint8_t, Size> head(const Hmac::Digest& digest) {
  std::array<std::uint8_t, Size> bytes;
  std::copy_n(digest.begin(), Size, bytes.begin());
  return bytes;
}

/// From the current one down to the oldest that is in the key file.
std::vector<std::uint16_t> ids_of(const KeyStore& keys, KeyUse use) {
  std::vector<std::uint16_t> ids;
  for (std::uint16_t id = keys.current_id(use); id > 0; --id)
    if (ids.empty() || keys.storage_key(use, id) != nullptr) ids.push_back(id);
  return ids;
}

}  // namespace

struct CardVault::State {
  Gcm seal;
  std::vector<std::pair<std::uint16_t, Gcm>> open;
  std::vector<std::pair<std::uint16_t, Hmac>> index, password;
};

ClearText::ClearText(std::string_view text) : size_(text.copy(text_.data(), text_.size())) {
  CP_ASSERT(text.size() == size_);
}

ClearText::~ClearText() { OPENSSL_cleanse(text_.data(), text_.size()); }

CardVault::CardVault(const KeyStore& keys) { use(keys); }

CardVault::~CardVault() = default;

void CardVault::use(const KeyStore& keys) {
  const std::uint16_t seal_id = keys.current_id(KeyUse::card_seal);
  std::unique_ptr<State> state(
      new State{Gcm(key_bytes(keys, KeyUse::card_seal, seal_id, "card_seal"), true), {}, {}, {}});
  std::vector<std::uint16_t> index_ids = ids_of(keys, KeyUse::card_index);
  for (const std::uint16_t id : index_ids)
    state->index.emplace_back(id, Hmac(key_bytes(keys, KeyUse::card_index, id, "card_index")));
  keys_ = &keys;
  seal_key_id_ = seal_id;
  password_key_id_ = keys.current_id(KeyUse::password);
  index_key_ids_ = std::move(index_ids);
  state_ = std::move(state);
}

IndexHash CardVault::index_hash(Secret what, std::string_view digits, std::uint16_t key_id) {
  const Hmac& hmac = entry(state_->index, key_id, [&] {
    return Hmac(key_bytes(*keys_, KeyUse::card_index, key_id, "card_index"));
  });
  const auto kind = static_cast<std::uint8_t>(what);
  return head<16>(hmac({&kind, 1}, base::as_bytes(digits)));
}

Sealed CardVault::seal(Secret what, std::uint64_t card_id, std::string_view text,
                       base::RandomSource& random) {
  CP_ASSERT(text.size() <= kText);
  std::array<std::uint8_t, kText> plain{};
  const Wiper wipe(plain.data(), plain.size());
  std::copy(text.begin(), text.end(), plain.begin());
  Sealed sealed;
  random.fill(base::ByteSpan(sealed).first(kGcmNonce));
  state_->seal.start(sealed.data(), binding(what, card_id));
  state_->seal.crypt(plain.data(), sealed.data() + kGcmNonce);
  state_->seal.finish(sealed.data() + kGcmNonce + kText);
  return sealed;
}

std::optional<ClearText> CardVault::open(Secret what, std::uint64_t card_id, std::uint16_t key_id,
                                         const Sealed& sealed) {
  Gcm& gcm = entry(state_->open, key_id, [&] {
    return Gcm(key_bytes(*keys_, KeyUse::card_seal, key_id, "card_seal"), false);
  });
  std::array<std::uint8_t, kText> plain;
  const Wiper wipe(plain.data(), plain.size());
  gcm.start(sealed.data(), binding(what, card_id));
  gcm.crypt(sealed.data() + kGcmNonce, plain.data());
  if (!gcm.finish_checked(sealed.data() + kGcmNonce + kText)) return std::nullopt;
  const auto end = std::find(plain.begin(), plain.end(), 0);
  return ClearText(base::as_text({plain.data(), static_cast<std::size_t>(end - plain.begin())}));
}

PasswordVerifier CardVault::verifier(std::uint64_t card_id, std::uint16_t key_id,
                                     std::string_view password) {
  const Hmac& hmac = entry(state_->password, key_id, [&] {
    return Hmac(key_bytes(*keys_, KeyUse::password, key_id, "password"));
  });
  std::array<std::uint8_t, 8> card;
  base::store_big_endian(card.data(), card_id);
  return head<16>(hmac(card, base::as_bytes(password)));
}

bool equal(base::ByteView left, base::ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace crypto
