#include "ledger/cards.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace ledger {
namespace {

using crypto::Secret;

Table table_of(Secret what) {
  return what == Secret::pin_number ? Table::pin_numbers : Table::card_numbers;
}

std::string_view key_of(const crypto::IndexHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string random_digits(base::RandomSource& random, std::size_t count) {
  std::string digits;
  while (digits.size() < count) digits += static_cast<char>('0' + random.below(10));
  return digits;
}

std::string random_card_number(const CardMaker& maker) {
  std::string digits(maker.bin);
  digits += random_digits(maker.random, kCardNumberSize - 1 - digits.size());
  digits += luhn_digit(digits);
  return digits;
}

/// The card of this number or PIN#, whichever index key it was made with; 0: none.
CardId look_up(Draft& draft, crypto::CardVault& vault, Secret what, std::string_view digits) {
  for (const std::uint16_t key : vault.index_key_ids()) {
    const crypto::IndexHash hash = vault.index_hash(what, digits, key);
    const auto found = draft.read<CardReference>(table_of(what), key_of(hash));
    if (found) return found->card;
  }
  return 0;
}

struct UniqueNumber {
  std::string digits;
  crypto::IndexHash hash;
};

/// Draws until no card has it: the space is so much larger than what is used that it ends at once.
template <class DrawDigits>
UniqueNumber draw_unique(Draft& draft, const CardMaker& maker, Secret what,
                         DrawDigits&& draw_digits) {
  crypto::CardVault& vault = maker.vault;
  for (;;) {
    const std::string digits = draw_digits();
    if (look_up(draft, vault, what, digits) == 0)
      return {digits, vault.index_hash(what, digits, vault.index_key_id())};
  }
}

}  // namespace

char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool doubled = true;
  for (std::size_t i = digits.size(); i-- > 0; doubled = !doubled) {
    int digit = digits[i] - '0';
    if (doubled) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool has_valid_luhn(std::string_view card_number) {
  return card_number.size() >= 2 &&
         luhn_digit(card_number.substr(0, card_number.size() - 1)) == card_number.back();
}

CardName find_card(Draft& draft, crypto::CardVault& vault, std::string_view digits) {
  const bool pin = digits.size() == kPinNumberSize;
  const Secret what = pin ? Secret::pin_number : Secret::card_number;
  CardName name;
  name.id = look_up(draft, vault, what, digits);
  if (name.id != 0) {
    name.form = pin ? CardForm::pin : CardForm::number;
  } else {
    // Under the oldest key, so that a new one does not make it another.
    const auto hash = vault.index_hash(what, digits, vault.index_key_ids().back());
    name.unknown = base::load_big_endian<std::uint64_t>(hash.data());
  }
  return name;
}

std::optional<CardRecord> read_card(Draft& draft, CardId id) {
  return draft.read<CardRecord>(Table::cards, number_key(id));
}

void write_card(Draft& draft, CardId id, const CardRecord& card) {
  draft.write(Table::cards, number_key(id), card);
}

std::optional<CardFile> read_card_file(Draft& draft, CardId id) {
  const auto bytes = draft.get(Table::card_files, number_key(id));
  return bytes ? decode_card_file(*bytes) : std::nullopt;
}

void write_card_file(Draft& draft, const CardFile& file) {
  draft.put(Table::card_files, number_key(file.head.id), encode(file));
}

CardId make_card(Draft& draft, const CardMaker& maker, const NewCard& wanted) {
  const CardId id = draft.next_number(kCardCounter);
  const UniqueNumber number = draw_unique(draft, maker, Secret::card_number, [&] {
    return wanted.number.empty() ? random_card_number(maker) : std::string(wanted.number);
  });
  const UniqueNumber pin = draw_unique(draft, maker, Secret::pin_number,
                                       [&] { return random_digits(maker.random, kPinNumberSize); });
  const std::string password = wanted.initial_password.empty()
                                   ? random_digits(maker.random, 8)
                                   : std::string(wanted.initial_password);
  CardFile file;
  file.head.id = id;
  file.head.sold_by = wanted.sold_by;
  file.head.number_hash = number.hash;
  file.head.pin_hash = pin.hash;
  file.head.seal_key = maker.vault.seal_key_id();
  file.head.index_key = maker.vault.index_key_id();
  file.head.number = maker.vault.seal(Secret::card_number, id, number.digits, maker.random);
  file.head.pin = maker.vault.seal(Secret::pin_number, id, pin.digits, maker.random);
  file.head.product = wanted.product->number;
  file.head.from_lot = wanted.from_lot;
  file.head.lot = wanted.lot;
  file.head.has_initial = 1;
  file.initial = maker.vault.seal(Secret::initial_password, id, password, maker.random);
  file.customer = wanted.customer;

  CardRecord card{};
  card.state = wanted.state;
  card.product = wanted.product->number;
  card.last_day = wanted.last_day;
  card.registered = wanted.customer.empty() ? 0 : 1;
  set_password(maker.vault, id, card, password);
  if (wanted.from_lot) {
    file.head.initial_verifier = card.verifier;
    file.head.initial_password_key = card.password_key;
  }

  draft.write(Table::card_numbers, key_of(number.hash), CardReference{id});
  draft.write(Table::pin_numbers, key_of(pin.hash), CardReference{id});
  write_card(draft, id, card);
  write_card_file(draft, file);
  return id;
}

void set_password(crypto::CardVault& vault, CardId id, CardRecord& card,
                  std::string_view password) {
  card.password_key = vault.password_key_id();
  card.verifier = vault.verifier(id, card.password_key, password);
}

bool password_is_right(crypto::CardVault& vault, CardId id, const CardRecord& card,
                       std::string_view password) {
  return crypto::equal(vault.verifier(id, card.password_key, password), card.verifier);
}

bool count_wrong_password(CardRecord& card) {
  CP_ASSERT(card.blocked == 0);
  ++card.wrong_passwords;
  if (card.wrong_passwords < kWrongPasswordsToBlock) return false;
  card.blocked |= kBlockedByPassword;
  return true;
}

void forget_wrong_passwords(CardRecord& card) {
  card.wrong_passwords = 0;
  card.blocked = static_cast<std::uint8_t>(card.blocked & ~kBlockedByPassword);
}

}  // namespace ledger
