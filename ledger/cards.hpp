#pragma once
/// Finding, making and changing cards.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "crypto/card_vault.hpp"
#include "ledger/draft.hpp"
#include "ledger/records.hpp"

namespace ledger {

inline constexpr std::size_t kPinNumberSize = 12;   ///< digits of a PIN#
inline constexpr std::size_t kCardNumberSize = 16;  ///< digits of our card numbers
inline constexpr int kWrongPasswordsToBlock = 5;

/// The Luhn check digit that follows these digits.
char luhn_digit(std::string_view digits);
bool has_valid_luhn(std::string_view card_number);

/// What DE 2 names: twelve digits are a PIN#, everything else a card number.
struct CardName {
  CardForm form = CardForm::unknown;  ///< number, pin; unknown when no card of ours has it
  CardId id = 0;
  std::uint64_t unknown = 0;  ///< tells unknown ones apart, without giving them away
};
CardName find_card(Draft& draft, crypto::CardVault& vault, std::string_view digits);

std::optional<CardRecord> read_card(Draft& draft, CardId id);
void write_card(Draft& draft, CardId id, const CardRecord& card);
std::optional<CardFile> read_card_file(Draft& draft, CardId id);
void write_card_file(Draft& draft, const CardFile& file);

/// What the makers of cards need.
struct CardMaker {
  crypto::CardVault& vault;
  base::RandomSource& random;
  std::string_view bin;
};

/// A new card in state sold or stock, with a fresh random number (unless `number` is given), PIN#
/// and, unless `initial_password` is given, 8 random digits; no value yet.
struct NewCard {
  const ProductRecord* product = nullptr;
  CardState state = CardState::sold;
  base::Date last_day = 0;
  Sequence sold_by = 0;
  bool from_lot = false;
  std::uint32_t lot = 0;  ///< number of a lot that has a record
  std::string_view customer;
  std::string_view number;
  std::string_view initial_password;
};
CardId make_card(Draft& draft, const CardMaker& maker, const NewCard& wanted);

void set_password(crypto::CardVault& vault, CardId id, CardRecord& card, std::string_view password);
/// Constant-time; the same work whether right or wrong.
bool password_is_right(crypto::CardVault& vault, CardId id, const CardRecord& card,
                       std::string_view password);

/// Counts a wrong password; true when it was the fifth in a row and the card is blocked now.
bool count_wrong_password(CardRecord& card);
/// The count, and the block that it may have ended in.
void forget_wrong_passwords(CardRecord& card);

}  // namespace ledger
