#include "ledger/check.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::listed;
using test::names;
using test::of_number;
using test::plus;

TEST(Check, RightBooksGiveNoFinding) {
  auto world = test::make_full_world();
  for (const bool with_vault : {false, true}) {
    const CheckReport report = world->check(with_vault);
    EXPECT_TRUE(report.right()) << listed(report);
    EXPECT_EQ(report.transactions, 40u);
    EXPECT_EQ(report.postings, 57u);
    EXPECT_EQ(report.cards, 9u);
    EXPECT_EQ(report.accounts, 5u);
    EXPECT_EQ(report.holds, 1u);
    EXPECT_EQ(report.totals, 7u);
    EXPECT_EQ(report.duplicates, 40u);
    EXPECT_EQ(report.orders, 5u);
    EXPECT_EQ(report.cards_won, 40'000 - 3'000 - 2'500 + 1'000 + 500 - 700 - 100 - 700 + 10'000 -
                                    2'000 + 500 + 1'000);
    EXPECT_EQ(report.lots, 2u);
    EXPECT_EQ(report.all_won, 0);
  }
}

TEST(Check, AnEmptyLedgerIsRight) {
  MemoryStore store;
  const CheckReport report = check_books(*store.snapshot(), nullptr, {});
  EXPECT_TRUE(report.right()) << listed(report);
  EXPECT_EQ(report.transactions, 0u);
}

// ------------------------------------------------------------------------- what may be, and may
// not

TEST(Check, OldDuplicatesAndEarlyReversalsMayBeGoneYoungOnesNot) {
  auto world = test::make_full_world();
  const auto duplicates = world->records(Table::duplicates);
  const auto early = world->records(Table::early_reversals);
  world->now += 8 * base::kMicrosPerDay;
  const Sequence young = world->purchase(1, 100);
  for (const auto& [key, value] : duplicates) world->erase(Table::duplicates, key);
  for (const auto& [key, value] : early) world->erase(Table::early_reversals, key);
  EXPECT_TRUE(world->check().right()) << listed(world->check());

  for (const auto& [key, value] : world->records(Table::duplicates)) {
    EXPECT_EQ(record_from<DuplicateRecord>(value)->sequence, young);
    world->erase(Table::duplicates, key);
    EXPECT_TRUE(names(world->check(), Table::duplicates, key));
  }
}

TEST(Check, AnOldDuplicateThatIsThereMustBeRight) {
  auto world = test::make_full_world();
  const auto [key, value] = world->records(Table::duplicates).front();
  world->now += 8 * base::kMicrosPerDay;
  world->purchase(1, 100);
  EXPECT_TRUE(world->check().right());
  world->put(Table::duplicates, key, plus(value, &DuplicateRecord::sequence));
  EXPECT_TRUE(names(world->check(), Table::duplicates, key));
}

TEST(Check, MoneyFromNowhereIsFoundEvenWhenItsCardAgrees) {
  auto world = test::make_full_world();
  // A posting and the balance it makes are altered together: only the sum of all tells.
  const std::string transaction = of_number(6);
  std::string value = world->value(Table::transactions, transaction);
  Posting line = *record_from<Posting>(std::string_view(value).substr(sizeof(TransactionHead)));
  line.amount_won += 500;
  value.replace(sizeof(TransactionHead), sizeof line, bytes_of(line));
  world->put(Table::transactions, transaction, value);
  world->put(Table::cards, of_number(4),
             plus(world->value(Table::cards, of_number(4)), &CardRecord::balance_won, 500));
  const CheckReport report = world->check();
  EXPECT_TRUE(names(report, Table::transactions, transaction)) << listed(report);
  EXPECT_TRUE(names(report, Table::accounts, "")) << listed(report);
  EXPECT_EQ(report.all_won, 500);
}

TEST(Check, ACardBelowZeroIsFoundThoughItsPostingsSayTheSame) {
  auto world = test::make_full_world();
  world->write([&](Draft& draft) {
    for (const CardId id : {CardId{5}, CardId{6}}) {
      CardRecord card = *read_card(draft, id);
      card.balance_won = -1;
      card.held_won = -1;
      write_card(draft, id, card);
    }
  });
  const CheckReport report = world->check();
  EXPECT_TRUE(names(report, Table::cards, of_number(5)));
  EXPECT_TRUE(names(report, Table::cards, of_number(6)));
}

// ------------------------------------------------------------------------------- progress and text

TEST(Check, ProgressGoesUpToTheEnd) {
  auto world = test::make_full_world();
  std::vector<int> told;
  std::set<std::string> doing;
  (void)check_books(*world->store.snapshot(), nullptr, [&](int per_mille, std::string_view what) {
    told.push_back(per_mille);
    doing.emplace(what);
  });
  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.front(), 0);
  EXPECT_EQ(told.back(), 1'000);
  EXPECT_TRUE(doing.contains("the register"));
  EXPECT_GE(doing.size(), 10u);
}

TEST(Check, WhatItsListenerThrowsEndsIt) {
  auto world = test::make_full_world();
  const auto cancel = [](int per_mille, std::string_view) {
    if (per_mille > 500) throw std::runtime_error("cancelled");
  };
  EXPECT_THROW((void)check_books(*world->store.snapshot(), nullptr, cancel), std::runtime_error);
}

TEST(CheckText, RightBooksAreATableAndOk) {
  auto world = test::make_full_world();
  const std::string text = to_text(world->check());
  EXPECT_NE(text.find("checked             count\n"
                      "─────────────────  ──────\n"
                      "transactions           40\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("on cards, won      44,000\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\nOK: every balance and every index agrees with the register.\n"));
}

TEST(CheckText, FindingsNameRecordsAndWhatToDo) {
  auto world = test::make_full_world();
  world->put(Table::cards, of_number(4),
             plus(world->value(Table::cards, of_number(4)), &CardRecord::balance_won));
  const std::string text = to_text(world->check());
  EXPECT_NE(text.find("2 records are not right:\n"
                      "  cards 0000000000000004\n"
                      "    holds 17501 won; its postings sum to 17500 won\n"
                      "  accounts –\n"
                      "    all balances together are 1 won, not 0\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("cpctl check --data DIR"), std::string::npos);
  EXPECT_EQ(text.find("OK"), std::string::npos);
}

TEST(CheckText, NoNumberOfACardIsEverInIt) {
  auto world = test::make_full_world();
  std::vector<std::string> secrets;
  for (CardId id = 1; id <= 6; ++id) {
    Draft draft(world->store, world->batch);
    const CardFileHead head = read_card_file(draft, id)->head;
    secrets.emplace_back(
        world->vault.open(crypto::Secret::card_number, id, 1, head.number)->view());
    secrets.emplace_back(world->vault.open(crypto::Secret::pin_number, id, 1, head.pin)->view());
  }
  for (int table = 1; table <= kTableCount; ++table)
    for (const auto& [key, value] : world->records(static_cast<Table>(table)))
      world->put(static_cast<Table>(table), key, value.substr(1));
  const CheckReport report = world->check();
  EXPECT_GT(report.finding_count, report.findings.size());
  EXPECT_EQ(report.findings.size(), 100u);
  const std::string text = to_text(report);
  EXPECT_NE(text.find("more\n"), std::string::npos);
  for (const std::string& secret : secrets) EXPECT_EQ(text.find(secret), std::string::npos);
}

}  // namespace
}  // namespace ledger
