#include "tools/card_numbers.hpp"

#include <charconv>

#include "base/bytes.hpp"
#include "crypto/pin_block.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

constexpr std::size_t kGroupSize = 20;  // account 2, amount type 2, currency 3, sign 1, amount 12

bool is_password(std::string_view text) {
  return text.size() >= 4 && text.size() <= 12 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = true;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, twice = !twice) {
    const int value = (*digit - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string lot_card(std::uint64_t first, std::uint32_t place) {
  std::string digits = std::to_string(first + place);
  digits += luhn_digit(digits);
  return digits;
}

std::string pin_block_hex(const crypto::Key& key, std::string_view password,
                          std::string_view card_or_account) {
  if (!is_password(password)) throw UsageError("a password has 4 to 12 digits");
  return base::to_hex(crypto::make_pin_block(key, crypto::Password(password), card_or_account));
}

std::optional<std::string> open_pin_block_hex(const crypto::Key& key, std::string_view hex,
                                              std::string_view card_or_account) {
  const auto block = crypto::pin_block_from_hex(hex);
  if (!block) return std::nullopt;
  const auto password = crypto::open_pin_block(key, *block, card_or_account);
  if (!password) return std::nullopt;
  return std::string(password->digits());
}

std::vector<AdditionalAmount> parse_additional_amounts(std::string_view text) {
  std::vector<AdditionalAmount> amounts;
  for (; text.size() >= kGroupSize; text.remove_prefix(kGroupSize)) {
    AdditionalAmount amount;
    amount.account_type = text.substr(0, 2);
    amount.amount_type = text.substr(2, 2);
    std::from_chars(text.data() + 8, text.data() + kGroupSize, amount.won);
    if (text[7] == 'D') amount.won = -amount.won;
    amounts.push_back(std::move(amount));
  }
  return amounts;
}

std::optional<std::int64_t> additional_amount(std::string_view text, std::string_view account_type,
                                              std::string_view amount_type) {
  for (const AdditionalAmount& amount : parse_additional_amounts(text))
    if (amount.account_type == account_type && amount.amount_type == amount_type) return amount.won;
  return std::nullopt;
}

std::string won_text(std::int64_t won) {
  std::string text = std::to_string(won);
  const int first_digit = won < 0 ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first_digit; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

}  // namespace tools
