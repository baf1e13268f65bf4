#pragma once
/// The two message authentication codes of the wire: X9.19 retail MAC and AES-CMAC.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "crypto/key_store.hpp"

namespace crypto {

enum class MacKind : std::uint8_t { none, x9_19, cmac };

/// `none`, `x9.19`, `cmac`.
std::optional<MacKind> find_mac(std::string_view name);

using Mac = std::array<std::uint8_t, 8>;

/// x9.19: double-length triple-DES retail MAC, ISO 9797-1 algorithm 3, padding method 1.
/// cmac: AES-CMAC, its first eight bytes. The kind must not be none; the key has 16 bytes.
Mac compute_mac(MacKind kind, const Key& key, base::ByteView message);

/// Compares in constant time.
bool mac_matches(const Mac& expected, base::ByteView received);

}  // namespace crypto
