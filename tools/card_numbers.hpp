#pragma once
/// Card numbers and what a terminal does with them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_store.hpp"

namespace tools {

/// The digit that makes a valid card number of these digits.
char luhn_digit(std::string_view digits);

/// The card number at this place of a lot, from 0: first + place, and its check digit.
std::string lot_card(std::uint64_t first, std::uint32_t place);

/// A card that was read at a terminal. Never printed but masked.
struct Card {
  std::string number, pin_number, password;
};

/// An ISO 9564 block as 16 hexadecimal digits, for DE 52 and the tags of DE 48. Throws UsageError
/// when the password has not 4 to 12 digits.
std::string pin_block_hex(const crypto::Key& key, std::string_view password,
                          std::string_view card_or_account);
/// The password in a block of hexadecimal digits, or nothing.
std::optional<std::string> open_pin_block_hex(const crypto::Key& key, std::string_view hex,
                                              std::string_view card_or_account);

/// One group of DE 54.
struct AdditionalAmount {
  std::string account_type, amount_type;
  std::int64_t won = 0;  ///< negative for D
};
/// The groups that are whole.
std::vector<AdditionalAmount> parse_additional_amounts(std::string_view text);
/// The amount of this type of account and amount, or nothing.
std::optional<std::int64_t> additional_amount(std::string_view text, std::string_view account_type,
                                              std::string_view amount_type);

/// `1,234,500`.
std::string won_text(std::int64_t won);

}  // namespace tools
