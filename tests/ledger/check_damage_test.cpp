/// Every record of every table is damaged, taken away, doubled: the check names it and goes on.

#include <gtest/gtest.h>

#include <set>

#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::listed;
using test::names;
using test::World;

std::string hex(std::string_view bytes) { return base::to_hex(base::as_bytes(bytes)); }

/// Calls visit(table, key, value) for each record that the world had at first.
template <class Visit>
void for_each_record(World& world, Visit&& visit) {
  for (int table = 1; table <= kTableCount; ++table)
    for (const auto& [key, value] : world.records(static_cast<Table>(table)))
      visit(static_cast<Table>(table), key, value);
}

std::string where(Table table, std::string_view key) {
  return std::string(table_name(table)) + " " + hex(key);
}

TEST(CheckDamage, ATooShortOrTooLongRecordIsNamed) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    for (const std::string& damaged :
         {value.substr(0, value.size() - 1), value + "x", std::string(), value.substr(1)}) {
      world->put(table, key, damaged);
      const CheckReport report = world->check();
      EXPECT_TRUE(names(report, table, key)) << where(table, key) << "\n" << listed(report);
    }
    world->put(table, key, value);
  });
  EXPECT_TRUE(world->check().right());
}

TEST(CheckDamage, AGarbledRecordIsNamed) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    if (key == "seeded") return;  // a moment that nothing else knows
    std::string garbled = value;
    for (char& byte : garbled) byte = static_cast<char>(~byte);
    world->put(table, key, garbled);
    const CheckReport report = world->check();
    EXPECT_TRUE(names(report, table, key)) << where(table, key) << "\n" << listed(report);
    world->put(table, key, value);
  });
}

/// Bytes that nothing else in the books depends on, by place in the record.
bool may_pass_unseen(Table table, const std::string& key, std::size_t place) {
  const auto within = [&](std::size_t from, std::size_t size) {
    return place >= from && place < from + size;
  };
  switch (table) {
    case Table::meta:
      return key == "seeded";
    case Table::merchants:
      return place >= 2;   // category, fee, account, names
    case Table::products:  // names; validity and mix, and face value of one that was never sold
      return place >= 12 || key == "\x01";
    case Table::cards:
      return within(45, 2) || within(48, 16);  // wrong passwords, a stock card's block; password
    case Table::card_files:
      return within(48, 16) || place >= 176;  // initial password, customer, hint
    case Table::duplicates:
      return within(8, 16);  // of a wrong password: when, which
    case Table::limits:
      return true;  // another limit within its bounds
    case Table::lots:
      // When it was begun, when its file was written; what was wanted of one that is not complete.
      return within(8, 16) || (key == std::string_view("\0\0\0\2", 4) && within(28, 4));
    default:
      return false;
  }
}

TEST(CheckDamage, EveryByteThatMattersIsWatched) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    if (table == Table::transactions) return;
    for (std::size_t place = 0; place < value.size(); ++place) {
      std::string altered = value;
      altered[place] ^= 0x01;
      world->put(table, key, altered);
      const CheckReport report = world->check();
      if (names(report, table, key)) continue;
      const bool of_lot = table == Table::card_files && place >= 172 && place < 176;
      if (of_lot && !report.right()) continue;  // the lots count their cards
      EXPECT_TRUE(report.right() && may_pass_unseen(table, key, place))
          << where(table, key) << " at " << place << "\n"
          << listed(report);
    }
    world->put(table, key, value);
  });
}

TEST(CheckDamage, EveryByteOfATransactionIsWatched) {
  auto world = test::make_full_world();
  const std::string key = test::of_number(10);  // a refund: it has all that a transaction can have
  const std::string value = world->value(Table::transactions, key);
  const std::size_t answer_at = sizeof(TransactionHead) + 2 * sizeof(Posting) + sizeof(CardLine);
  // In the answer only what was available may pass: it depended on holds that are gone.
  const std::size_t available_at = value.find("0002410C") + 8;
  for (std::size_t place = 0; place < value.size(); ++place) {
    std::string altered = value;
    altered[place] ^= 0x01;
    world->put(Table::transactions, key, altered);
    const CheckReport report = world->check();
    const bool is_seen = place < answer_at ? names(report, Table::transactions, key)
                                           : !report.right() || place >= available_at;
    EXPECT_TRUE(is_seen) << place << "\n" << listed(report);
  }
}

// ------------------------------------------------------------------------------- taken away, added

TEST(CheckDamage, ARecordThatIsTakenAwayIsNamed) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    world->erase(table, key);
    const CheckReport report = world->check();
    const bool nobody_knows =
        key == "seeded" || (table == Table::terminals && key == "OPER0001") ||
        (table == Table::products && key == "\x01") || table == Table::station_keys ||
        table == Table::limits ||  // then the usual ones count
        table == Table::rates ||   // by which no call went; check_calls_test.cpp has others
        (table == Table::duplicates && record_from<DuplicateRecord>(value)->sequence == 0);
    // What is missing is told by what names it.
    const bool told_by_another = table == Table::products || table == Table::lots ||
                                 (table == Table::merchants && key == test::kOperator.view());
    if (nobody_knows)
      EXPECT_TRUE(report.right()) << where(table, key) << "\n" << listed(report);
    else if (told_by_another)
      EXPECT_FALSE(report.right()) << where(table, key);
    else
      EXPECT_TRUE(names(report, table, key)) << where(table, key) << "\n" << listed(report);
    world->put(table, key, value);
  });
  EXPECT_TRUE(world->check().right());
}

TEST(CheckDamage, ARecordThatIsAddedIsNamed) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    const bool is_directory = table == Table::merchants || table == Table::terminals;
    const bool is_alone =
        table == Table::duplicates && record_from<DuplicateRecord>(value)->sequence == 0;
    if (table == Table::meta || is_directory || is_alone) return;
    std::string other = key;
    other.back() ^= 0x40;
    ASSERT_FALSE(world->store.get(table, other).has_value());
    world->put(table, other, value);
    const CheckReport report = world->check();
    // A card of a lot that was never sold is right by itself; but its file is not there.
    if (table == Table::cards && record_from<CardRecord>(value)->posting_count == 0)
      EXPECT_FALSE(report.right()) << where(table, other);
    else
      EXPECT_TRUE(names(report, table, other)) << where(table, other) << "\n" << listed(report);
    world->erase(table, other);
  });
  EXPECT_TRUE(world->check().right());
}

TEST(CheckDamage, AKeyOfAnotherLengthIsNamed) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    if (table == Table::meta) return;
    const std::string other = key + "x";
    world->put(table, other, value);
    const CheckReport report = world->check();
    EXPECT_TRUE(names(report, table, other)) << where(table, other) << "\n" << listed(report);
    world->erase(table, other);
  });
}

// -------------------------------------------------------------------------------------- unreadable

TEST(CheckDamage, AnUnreadableRecordIsNamedOnceAndTheCheckGoesOn) {
  auto world = test::make_full_world();
  for_each_record(*world, [&](Table table, const std::string& key, const std::string& value) {
    world->store.damage(table, key);
    const CheckReport report = world->check();
    std::size_t times = 0;
    for (const Finding& finding : report.findings)
      if (finding.table == table && finding.key == hex(key)) ++times;
    EXPECT_EQ(times, 1u) << where(table, key) << "\n" << listed(report);
    // All others of the numbered tables, and the tables that come later, were still looked at.
    EXPECT_EQ(report.transactions, table == Table::transactions ? 39u : 40u) << where(table, key);
    EXPECT_EQ(report.cards, table == Table::cards ? 8u : 9u) << where(table, key);
    EXPECT_TRUE(table == Table::duplicates || report.duplicates == 40) << where(table, key);
    world->put(table, key, value);
  });
  EXPECT_TRUE(world->check().right());
}

TEST(CheckDamage, BehindAnUnreadableRecordAnotherIsStillFound) {
  auto world = test::make_full_world();
  const std::string late = test::of_number(22);
  world->store.damage(Table::transactions, test::of_number(7));
  world->put(Table::transactions, late,
             test::plus(world->value(Table::transactions, late), &TransactionHead::moved_won));
  world->store.damage(Table::card_files, test::of_number(1));
  world->erase(Table::card_files, test::of_number(6));
  const CheckReport report = world->check();
  EXPECT_TRUE(names(report, Table::transactions, test::of_number(7)));
  EXPECT_TRUE(names(report, Table::transactions, late)) << listed(report);
  EXPECT_TRUE(names(report, Table::card_files, test::of_number(1)));
  EXPECT_TRUE(names(report, Table::card_files, test::of_number(6))) << listed(report);
}

TEST(CheckDamage, AKeyThatIsNotInTheKeyFileIsAFinding) {
  auto world = test::make_full_world();
  const std::string key = test::of_number(4);
  const std::string value = world->value(Table::card_files, key);
  for (const auto field : {&CardFileHead::seal_key, &CardFileHead::index_key}) {
    world->put(Table::card_files, key, test::plus(value, field, 8));
    EXPECT_TRUE(names(world->check(), Table::card_files, key));
    EXPECT_TRUE(world->check(false).right()) << "without the keys it cannot be told";
  }
}

}  // namespace
}  // namespace ledger
