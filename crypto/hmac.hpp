#pragma once
/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) under one key, without a look at the heap; for this folder
/// only.

#include <openssl/sha.h>

#include <array>

#include "base/bytes.hpp"

namespace crypto {

/// The key's two padded blocks are hashed once; a message begins with a copy of those states. Any
/// number of threads.
class Hmac {
 public:
  using Digest = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

  explicit Hmac(base::ByteView key);  ///< of at most 64 bytes
  ~Hmac();
  Hmac(const Hmac&) = default;
  Hmac& operator=(const Hmac&) = default;

  /// Of the one text behind the other.
  Digest operator()(base::ByteView first, base::ByteView second) const;

 private:
  SHA256_CTX inner_, outer_;
};

}  // namespace crypto
