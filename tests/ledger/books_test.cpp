#include "ledger/books.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/ledger/ledger_support.hpp"

namespace ledger {
namespace {

using test::SmallLedger;

const MerchantId kMart = MerchantId::of("DEMOMART0000001");
const AccountKey kPayable = AccountKey::of(AccountKind::merchant_payable, kMart);
const AccountKey kPrefund = AccountKey::of(AccountKind::prefund, MerchantId::of("DEMOAGENT000001"));

std::int64_t sum(const Entry& entry) {
  return std::accumulate(
      entry.lines().begin(), entry.lines().end(), std::int64_t{0},
      [](std::int64_t total, const Posting& line) { return total + line.amount_won; });
}

TEST(Entry, EachMoveIsTwoLinesThatSumToZero) {
  Entry entry;
  entry.move(AccountKey::card(7), kPayable, 3'000);
  ASSERT_EQ(entry.lines().size(), 2u);
  EXPECT_EQ(entry.lines()[0].account, AccountKey::card(7));
  EXPECT_EQ(entry.lines()[0].amount_won, -3'000);
  EXPECT_EQ(entry.lines()[1].account, kPayable);
  EXPECT_EQ(entry.lines()[1].amount_won, 3'000);
  EXPECT_EQ(sum(entry), 0);
}

TEST(Entry, MovesOfOneAccountShareItsLine) {
  Entry entry;
  entry.move(kPrefund, AccountKey::card(1), 10'000);
  entry.move(kPrefund, AccountKey::card(2), 20'000);
  entry.move(kPrefund, AccountKey::card(1), 5'000);
  ASSERT_EQ(entry.lines().size(), 3u);
  EXPECT_EQ(entry.lines()[0].amount_won, -35'000);
  EXPECT_EQ(entry.lines()[1].amount_won, 15'000);
  EXPECT_EQ(entry.lines()[2].amount_won, 20'000);
  EXPECT_EQ(sum(entry), 0);
}

TEST(EntryDeathTest, AMoveOfNothingIsAProgrammersMistake) {
  Entry entry;
  EXPECT_DEATH(entry.move(AccountKey::card(1), kPayable, 0), "broken invariant");
  EXPECT_DEATH(entry.move(AccountKey::card(1), kPayable, -1), "broken invariant");
}

TEST(Entry, PostWritesBalancesAndWhoPosted) {
  SmallLedger ledger;
  ledger.write([&](Draft& draft) {
    CardRecord card{};
    card.balance_won = 10'000;
    card.posting_count = 1;
    card.last_sequence = 4;
    write_card(draft, 7, card);
    Entry entry;
    entry.move(AccountKey::card(7), kPayable, 3'000);
    entry.post(draft, 5, 0);
    EXPECT_EQ(account_balance_won(draft, kPayable), 3'000);
    EXPECT_EQ(account_balance_won(draft, kPrefund), 0);
  });
  Draft draft(ledger.store, ledger.batch);
  const CardRecord card = read_card(draft, 7).value();
  EXPECT_EQ(card.balance_won, 7'000);
  EXPECT_EQ(card.posting_count, 2u);
  EXPECT_EQ(card.last_sequence, 5u);
  const auto account = draft.read<AccountRecord>(Table::accounts, bytes_of(kPayable)).value();
  EXPECT_EQ(account.balance_won, 3'000);
  EXPECT_EQ(account.last_sequence, 5u);
  EXPECT_FALSE(draft.must_be_written());
}

TEST(EntryDeathTest, NoCardFallsBelowWhatItHolds) {
  SmallLedger ledger;
  Draft draft(ledger.store, ledger.batch);
  CardRecord card{};
  card.balance_won = 10'000;
  card.held_won = 8'000;
  write_card(draft, 7, card);
  Entry enough, too_much;
  enough.move(AccountKey::card(7), kPayable, 2'000);
  too_much.move(AccountKey::card(7), kPayable, 1);
  enough.post(draft, 1, 0);
  EXPECT_DEATH(too_much.post(draft, 2, 0), "balance_won >= card->held_won");
}

TEST(Totals, CountOneColumnOfOnePlace) {
  SmallLedger ledger;
  Draft draft(ledger.store, ledger.batch);
  TotalsPlace place{20261122, 3, kMart, TerminalId::of("POS00001")};
  count_in_totals(draft, place, &TotalsRecord::debits, 3'000);
  count_in_totals(draft, place, &TotalsRecord::debits, 4'000);
  count_in_totals(draft, place, &TotalsRecord::credits, 500);
  TotalsPlace tomorrow = place;
  tomorrow.day = 20261123;
  count_in_totals(draft, tomorrow, &TotalsRecord::debits, 1);

  const auto totals = draft.read<TotalsRecord>(
      Table::totals, totals_key(place.day, place.station, place.merchant, place.terminal));
  ASSERT_TRUE(totals.has_value());
  EXPECT_EQ(totals->debits.count, 2u);
  EXPECT_EQ(totals->debits.amount_won, 7'000);
  EXPECT_EQ(totals->credits.count, 1u);
  EXPECT_EQ(totals->credits.amount_won, 500);
  EXPECT_EQ(totals->debit_reversals.count, 0u);
  EXPECT_EQ(totals->credit_reversals.count, 0u);
}

// ------------------------------------------------------------------------------------- drafts

TEST(Draft, SeesItsOwnWritesThenTheBatchThenTheStore) {
  SmallLedger ledger;
  ledger.write([](Draft& draft) {
    draft.put(Table::meta, "a", "store");
    draft.put(Table::meta, "b", "store");
    draft.put(Table::meta, "c", "store");
  });
  Draft first(ledger.store, ledger.batch);
  first.put(Table::meta, "b", "batch");
  first.put(Table::meta, "c", "batch");
  first.keep();
  Draft second(ledger.store, ledger.batch);
  second.put(Table::meta, "c", "draft");
  EXPECT_EQ(second.get(Table::meta, "a"), "store");
  EXPECT_EQ(second.get(Table::meta, "b"), "batch");
  EXPECT_EQ(second.get(Table::meta, "c"), "draft");
  EXPECT_EQ(second.get(Table::accounts, "a"), std::nullopt);
  second.erase(Table::meta, "a");
  EXPECT_EQ(second.get(Table::meta, "a"), std::nullopt);
}

TEST(Draft, WhatIsNotKeptIsDroppedAndTheRestOfTheBatchStays) {
  SmallLedger ledger;
  {
    Draft kept(ledger.store, ledger.batch);
    kept.put(Table::meta, "a", "kept");
    kept.put(Table::meta, "b", "kept");
    kept.keep();
    kept.put(Table::meta, "a", "after keep");
    EXPECT_TRUE(kept.must_be_written());
  }
  {
    Draft dropped(ledger.store, ledger.batch);
    EXPECT_EQ(dropped.get(Table::meta, "a"), "kept");
    dropped.put(Table::meta, "a", "dropped");
    dropped.erase(Table::meta, "b");
    dropped.put(Table::meta, "c", "dropped");
    dropped.drop();
    EXPECT_FALSE(dropped.must_be_written());
    EXPECT_EQ(dropped.get(Table::meta, "a"), "kept");
    EXPECT_EQ(dropped.get(Table::meta, "b"), "kept");
    dropped.erase(Table::meta, "a");
  }
  Draft later(ledger.store, ledger.batch);
  EXPECT_EQ(later.get(Table::meta, "a"), "kept");
  EXPECT_EQ(later.get(Table::meta, "b"), "kept");
  EXPECT_EQ(later.get(Table::meta, "c"), std::nullopt);
  EXPECT_FALSE(later.must_be_written());
}

TEST(Draft, ADroppedEntryLeavesNoBalance) {
  SmallLedger ledger;
  {
    Draft draft(ledger.store, ledger.batch);
    Entry entry;
    entry.move(AccountKey::prefund_received(), kPrefund, 100'000);
    entry.post(draft, draft.next_number(kSequenceCounter), 0);
    EXPECT_EQ(account_balance_won(draft, kPrefund), 100'000);
  }
  Draft draft(ledger.store, ledger.batch);
  EXPECT_EQ(account_balance_won(draft, kPrefund), 0);
  EXPECT_EQ(draft.next_number(kSequenceCounter), 1u);
}

TEST(Draft, CountersGoOnFromTheBatchAndFromTheStore) {
  SmallLedger ledger;
  ledger.write([](Draft& draft) {
    EXPECT_EQ(draft.next_number("x"), 1u);
    EXPECT_EQ(draft.next_number("x"), 2u);
    EXPECT_EQ(draft.next_number("y"), 1u);
  });
  Draft draft(ledger.store, ledger.batch);
  EXPECT_EQ(draft.next_number("x"), 3u);
  draft.drop();
  EXPECT_EQ(draft.next_number("x"), 3u);
}

TEST(DraftDeathTest, AValueOfAnotherSizeIsNoRecord) {
  SmallLedger ledger;
  Draft draft(ledger.store, ledger.batch);
  draft.put(Table::cards, number_key(1), "short");
  EXPECT_DEATH((void)read_card(draft, 1), "broken invariant");
}

}  // namespace
}  // namespace ledger
