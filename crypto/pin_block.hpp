#pragma once
/// ISO 9564 format 0 PIN blocks under a station's PIN key (triple-DES; key parity is not checked).

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "codec/message.hpp"
#include "crypto/key_store.hpp"

namespace crypto {

/// 4 to 12 decimal digits; wiped when destroyed; never printed.
class Password {
 public:
  Password() = default;
  /// Asserts 4 to 12 digits.
  explicit Password(std::string_view digits);
  ~Password();
  Password(const Password&) = default;
  Password& operator=(const Password&) = default;
  std::string_view digits() const { return {digits_.data(), size_}; }

 private:
  std::array<char, 12> digits_{};
  std::size_t size_ = 0;
};

using PinBlock = std::array<std::uint8_t, 8>;

/// The account part: the twelve digits left of the last digit of the card as it stands in DE 2 (or
/// of an account number), zero-filled on the left; non-digits of an account are skipped.
std::array<char, 12> account_part(std::string_view card_or_account);

/// Nothing when the block is none under this key and account: wrong control nibble, a length
/// outside 4–12, a digit above 9, a filler that is not F.
std::optional<Password> open_pin_block(const Key& key, const PinBlock& block,
                                       std::string_view card_or_account);
/// The same under the first of these keys under which it is a block.
std::optional<Password> open_pin_block(std::span<const Key> keys, const PinBlock& block,
                                       std::string_view card_or_account);
PinBlock make_pin_block(const Key& key, const Password& password, std::string_view card_or_account);

/// The block as 16 hexadecimal digits (DE 48 tags 0005, 0010, 0020), or nothing.
std::optional<PinBlock> pin_block_from_hex(std::string_view hex);

}  // namespace crypto
