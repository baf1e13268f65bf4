#include "ledger/cards.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/ledger/ledger_support.hpp"

namespace ledger {
namespace {

using crypto::Secret;
using test::SmallLedger;

std::string opened(SmallLedger& ledger, Secret what, CardId id, const CardFile& file) {
  const crypto::Sealed& sealed = what == Secret::card_number  ? file.head.number
                                 : what == Secret::pin_number ? file.head.pin
                                                              : file.initial;
  const auto text = ledger.vault.open(what, id, file.head.seal_key, sealed);
  return text ? std::string(text->view()) : "";
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

TEST(Luhn, CheckDigitsOfKnownNumbers) {
  EXPECT_EQ(luhn_digit("7992739871"), '3');
  EXPECT_EQ(luhn_digit("941012990000001"), '1');
  EXPECT_EQ(luhn_digit("0"), '0');
  EXPECT_TRUE(has_valid_luhn("9410129900000011"));
  EXPECT_TRUE(has_valid_luhn("79927398713"));
  EXPECT_FALSE(has_valid_luhn("1"));
  EXPECT_FALSE(has_valid_luhn(""));
}

TEST(Luhn, EveryWrongDigitAndEverySwappedPairIsFound) {
  const std::string right = "79927398713";  // without 09 or 90, which the formula cannot tell
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string wrong = right;
      wrong[i] = digit;
      EXPECT_EQ(has_valid_luhn(wrong), digit == right[i]) << i << digit;
    }
    std::string swapped = right;
    if (i + 1 < right.size()) std::swap(swapped[i], swapped[i + 1]);
    EXPECT_EQ(has_valid_luhn(swapped), swapped == right) << i;
  }
}

TEST(MakeCard, WritesACardItsFileAndBothIndexes) {
  SmallLedger ledger;
  const ProductRecord ten = test::product(2, 10'000);
  ledger.write([&](Draft& draft) {
    NewCard wanted;
    wanted.product = &ten;
    wanted.state = CardState::sold;
    wanted.last_day = 20311121;
    wanted.sold_by = 17;
    wanted.customer = "customer-1";
    EXPECT_EQ(make_card(draft, ledger.maker(), wanted), 1u);
    EXPECT_EQ(make_card(draft, ledger.maker(), wanted), 2u);
  });
  Draft draft(ledger.store, ledger.batch);
  const CardRecord card = read_card(draft, 1).value();
  EXPECT_EQ(card.balance_won, 0);
  EXPECT_EQ(card.state, CardState::sold);
  EXPECT_EQ(card.last_day, 20311121u);
  EXPECT_EQ(card.product, 2);
  const CardFile file = read_card_file(draft, 1).value();
  EXPECT_EQ(file.head.id, 1u);
  EXPECT_EQ(file.head.sold_by, 17u);
  EXPECT_EQ(file.customer, "customer-1");
  EXPECT_EQ(file.hint, "");
  EXPECT_EQ(file.head.from_lot, 0);

  const std::string number = opened(ledger, Secret::card_number, 1, file);
  const std::string pin = opened(ledger, Secret::pin_number, 1, file);
  const std::string initial = opened(ledger, Secret::initial_password, 1, file);
  EXPECT_EQ(number.size(), kCardNumberSize);
  EXPECT_TRUE(number.starts_with(test::kBin));
  EXPECT_TRUE(has_valid_luhn(number));
  EXPECT_EQ(pin.size(), kPinNumberSize);
  EXPECT_EQ(initial.size(), 8u);
  EXPECT_TRUE(all_digits(number) && all_digits(pin) && all_digits(initial));
  EXPECT_TRUE(password_is_right(ledger.vault, 1, card, initial));
  EXPECT_FALSE(password_is_right(ledger.vault, 1, card, "00000000"));
  EXPECT_FALSE(password_is_right(ledger.vault, 2, read_card(draft, 2).value(), initial));
  EXPECT_EQ(file.head.initial_verifier, crypto::PasswordVerifier{});
}

TEST(MakeCard, ALotCardHasItsGivenNumberAndPasswordAndCanGetItBack) {
  SmallLedger ledger;
  const ProductRecord ten = test::product(2, 10'000);
  Draft draft(ledger.store, ledger.batch);
  NewCard wanted;
  wanted.product = &ten;
  wanted.state = CardState::stock;
  wanted.from_lot = true;
  wanted.number = "9410129900000011";
  wanted.initial_password = "12345678";
  const CardId id = make_card(draft, ledger.maker(), wanted);
  const CardFile file = read_card_file(draft, id).value();
  EXPECT_EQ(opened(ledger, Secret::card_number, id, file), "9410129900000011");
  EXPECT_EQ(opened(ledger, Secret::initial_password, id, file), "12345678");
  EXPECT_EQ(file.head.from_lot, 1);
  const CardRecord card = read_card(draft, id).value();
  EXPECT_EQ(file.head.initial_verifier, card.verifier);
  EXPECT_TRUE(password_is_right(ledger.vault, id, card, "12345678"));
}

TEST(MakeCard, BothNumbersFindTheCardAndOthersFindNone) {
  SmallLedger ledger;
  const ProductRecord ten = test::product(2, 10'000);
  Draft draft(ledger.store, ledger.batch);
  NewCard wanted;
  wanted.product = &ten;
  const CardId id = make_card(draft, ledger.maker(), wanted);
  const CardFile file = read_card_file(draft, id).value();
  const std::string number = opened(ledger, Secret::card_number, id, file);
  const std::string pin = opened(ledger, Secret::pin_number, id, file);

  const CardName by_number = find_card(draft, ledger.vault, number);
  EXPECT_EQ(by_number.form, CardForm::number);
  EXPECT_EQ(by_number.id, id);
  const CardName by_pin = find_card(draft, ledger.vault, pin);
  EXPECT_EQ(by_pin.form, CardForm::pin);
  EXPECT_EQ(by_pin.id, id);
  EXPECT_EQ(by_pin.unknown, 0u);

  const CardName nobody = find_card(draft, ledger.vault, "9410129900000029");
  EXPECT_EQ(nobody.form, CardForm::unknown);
  EXPECT_EQ(nobody.id, 0u);
  EXPECT_NE(nobody.unknown, 0u);
  EXPECT_NE(nobody.unknown, find_card(draft, ledger.vault, "9410129900000037").unknown);
  EXPECT_EQ(nobody.unknown, find_card(draft, ledger.vault, "9410129900000029").unknown);
}

TEST(MakeCard, ACardIsFoundUnderTheIndexKeyThatItWasMadeWith) {
  SmallLedger ledger;
  const ProductRecord ten = test::product(2, 10'000);
  Draft draft(ledger.store, ledger.batch);
  NewCard wanted;
  wanted.product = &ten;
  const CardId old_card = make_card(draft, ledger.maker(), wanted);
  const CardFile file = read_card_file(draft, old_card).value();
  const std::string number = opened(ledger, Secret::card_number, old_card, file);
  const auto nobody = find_card(draft, ledger.vault, "9410129900000029").unknown;

  const test::FixedKeys new_keys(2);
  crypto::CardVault after(new_keys);
  EXPECT_EQ(find_card(draft, after, number).id, old_card);
  const CardId new_card = make_card(draft, {after, ledger.random, test::kBin}, wanted);
  EXPECT_EQ(read_card_file(draft, new_card)->head.index_key, 2);
  EXPECT_EQ(find_card(draft, after, "9410129900000029").unknown, nobody)
      << "who is unknown stays the same unknown";
}

/// Draws only two different digits, so that nine digits are often those of a card that is there.
class CoinRandom : public base::RandomSource {
 public:
  void fill(base::ByteSpan out) override {
    std::uint8_t coin[1];
    inner_.fill(coin);
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    if (coin[0] % 2 == 1) out.back() = 7;
  }

 private:
  test::SeededRandom inner_{3};
};

TEST(MakeCard, ANumberThatIsTakenIsDrawnAgain) {
  SmallLedger ledger;
  CoinRandom coin;
  const CardMaker maker{ledger.vault, coin, test::kBin};
  const ProductRecord ten = test::product(2, 10'000);
  Draft draft(ledger.store, ledger.batch);
  NewCard wanted;
  wanted.product = &ten;
  std::set<std::string> numbers, pins;
  constexpr CardId kCards = 200;  // of the 512 numbers and 4,096 PIN#s that there are
  for (CardId id = 1; id <= kCards; ++id) {
    ASSERT_EQ(make_card(draft, maker, wanted), id);
    const CardFile file = read_card_file(draft, id).value();
    numbers.insert(opened(ledger, Secret::card_number, id, file));
    pins.insert(opened(ledger, Secret::pin_number, id, file));
  }
  EXPECT_EQ(numbers.size(), kCards);
  EXPECT_EQ(pins.size(), kCards);
}

TEST(MakeCard, PinNumbersAreNotInSequence) {
  SmallLedger ledger;
  const ProductRecord ten = test::product(2, 10'000);
  Draft draft(ledger.store, ledger.batch);
  NewCard wanted;
  wanted.product = &ten;
  std::vector<std::int64_t> pins;
  for (CardId id = 1; id <= 100; ++id) {
    make_card(draft, ledger.maker(), wanted);
    pins.push_back(
        std::stoll(opened(ledger, Secret::pin_number, id, read_card_file(draft, id).value())));
  }
  for (std::size_t i = 1; i < pins.size(); ++i)
    EXPECT_GT(std::abs(pins[i] - pins[i - 1]), 100) << i;
}

TEST(WrongPasswords, TheFifthInARowBlocks) {
  CardRecord card{};
  for (int i = 1; i < kWrongPasswordsToBlock; ++i) {
    EXPECT_FALSE(count_wrong_password(card));
    EXPECT_EQ(card.blocked, 0);
  }
  EXPECT_TRUE(count_wrong_password(card));
  EXPECT_EQ(card.blocked, kBlockedByPassword);
  EXPECT_EQ(card.wrong_passwords, kWrongPasswordsToBlock);
}

}  // namespace
}  // namespace ledger
