#pragma once
/// A key's bytes and the contexts made from them; for this folder only.

#include <cstdint>
#include <mutex>
#include <vector>

#include "crypto/openssl.hpp"

namespace crypto {

/// The bytes never change. The contexts are made when they are first needed and then reused, so
/// that a message costs no key schedule; whoever uses one holds the mutex meanwhile.
struct KeyMaterial {
  explicit KeyMaterial(std::vector<std::uint8_t> key) : bytes(std::move(key)) {}
  ~KeyMaterial() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
  KeyMaterial(const KeyMaterial&) = delete;
  KeyMaterial& operator=(const KeyMaterial&) = delete;

  std::vector<std::uint8_t> bytes;

  std::mutex mutex;
  CipherContext pin_encrypt, pin_decrypt;  // triple-DES, one block at a time
  CipherContext mac_chain, mac_last;       // X9.19: all blocks but the last, and the last
  EvpMacContext cmac;
};

}  // namespace crypto
