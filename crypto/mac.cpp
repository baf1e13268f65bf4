#include "crypto/mac.hpp"

#include <openssl/core_names.h>

#include <algorithm>

#include "base/assert.hpp"
#include "crypto/key_material.hpp"

namespace crypto {
namespace {

constexpr std::size_t kDesBlock = 8;

CipherContext triple_des_cbc(const std::array<std::uint8_t, 16>& key) {
  CipherContext context(EVP_CIPHER_CTX_new());
  require(context && EVP_EncryptInit_ex2(context.get(), EVP_des_ede_cbc(), key.data(), nullptr,
                                         nullptr) == 1,
          "triple-DES");
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return context;
}

/// Enciphers whole blocks after `state`, which becomes the last block that came out.
void chain(EVP_CIPHER_CTX* context, Mac& state, base::ByteView blocks) {
  CP_ASSERT(blocks.size() % kDesBlock == 0);
  require(EVP_EncryptInit_ex2(context, nullptr, nullptr, state.data(), nullptr) == 1, "triple-DES");
  std::array<std::uint8_t, 512> out;
  while (!blocks.empty()) {
    const std::size_t count = std::min(blocks.size(), out.size());
    int size = 0;
    require(EVP_EncryptUpdate(context, out.data(), &size, blocks.data(), static_cast<int>(count)) ==
                    1 &&
                static_cast<std::size_t>(size) == count,
            "triple-DES");
    std::copy_n(out.data() + count - kDesBlock, kDesBlock, state.begin());
    blocks = blocks.subspan(count);
  }
}

/// Single DES with the left key K over all blocks but the last; the last through K, the right key
/// backwards, K. Triple-DES under K‖K is single DES under K, which OpenSSL 3 no longer offers.
Mac x9_19(KeyMaterial& material, base::ByteView message) {
  if (!material.mac_last) {
    std::array<std::uint8_t, 16> key;
    const Wiper wipe(key.data(), key.size());
    std::copy_n(material.bytes.begin(), 8, key.begin());
    std::copy_n(material.bytes.begin(), 8, key.begin() + 8);
    material.mac_chain = triple_des_cbc(key);
    std::copy_n(material.bytes.begin() + 8, 8, key.begin() + 8);
    material.mac_last = triple_des_cbc(key);
  }
  const std::size_t leading = message.empty() ? 0 : (message.size() - 1) / kDesBlock * kDesBlock;
  std::array<std::uint8_t, kDesBlock> last{};  // filled with zeros: padding method 1
  std::copy(message.begin() + static_cast<std::ptrdiff_t>(leading), message.end(), last.begin());
  Mac state{};
  chain(material.mac_chain.get(), state, message.first(leading));
  chain(material.mac_last.get(), state, last);
  return state;
}

EvpMacContext aes_cmac(const std::vector<std::uint8_t>& key) {
  const std::unique_ptr<EVP_MAC, Freer> algorithm(EVP_MAC_fetch(nullptr, "CMAC", nullptr));
  EvpMacContext context(algorithm ? EVP_MAC_CTX_new(algorithm.get()) : nullptr);
  char cipher[] = "AES-128-CBC";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
      OSSL_PARAM_construct_end()};
  require(context && EVP_MAC_init(context.get(), key.data(), key.size(), parameters) == 1,
          "AES-CMAC");
  return context;
}

Mac cmac(KeyMaterial& material, base::ByteView message) {
  if (!material.cmac) material.cmac = aes_cmac(material.bytes);
  std::array<std::uint8_t, 16> full;
  std::size_t size = 0;
  EVP_MAC_CTX* const context = material.cmac.get();
  require(EVP_MAC_init(context, nullptr, 0, nullptr) == 1 &&
              EVP_MAC_update(context, message.data(), message.size()) == 1 &&
              EVP_MAC_final(context, full.data(), &size, full.size()) == 1 && size == full.size(),
          "AES-CMAC");
  Mac mac;
  std::copy_n(full.begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace

std::optional<MacKind> find_mac(std::string_view name) {
  if (name == "none") return MacKind::none;
  if (name == "x9.19") return MacKind::x9_19;
  if (name == "cmac") return MacKind::cmac;
  return std::nullopt;
}

Mac compute_mac(MacKind kind, const Key& key, base::ByteView message) {
  CP_ASSERT(kind != MacKind::none);
  KeyMaterial& material = key.material();
  CP_ASSERT(material.bytes.size() == 16);
  const std::lock_guard lock(material.mutex);
  return kind == MacKind::x9_19 ? x9_19(material, message) : cmac(material, message);
}

bool mac_matches(const Mac& expected, base::ByteView received) {
  return received.size() == expected.size() &&
         CRYPTO_memcmp(expected.data(), received.data(), expected.size()) == 0;
}

}  // namespace crypto
