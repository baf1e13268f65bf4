// OpenSSL 3 calls these functions deprecated, for they know nothing of providers. Its contexts take
// memory from the heap for every message, also when they are used again; these do not, and take
// half of the time. They stay as long as OpenSSL 3 does.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/hmac.hpp"

#include "base/assert.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

SHA256_CTX started(base::ByteView key, std::uint8_t pad) {
  CP_ASSERT(key.size() <= SHA256_CBLOCK);
  std::array<std::uint8_t, SHA256_CBLOCK> block;
  const Wiper wipe(block.data(), block.size());
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
  SHA256_CTX state;
  require(SHA256_Init(&state) == 1 && SHA256_Update(&state, block.data(), block.size()) == 1,
          "SHA-256");
  return state;
}

}  // namespace

Hmac::Hmac(base::ByteView key) : inner_(started(key, 0x36)), outer_(started(key, 0x5C)) {}

Hmac::~Hmac() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Hmac::Digest Hmac::operator()(base::ByteView first, base::ByteView second) const {
  Digest digest;
  SHA256_CTX state = inner_;
  const Wiper wipe(&state, sizeof state);
  bool worked = SHA256_Update(&state, first.data(), first.size()) == 1 &&
                SHA256_Update(&state, second.data(), second.size()) == 1 &&
                SHA256_Final(digest.data(), &state) == 1;
  state = outer_;
  worked = worked && SHA256_Update(&state, digest.data(), digest.size()) == 1 &&
           SHA256_Final(digest.data(), &state) == 1;
  require(worked, "HMAC-SHA-256");
  return digest;
}

}  // namespace crypto
