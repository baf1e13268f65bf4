#pragma once
/// ANSI X9.143 (TR-31) key blocks of version D: a key with what it is for, under an AES key.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "crypto/key_wrap.hpp"

namespace crypto {

/// How a new key travels to a station.
enum class KeyForm : std::uint8_t {
  aes_kw,     ///< wrapped by AES-KW
  key_block,  ///< in a key block
};

/// What stands in a block's header beside the key.
struct KeyBlockUse {
  std::string_view usage;  ///< `P0` PIN encryption, `M3` X9.19 MAC, `M6` CMAC
  char algorithm = 'T';    ///< `T` triple-DES, `A` AES
  char mode = 'B';         ///< `B` both ways, `C` generate and verify
};
KeyBlockUse key_block_use(KeyUse use, KeyAlgorithm algorithm);

/// 112 characters: header (16), enciphered key (64) and MAC (32), both in hexadecimal. The
/// protection key has 16 or 32 bytes, the key 16; it cannot be exported from where it goes.
std::string make_key_block(const Key& protection, const KeyBlockUse& use, const Key& key,
                           base::RandomSource& random);
/// The key; nothing when the block is none of version D without optional blocks, was altered, or is
/// for another use. Whether the key may be exported is not looked at.
std::optional<Key> open_key_block(const Key& protection, const KeyBlockUse& use,
                                  std::string_view block);

/// A station's PIN or MAC key under its transport key, as it stands in tag 0050: hexadecimal, or a
/// key block.
std::string make_travel_form(KeyForm form, const Key& transport, KeyUse use, KeyAlgorithm algorithm,
                             const Key& key, base::RandomSource& random);
/// Nothing when it is not under this transport key, or was altered.
std::optional<Key> open_travel_form(KeyForm form, const Key& transport, KeyUse use,
                                    KeyAlgorithm algorithm, std::string_view text);

}  // namespace crypto
