/// A record of each table is altered so that only what it means can tell.

#include <gtest/gtest.h>

#include <set>

#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::listed;
using test::names;
using test::of_number;
using test::plus;
using test::with;

std::string of_lot(std::uint32_t number) { return std::string(lot_key(number)); }

/// One more on the first line and one less on the second: they still sum to zero.
std::string with_other_amounts(const std::string& value) {
  std::string altered = value;
  for (const int line : {0, 1}) {
    const std::size_t at =
        sizeof(TransactionHead) + static_cast<std::size_t>(line) * sizeof(Posting);
    Posting posting = *record_from<Posting>(std::string_view(value).substr(at));
    posting.amount_won += line == 0 ? -1 : 1;
    altered.replace(at, sizeof posting, bytes_of(posting));
  }
  return altered;
}

template <class Change>
std::string with_posting(std::string value, std::size_t place, Change&& change) {
  const std::size_t at = sizeof(TransactionHead) + place * sizeof(Posting);
  Posting posting = *record_from<Posting>(std::string_view(value).substr(at));
  change(posting);
  return value.replace(at, sizeof posting, bytes_of(posting));
}

/// Of a transaction with two postings.
template <class Change>
std::string with_line(std::string value, Change&& change) {
  const std::size_t at = sizeof(TransactionHead) + 2 * sizeof(Posting);
  CardLine line = *record_from<CardLine>(std::string_view(value).substr(at));
  change(line);
  return value.replace(at, sizeof line, bytes_of(line));
}

std::string with_text(std::string value, std::string_view is, std::string_view becomes) {
  return value.replace(value.find(is), is.size(), becomes);
}

struct Alteration {
  const char* name;
  Table table;
  std::string key;  ///< empty: the table's first record
  std::function<std::string(std::string)> alter;
};

// Sequences of the full world: 2 sells cards 4 and 5, 3 and 4 sell 1 and 2 from stock, 5 activates
// 4, 6 and 7 are purchases that the same DE 90 names, 8 refunds 6, 9 reverses a part of 7, 12 is
// declined, 15 and 16 are a sale and its reversal, 19 to 21 come early, 22 is a purchase of the
// next day, 24 one with the DE 37 of 6, 26 a hold that expired, 28 one that 29 raises, 30 one that
// 31 completes, 32 one that 33 releases, 34 blocks card 1, 35 and 36 recharge card 4, 37 undoes 36,
// 38 earns points, 39 refunds a part of it, 40 exchanges points.
const std::vector<Alteration> kAlterations{
    {"SequenceCounter", Table::meta, "sequence",
     [](auto v) { return std::string(1, static_cast<char>(v[0] + 1)) + v.substr(1); }},
    {"CardCounter", Table::meta, "cards",
     [](auto v) { return std::string(1, static_cast<char>(v[0] - 1)) + v.substr(1); }},
    {"MerchantStation", Table::merchants, std::string(test::kMart.view()),
     [](auto v) { return plus(v, &MerchantRecord::station); }},
    {"MerchantKind", Table::merchants, std::string(test::kAgent.view()),
     [](auto v) { return plus(v, &MerchantRecord::kind, 1); }},
    {"MerchantCategory", Table::merchants, std::string(test::kMart.view()),
     [](auto v) { return with(v, &MerchantRecord::mcc, [](auto& mcc) { mcc = 0; }); }},
    {"TerminalMerchant", Table::terminals, "POS00001",
     [](auto v) {
       return with(v, &TerminalRecord::merchant, [](auto& id) { id = test::kOperator; });
     }},
    {"TerminalStation", Table::terminals, "AGT00001",
     [](auto v) { return plus(v, &TerminalRecord::station); }},
    {"ProductFace", Table::products, "\x02",
     [](auto v) { return plus(v, &ProductRecord::face_won, 1'000); }},
    {"ProductValidity", Table::products, "\x02",
     [](auto v) { return plus(v, &ProductRecord::validity_days); }},
    {"ProductNumber", Table::products, "\x02",
     [](auto v) { return plus(v, &ProductRecord::number, 7); }},
    {"ProductValidityNone", Table::products, "\x01",
     [](auto v) {
       return with(v, &ProductRecord::validity_days, [](auto& days) { days = 36'501; });
     }},
    {"ProductFaceTooLarge", Table::products, "\x01",
     [](auto v) { return with(v, &ProductRecord::face_won, [](auto& f) { f = 1'000'000; }); }},
    {"ProductPoints", Table::products, "\x01",
     [](auto v) { return with(v, &ProductRecord::points_bp, [](auto& bp) { bp = 10'001; }); }},
    {"ProductName", Table::products, "\x01",
     [](auto v) {
       return with(v, &ProductRecord::name, [](auto& name) { name = FixedText<40>::of(""); });
     }},
    {"ProductEnded", Table::products, "\x01",
     [](auto v) { return plus(v, &ProductRecord::ended, 2); }},
    {"ProductReserved", Table::products, "\x01",
     [](auto v) { return with(v, &ProductRecord::reserved, [](auto& bytes) { bytes[6] = 1; }); }},
    {"LimitOfATransaction", Table::limits, std::string(kLimitsKey),
     [](auto v) { return with(v, &LimitsRecord::transaction_won, [](auto& won) { won = 0; }); }},
    {"LimitOfADay", Table::limits, std::string(kLimitsKey),
     [](auto v) { return with(v, &LimitsRecord::daily_won, [](auto& won) { won = -1; }); }},
    {"LimitOfABalance", Table::limits, std::string(kLimitsKey),
     [](auto v) {
       return with(v, &LimitsRecord::balance_won, [](auto& won) { won = kMostToldWon + 1; });
     }},
    {"LimitOfARecharge", Table::limits, std::string(kLimitsKey),
     [](auto v) { return with(v, &LimitsRecord::recharge_won, [](auto& won) { won = 0; }); }},
    {"ProductMix", Table::products, "\x01",
     [](auto v) { return with(v, &ProductRecord::mix, [](auto& mix) { mix = 0; }); }},
    {"CardBalance", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::balance_won); }},
    {"CardHeld", Table::cards, of_number(4), [](auto v) { return plus(v, &CardRecord::held_won); }},
    {"CardSpent", Table::cards, of_number(1),
     [](auto v) { return plus(v, &CardRecord::spent_won); }},
    {"CardSpentDay", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::spent_day); }},
    {"CardLastSequence", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::last_sequence, -1); }},
    {"CardPostingCount", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::posting_count); }},
    {"CardLastDay", Table::cards, of_number(5),
     [](auto v) { return plus(v, &CardRecord::last_day); }},
    {"CardSoldToActive", Table::cards, of_number(5),
     [](auto v) { return with(v, &CardRecord::state, [](auto& s) { s = CardState::active; }); }},
    {"CardClosedToSold", Table::cards, of_number(6),
     [](auto v) { return with(v, &CardRecord::state, [](auto& s) { s = CardState::sold; }); }},
    {"CardProduct", Table::cards, of_number(5),
     [](auto v) { return plus(v, &CardRecord::product, -1); }},
    {"CardBlocked", Table::cards, of_number(4),
     [](auto v) { return with(v, &CardRecord::blocked, [](auto& b) { b = 1; }); }},
    {"CardNotBlocked", Table::cards, of_number(4),
     [](auto v) { return with(v, &CardRecord::wrong_passwords, [](auto& n) { n = 5; }); }},
    {"CardVerifier", Table::cards, of_number(5),
     [](auto v) { return with(v, &CardRecord::verifier, [](auto& hash) { hash[3] ^= 1; }); }},
    {"CardVerifierInStock", Table::cards, of_number(3),
     [](auto v) { return with(v, &CardRecord::verifier, [](auto& hash) { hash[3] ^= 1; }); }},
    {"CardPasswordKey", Table::cards, of_number(1),
     [](auto v) { return with(v, &CardRecord::password_key, [](auto& key) { key = 7; }); }},
    {"CardRegistered", Table::cards, of_number(1),
     [](auto v) { return plus(v, &CardRecord::registered, 2); }},
    {"CardPoints", Table::cards, of_number(4), [](auto v) { return plus(v, &CardRecord::points); }},
    {"CardLastRecharge", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::last_recharge, -1); }},
    {"CardFileReserved", Table::card_files, of_number(4),
     [](auto v) { return with(v, &CardFileHead::reserved, [](auto& r) { r[1] = 1; }); }},
    {"CardFileOwner", Table::card_files, of_number(4),
     [](auto v) {
       CardFile file = *decode_card_file(v);
       file.customer.clear();
       return encode(file);
     }},
    {"RechargeBefore", Table::transactions, of_number(36),
     [](auto v) { return plus(v, &TransactionHead::previous_recharge, -1); }},
    {"RechargeValidity", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::last_day); }},
    {"PurchaseRate", Table::transactions, of_number(38),
     [](auto v) { return plus(v, &TransactionHead::points_bp, -10); }},
    {"PurchaseWithoutRate", Table::transactions, of_number(38),
     [](auto v) { return with(v, &TransactionHead::points_bp, [](auto& bp) { bp = 0; }); }},
    {"RefundPoints", Table::transactions, of_number(39),
     [](auto v) { return with_posting(v, 2, [](auto& p) { p.amount_won += 1; }); }},
    {"ExchangePoints", Table::transactions, of_number(40),
     [](auto v) { return with_posting(v, 0, [](auto& p) { p.amount_won += 1; }); }},
    {"EntryKind", Table::transactions, of_number(6),
     [](auto v) { return with(v, &TransactionHead::entry, [](auto& e) { e = EntryKind::fee; }); }},
    {"EntryOfNothing", Table::transactions, of_number(12),
     [](auto v) {
       return with(v, &TransactionHead::entry, [](auto& e) { e = EntryKind::purchase; });
     }},
    {"TransactionReserved", Table::transactions, of_number(6),
     [](auto v) { return with(v, &TransactionHead::reserved, [](auto& r) { r[4] = 1; }); }},
    {"LineBefore", Table::transactions, of_number(8),
     [](auto v) { return with_line(v, [](auto& line) { line.previous -= 1; }); }},
    {"LineBalance", Table::transactions, of_number(8),
     [](auto v) { return with_line(v, [](auto& line) { line.balance_won += 1; }); }},
    {"LineNumber", Table::transactions, of_number(8),
     [](auto v) { return with_line(v, [](auto& line) { line.number += 1; }); }},
    {"LineReserved", Table::transactions, of_number(8),
     [](auto v) { return with_line(v, [](auto& line) { line.reserved = 1; }); }},
    {"CardFileSale", Table::card_files, of_number(5),
     [](auto v) { return plus(v, &CardFileHead::sold_by); }},
    {"CardFileProduct", Table::card_files, of_number(5),
     [](auto v) { return plus(v, &CardFileHead::product, -1); }},
    {"CardFileLot", Table::card_files, of_number(1),
     [](auto v) { return with(v, &CardFileHead::from_lot, [](auto& lot) { lot = 0; }); }},
    {"CardFileInitialKept", Table::card_files, of_number(4),
     [](auto v) {
       CardFile file = *decode_card_file(v);
       file.head.has_initial = 1;
       return encode(file);
     }},
    {"CardFileSealed", Table::card_files, of_number(2),
     [](auto v) { return with(v, &CardFileHead::pin, [](auto& pin) { pin[20] ^= 1; }); }},
    {"CardFileHash", Table::card_files, of_number(2),
     [](auto v) { return with(v, &CardFileHead::number_hash, [](auto& hash) { hash[3] ^= 1; }); }},
    {"CardNumber", Table::card_numbers, "", [](auto v) { return plus(v, &CardReference::card); }},
    {"PinNumber", Table::pin_numbers, "", [](auto v) { return plus(v, &CardReference::card); }},
    {"CardFileLotNumber", Table::card_files, of_number(7),
     [](auto v) { return plus(v, &CardFileHead::lot, 7); }},
    {"CardFileOfNoLotNamesOne", Table::card_files, of_number(5),
     [](auto v) { return plus(v, &CardFileHead::lot); }},
    {"LotCounter", Table::meta, "lots",
     [](auto v) { return std::string(1, static_cast<char>(v[0] + 1)) + v.substr(1); }},
    {"LotLosesACard", Table::lots, of_lot(1),
     [](auto v) {
       return with(plus(v, &LotRecord::made, -1), &LotRecord::state,
                   [](auto& state) { state = LotState::making; });
     }},
    {"LotFirstCard", Table::lots, of_lot(1),
     [](auto v) { return plus(v, &LotRecord::first_card); }},
    {"LotBegun", Table::lots, of_lot(1),
     [](auto v) { return with(v, &LotRecord::time_us, [](auto& time) { time = 0; }); }},
    {"LotPrinted", Table::lots, of_lot(1),
     [](auto v) { return with(v, &LotRecord::printed_us, [](auto& time) { time = -1; }); }},
    {"LotNumber", Table::lots, of_lot(1), [](auto v) { return plus(v, &LotRecord::number); }},
    {"LotWanted", Table::lots, of_lot(1), [](auto v) { return plus(v, &LotRecord::wanted); }},
    {"LotMade", Table::lots, of_lot(2), [](auto v) { return plus(v, &LotRecord::made); }},
    {"LotProduct", Table::lots, of_lot(1), [](auto v) { return plus(v, &LotRecord::product, -1); }},
    {"LotMakingToComplete", Table::lots, of_lot(2),
     [](auto v) {
       return with(v, &LotRecord::state, [](auto& state) { state = LotState::complete; });
     }},
    {"LotReserved", Table::lots, of_lot(1),
     [](auto v) { return with(v, &LotRecord::reserved, [](auto& bytes) { bytes[1] = 1; }); }},
    {"AccountBalance", Table::accounts, "",
     [](auto v) { return plus(v, &AccountRecord::balance_won); }},
    {"AccountLastSequence", Table::accounts, "",
     [](auto v) { return plus(v, &AccountRecord::last_sequence, -1); }},
    {"PurchaseMoved", Table::transactions, of_number(6),
     [](auto v) { return plus(v, &TransactionHead::moved_won); }},
    {"PurchasePostings", Table::transactions, of_number(6), with_other_amounts},
    {"SalePostings", Table::transactions, of_number(3), with_other_amounts},
    {"PurchaseCard", Table::transactions, of_number(6),
     [](auto v) { return plus(v, &TransactionHead::card); }},
    {"PurchaseDay", Table::transactions, of_number(6),
     [](auto v) { return plus(v, &TransactionHead::business_day); }},
    {"PurchaseTime", Table::transactions, of_number(6),
     [](auto v) { return plus(v, &TransactionHead::time_us); }},
    {"PurchaseReference", Table::transactions, of_number(7),
     [](auto v) { return with_text(v, "SAMEFORTWO", "OTHERFORTW"); }},
    {"PurchaseStation", Table::transactions, of_number(6),
     [](auto v) { return plus(v, &TransactionHead::station); }},
    {"PurchaseTold", Table::transactions, of_number(6),
     [](auto v) { return with_text(v, "0001410C000000007000", "0001410C000000008000"); }},
    {"RefundOriginal", Table::transactions, of_number(8),
     [](auto v) { return plus(v, &TransactionHead::original); }},
    {"ReversalOriginal", Table::transactions, of_number(9),
     [](auto v) { return plus(v, &TransactionHead::original, -1); }},
    {"ReversalPostings", Table::transactions, of_number(9), with_other_amounts},
    {"DeclinedApproved", Table::transactions, of_number(12),
     [](auto v) { return with(v, &TransactionHead::code, [](auto& c) {
                    c = {'0', '0'};
                  }); }},
    {"ChainOfOriginals", Table::transactions, of_number(7),
     [](auto v) { return plus(v, &TransactionHead::previous_original, -1); }},
    {"ChainOfReferences", Table::transactions, of_number(24),
     [](auto v) { return with(v, &TransactionHead::previous_reference, [](auto& p) { p = 0; }); }},
    {"DuplicateSequence", Table::duplicates, "",
     [](auto v) { return plus(v, &DuplicateRecord::sequence); }},
    {"DuplicateTime", Table::duplicates, "",
     [](auto v) { return plus(v, &DuplicateRecord::time_us); }},
    {"DuplicateForgotten", Table::duplicates, "",
     [](auto v) { return with(v, &DuplicateRecord::sequence, [](auto& s) { s = 0; }); }},
    {"OriginalSequence", Table::originals, "",
     [](auto v) { return plus(v, &LatestRecord::sequence); }},
    {"ReferenceSequence", Table::references, "",
     [](auto v) { return plus(v, &LatestRecord::sequence); }},
    {"UndoneReversed", Table::undone, of_number(7),
     [](auto v) { return plus(v, &UndoneRecord::reversed_won); }},
    {"UndoneRefunded", Table::undone, of_number(6),
     [](auto v) { return plus(v, &UndoneRecord::refunded_won, -1); }},
    {"UndoneReversals", Table::undone, of_number(12),
     [](auto v) { return plus(v, &UndoneRecord::reversals); }},
    {"EarlySequence", Table::early_reversals, "",
     [](auto v) { return plus(v, &EarlyReversalRecord::sequence); }},
    {"EarlyTime", Table::early_reversals, "",
     [](auto v) { return plus(v, &EarlyReversalRecord::time_us); }},
    {"OrderSale", Table::orders, "", [](auto v) { return plus(v, &OrderHead::sale); }},
    {"OrderStation", Table::orders, "", [](auto v) { return plus(v, &OrderHead::station); }},
    {"OrderCards", Table::orders, "",
     [](auto v) {
       v.at(sizeof(OrderHead)) = 1;
       return v;
     }},
    {"TotalsCount", Table::totals, "",
     [](auto v) { return with(v, &TotalsRecord::debits, [](auto& sum) { ++sum.count; }); }},
    {"TotalsAmount", Table::totals, "",
     [](auto v) {
       return with(v, &TotalsRecord::credit_reversals, [](auto& sum) { ++sum.amount_won; });
     }},
    {"HoldAmount", Table::holds, of_number(28),
     [](auto v) { return plus(v, &HoldRecord::amount_won); }},
    {"HoldExpiry", Table::holds, of_number(28),
     [](auto v) { return plus(v, &HoldRecord::expires_us); }},
    {"HoldOpenToExpired", Table::holds, of_number(28),
     [](auto v) { return with(v, &HoldRecord::state, [](auto& s) { s = HoldState::expired; }); }},
    {"HoldExpiredToOpen", Table::holds, of_number(26),
     [](auto v) { return with(v, &HoldRecord::state, [](auto& s) { s = HoldState::open; }); }},
    {"HoldCompletedToReleased", Table::holds, of_number(30),
     [](auto v) { return with(v, &HoldRecord::state, [](auto& s) { s = HoldState::released; }); }},
    {"HoldCompletedTwice", Table::holds, of_number(30),
     [](auto v) { return with(v, &HoldRecord::state, [](auto& s) { s = HoldState::open; }); }},
    {"HoldCompletion", Table::holds, of_number(30),
     [](auto v) { return plus(v, &HoldRecord::ended_by); }},
    {"HoldReleasedAmount", Table::holds, of_number(32),
     [](auto v) { return plus(v, &HoldRecord::amount_won); }},
    {"HoldOfOtherCard", Table::card_holds, of_number(4),
     [](auto v) {
       v[0] = 30;
       return v;
     }},
    {"DueCount", Table::hold_due, "", [](auto v) { return std::string(1, '\2') + v.substr(1); }},
    {"CardHoldsEnd", Table::cards, of_number(4),
     [](auto v) { return plus(v, &CardRecord::holds_end_s); }},
    {"CardHadHold", Table::cards, of_number(5),
     [](auto v) { return plus(v, &CardRecord::had_hold); }},
    {"CardBlockedByOwner", Table::cards, of_number(1),
     [](auto v) { return with(v, &CardRecord::blocked, [](auto& b) { b = 0; }); }},
    {"RaiseOriginal", Table::transactions, of_number(29),
     [](auto v) { return plus(v, &TransactionHead::original, 2); }},
    {"CompletionOriginal", Table::transactions, of_number(31),
     [](auto v) { return plus(v, &TransactionHead::original, -2); }},
    {"CompletionForLess", Table::transactions, of_number(31),
     [](auto v) { return with(v, &TransactionHead::code, [](auto& c) {
                    c = {'1', '0'};
                  }); }},
    {"RatesPrice", Table::rates, "",
     [](auto v) { return v.substr(0, v.size() - 8) + '\2' + v.substr(v.size() - 7); }},
    {"RatesLoaded", Table::rates, "", [](auto v) { return '\2' + v.substr(1); }},
    {"StationKeys", Table::station_keys, "",
     [](std::string v) {
       v[40] = static_cast<char>(v[40] ^ 1);
       return v;
     }},
    {"StationKeysSize", Table::station_keys, "", [](auto v) { return v + '\0'; }},
    {"StationKeysStorageKey", Table::station_keys, "",
     [](std::string v) {
       v[1] = 9;
       return v;
     }},
};

class CheckAlteration : public testing::TestWithParam<std::size_t> {};

TEST_P(CheckAlteration, IsNamedByTableAndKey) {
  const Alteration& alteration = kAlterations[GetParam()];
  auto world = test::make_full_world();
  const std::string key =
      alteration.key.empty() ? world->records(alteration.table).front().first : alteration.key;
  const std::string before = world->value(alteration.table, key);
  const std::string altered = alteration.alter(before);
  ASSERT_NE(altered, before);
  world->put(alteration.table, key, altered);
  const CheckReport report = world->check();
  EXPECT_TRUE(names(report, alteration.table, key)) << listed(report);
  world->put(alteration.table, key, before);
  EXPECT_TRUE(world->check().right());
}

INSTANTIATE_TEST_SUITE_P(Field, CheckAlteration,
                         testing::Range(std::size_t{0}, kAlterations.size()),
                         [](const auto& one) { return kAlterations[one.param].name; });

TEST(Check, HowLongAHoldLastsAlteredInTheRegisterIsSeenAtTheHold) {
  auto world = test::make_full_world();
  world->put(Table::transactions, of_number(29),
             plus(world->value(Table::transactions, of_number(29)), &TransactionHead::lasts_s));
  EXPECT_TRUE(names(world->check(), Table::holds, of_number(28)));
}

TEST(Check, OfOneFaceValueOneProductIsSold) {
  auto world = test::make_full_world();
  ProductRecord again = *record_from<ProductRecord>(world->value(Table::products, "\x02"));
  again.number = 7;
  world->put(Table::products, "\x07", bytes_of(again));
  EXPECT_TRUE(names(world->check(), Table::products, "\x07")) << listed(world->check());
  again.ended = 1;
  world->put(Table::products, "\x07", bytes_of(again));
  EXPECT_TRUE(world->check().right()) << listed(world->check());
}

TEST(Check, LimitsStandUnderOneKey) {
  auto world = test::make_full_world();
  world->put(Table::limits, "\x01", bytes_of(kUsualLimits));
  EXPECT_TRUE(names(world->check(), Table::limits, "\x01"));
  world->erase(Table::limits, "\x01");
  world->erase(Table::limits, kLimitsKey);
  EXPECT_TRUE(world->check().right()) << "the usual ones: of data from before";
}

TEST(Check, EveryTableIsAmongTheAlterations) {
  std::set<Table> tables;
  for (const Alteration& alteration : kAlterations) tables.insert(alteration.table);
  tables.insert({Table::card_milestones, Table::card_summaries});  // check_statement_test.cpp
  EXPECT_EQ(tables.size(), static_cast<std::size_t>(kTableCount));
}

}  // namespace
}  // namespace ledger
