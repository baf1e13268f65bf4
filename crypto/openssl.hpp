#pragma once
/// Owners of OpenSSL's contexts; for this folder only.

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace crypto {

/// Of AES-GCM, as every sealed record has them.
inline constexpr std::size_t kGcmNonce = 12, kGcmTag = 16;

struct Freer {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer>;
using EvpMacContext = std::unique_ptr<EVP_MAC_CTX, Freer>;

/// OpenSSL failed: no input can cause it, only a broken installation or no memory.
inline void require(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("OpenSSL cannot do this: ") + what);
}

/// Wipes bytes when the scope ends.
class Wiper {
 public:
  Wiper(void* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  ~Wiper() { OPENSSL_cleanse(bytes_, size_); }
  Wiper(const Wiper&) = delete;
  Wiper& operator=(const Wiper&) = delete;

 private:
  void* bytes_;
  std::size_t size_;
};

}  // namespace crypto
