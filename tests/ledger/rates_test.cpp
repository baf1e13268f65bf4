#include "ledger/rates.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/ledger/ledger_support.hpp"

namespace ledger {
namespace {

RateRow row(std::string_view prefix, CallRate rate) { return {FixedText<20>::of(prefix), rate}; }

const CallRate kOther{0, 42, 180}, kSeoul{0, 39, 180}, kAbroad{200, 680, 60};

RateTable table(Sequence after = 0) {
  return RateTable({row("02", kSeoul), row("", kOther), row("00", kAbroad)}, after, after);
}

// ------------------------------------------------------------------------------------- prices

TEST(Rates, APriceIsTheConnectionAndEveryStartedUnit) {
  EXPECT_EQ(price_won(kAbroad, 0), 0);
  EXPECT_EQ(price_won(kAbroad, 1), 880);
  EXPECT_EQ(price_won(kAbroad, 60), 880);
  EXPECT_EQ(price_won(kAbroad, 61), 1'560);
  EXPECT_EQ(price_won(kSeoul, 3'600), 780);
  EXPECT_EQ(units_won(kAbroad, 61), 1'360) << "a renewal's has no connection";
}

TEST(Rates, TheLargestPriceIsNoOverflow) {
  EXPECT_EQ(price_won({1'000'000, 1'000'000, 1}, 999'999), 1'000'000'000'000);
}

TEST(Rates, MoneyPaysWholeUnitsForAnHourAtMost) {
  EXPECT_EQ(grantable_s(kSeoul, -1), 0u);
  EXPECT_EQ(grantable_s(kSeoul, 38), 0u);
  EXPECT_EQ(grantable_s(kSeoul, 39), 180u);
  EXPECT_EQ(grantable_s(kSeoul, 77), 180u);
  EXPECT_EQ(grantable_s(kSeoul, 1'000'000), 3'600u);
  EXPECT_EQ(grantable_s({0, 1, 1'000}, 1'000'000), 3'000u) << "a fourth unit is over the hour";
  EXPECT_EQ(grantable_s({0, 1, 3'600}, 1), 3'600u);
}

// ------------------------------------------------------------------------------------- a table

TEST(Rates, TheLongestPrefixCounts) {
  const RateTable rates({row("", kOther), row("0", kAbroad), row("0109", kSeoul)}, 0, 0);
  EXPECT_EQ(rates.rate_of("15771577"), kOther);
  EXPECT_EQ(rates.rate_of(""), kOther);
  EXPECT_EQ(rates.rate_of("0"), kAbroad);
  EXPECT_EQ(rates.rate_of("010"), kAbroad);
  EXPECT_EQ(rates.rate_of("0109"), kSeoul);
  EXPECT_EQ(rates.rate_of("01099999999999999999"), kSeoul);
  EXPECT_EQ(rates.rate_of("0108"), kAbroad);
  EXPECT_EQ(rates.rate_of("10109"), kOther);
}

TEST(Rates, APrefixMayHaveTwentyDigits) {
  const RateTable rates({row("", kOther), row("12345678901234567890", kSeoul)}, 0, 0);
  EXPECT_EQ(rates.rate_of("12345678901234567890"), kSeoul);
  EXPECT_EQ(rates.rate_of("1234567890123456789"), kOther);
}

TEST(Rates, ARowIsWithinItsBounds) {
  EXPECT_EQ(row_complaint(row("02", {0, 1, 1})), "");
  EXPECT_EQ(row_complaint(row("", {1'000'000, 1'000'000, 3'600})), "");
  EXPECT_EQ(row_complaint(row("0a", kSeoul)),
            "the prefix must be at most 20 digits, or nothing for every other call");
  EXPECT_NE(row_complaint(row("0 2", kSeoul)), "");
  EXPECT_EQ(row_complaint(row("02", {0, 0, 60})),
            "the won for a unit must be a number from 1 to 1000000");
  EXPECT_NE(row_complaint(row("02", {0, 1'000'001, 60})), "");
  EXPECT_EQ(row_complaint(row("02", {0, 1, 0})),
            "the seconds of a unit must be a number from 1 to 3600");
  EXPECT_NE(row_complaint(row("02", {0, 1, 3'601})), "");
  EXPECT_EQ(row_complaint(row("02", {1'000'001, 1, 60})),
            "the won for the connection must be a number from 0 to 1000000");
}

TEST(Rates, ATableHasARowForEveryOtherCallAndNoPrefixTwice) {
  EXPECT_EQ(rows_complaint({row("", kOther)}), "");
  EXPECT_EQ(rows_complaint({}), "a row with an empty prefix, for every other call, is missing");
  EXPECT_NE(rows_complaint({row("02", kSeoul)}), "");
  EXPECT_EQ(rows_complaint({row("", kOther), row("02", kSeoul), row("02", kAbroad)}),
            "the prefix 02 is there twice");
  std::vector<RateRow> many{row("", kOther)};
  for (std::size_t i = 1; i < kMostRateRows; ++i)
    many.push_back(row(std::to_string(100'000 + i), kSeoul));
  EXPECT_EQ(rows_complaint(many), "");
  many.push_back(row("999999", kSeoul));
  EXPECT_EQ(rows_complaint(many), "there are more than 1000 rows");
}

// --------------------------------------------------------------------------------- as it is kept

TEST(Rates, AStoredTableIsReadBack) {
  const auto read = decode_rates(7, encode(7, table(99)));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->after(), 99u);
  ASSERT_EQ(read->rows().size(), 3u);
  EXPECT_EQ(read->rate_of("0082"), kAbroad);
  EXPECT_EQ(read->rate_of("0215"), kSeoul);
}

TEST(Rates, AStoredTableWithAnyOtherByteOrKeyIsNone) {
  const std::string right = encode(7, table(99));
  EXPECT_EQ(right.size(), 24u + 3 * 32u);
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_FALSE(decode_rates(7, wrong)) << i;
  }
  EXPECT_FALSE(decode_rates(8, right));
  EXPECT_FALSE(decode_rates(7, right + '\0'));
  EXPECT_FALSE(decode_rates(7, right.substr(0, right.size() - 1)));
  EXPECT_FALSE(decode_rates(7, ""));
}

TEST(Rates, TheLatestThatHasBegunIsInForce) {
  constexpr base::TimeUs kSecond = base::kMicrosPerSecond;
  test::SmallLedger ledger;
  RateTables tables;
  const auto put = [&](RatesFrom from, Sequence after) {
    ledger.write([&](Draft& draft) {
      draft.put(Table::rates, number_key(from), encode(from, table(after)));
    });
    tables.load(ledger.store);
  };
  EXPECT_EQ(tables.in_force(5 * kSecond), nullptr);
  put(10, 1);
  put(20, 2);
  EXPECT_EQ(tables.in_force(10 * kSecond - 1), nullptr);
  EXPECT_EQ(tables.in_force(10 * kSecond)->after(), 1u);
  EXPECT_EQ(tables.in_force(20 * kSecond - 1)->after(), 1u);
  EXPECT_EQ(tables.in_force(20 * kSecond)->after(), 2u);
  put(20, 3);
  EXPECT_EQ(tables.in_force(90 * kSecond)->after(), 3u);
}

TEST(Rates, AreReadAtTheStartAndADamagedTableStopsIt) {
  test::SmallLedger ledger;
  ledger.write([&](Draft& draft) {
    draft.put(Table::rates, number_key(10), encode(10, table(1)));
    draft.put(Table::rates, number_key(20), encode(20, table(2)));
  });
  RateTables tables;
  tables.load(ledger.store);
  EXPECT_EQ(tables.all().size(), 2u);
  EXPECT_EQ(tables.in_force(15 * base::kMicrosPerSecond)->after(), 1u);
  ledger.write(
      [&](Draft& draft) { draft.put(Table::rates, number_key(20), encode(21, table(2))); });
  EXPECT_THROW(tables.load(ledger.store), std::runtime_error);
}

}  // namespace
}  // namespace ledger
