#pragma once
/// Keys that travel or rest under another key, and the check values by which two sides compare one.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "crypto/key_store.hpp"

namespace crypto {

/// AES key wrap, RFC 3394 with its default initial value: eight bytes longer than the key. Both
/// keys have 16 or 32 bytes.
std::vector<std::uint8_t> wrap_key(const Key& wrapping, const Key& key);
/// Nothing when the bytes were not wrapped under this key, or were altered.
std::optional<Key> unwrap_key(const Key& wrapping, base::ByteView wrapped);

enum class KeyAlgorithm : std::uint8_t { triple_des, aes };

/// `8F2A01`: the first three bytes of a block of zeros (8 bytes triple-DES, 16 AES) enciphered with
/// the key. Tells nothing else about it. A triple-DES key has 16 bytes.
std::array<char, 6> check_value(const Key& key, KeyAlgorithm algorithm);
inline std::string_view as_text(const std::array<char, 6>& value) { return {value.data(), 6}; }

/// Of a station's PIN and MAC keys: double-length triple-DES or AES-128.
inline constexpr std::size_t kStationKey = 16;

/// A fresh key of kStationKey bytes; a triple-DES key has odd parity, and two different halves.
Key draw_key(KeyAlgorithm algorithm, base::RandomSource& random);
/// A fresh key of 32 bytes.
Key draw_storage_key(base::RandomSource& random);

}  // namespace crypto
