#include "ledger/records.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "ledger/tables.hpp"

namespace ledger {
namespace {

const MerchantId kMart = MerchantId::of("DEMOMART0000001");
const TerminalId kPos = TerminalId::of("POS00001");

// A change of any of these is a change of what lies on disk: the format's version goes up and the
// predecessor stays readable.
TEST(Records, SizesOnDisk) {
  EXPECT_EQ(sizeof(AccountKey), 16u);
  EXPECT_EQ(sizeof(AccountRecord), 16u);
  EXPECT_EQ(sizeof(Posting), 24u);
  EXPECT_EQ(sizeof(CardRecord), 88u);
  EXPECT_EQ(sizeof(CardFileHead), 176u);
  EXPECT_EQ(sizeof(CardReference), 8u);
  EXPECT_EQ(sizeof(LotRecord), 40u);
  EXPECT_EQ(sizeof(HoldRecord), 56u);
  EXPECT_EQ(sizeof(TransactionHead), 120u);
  EXPECT_EQ(sizeof(DuplicateRecord), 24u);
  EXPECT_EQ(sizeof(LatestRecord), 8u);
  EXPECT_EQ(sizeof(UndoneRecord), 24u);
  EXPECT_EQ(sizeof(EarlyReversalRecord), 16u);
  EXPECT_EQ(sizeof(OrderHead), 16u);
  EXPECT_EQ(sizeof(TotalsRecord), 64u);
  EXPECT_EQ(sizeof(MerchantRecord), 116u);
  EXPECT_EQ(sizeof(TerminalRecord), 18u);
  EXPECT_EQ(sizeof(ProductRecord), 64u);
  EXPECT_EQ(sizeof(LimitsRecord), 32u);
}

TEST(Records, PlacesOnDisk) {
  EXPECT_EQ(offsetof(CardRecord, last_sequence), 24u);
  EXPECT_EQ(offsetof(CardRecord, posting_count), 40u);
  EXPECT_EQ(offsetof(CardRecord, product), 47u);
  EXPECT_EQ(offsetof(CardRecord, verifier), 48u);
  EXPECT_EQ(offsetof(CardRecord, password_key), 64u);
  EXPECT_EQ(offsetof(CardRecord, holds_end_s), 68u);
  EXPECT_EQ(offsetof(HoldRecord, state), 32u);
  EXPECT_EQ(offsetof(TransactionHead, lasts_s), 108u);
  EXPECT_EQ(offsetof(CardFileHead, number), 64u);
  EXPECT_EQ(offsetof(CardFileHead, seal_key), 158u);
  EXPECT_EQ(offsetof(CardFileHead, hint_size), 168u);
  EXPECT_EQ(offsetof(CardFileHead, lot), 172u);
  EXPECT_EQ(offsetof(LotRecord, number), 24u);
  EXPECT_EQ(offsetof(LotRecord, product), 36u);
  EXPECT_EQ(offsetof(TransactionHead, business_day), 80u);
  EXPECT_EQ(offsetof(TransactionHead, code), 92u);
  EXPECT_EQ(offsetof(TransactionHead, kind), 100u);
  EXPECT_EQ(offsetof(TransactionHead, posting_count), 104u);
  EXPECT_EQ(offsetof(TotalsRecord, credits), 32u);
  EXPECT_EQ(offsetof(MerchantRecord, account), 8u);
  EXPECT_EQ(offsetof(ProductRecord, number), 15u);
  EXPECT_EQ(offsetof(ProductRecord, ended), 56u);
  EXPECT_EQ(offsetof(LimitsRecord, recharge_won), 24u);
}

TEST(Records, NumbersOnDisk) {
  EXPECT_EQ(static_cast<int>(Table::meta), 1);
  EXPECT_EQ(static_cast<int>(Table::station_keys), 19);
  EXPECT_EQ(static_cast<int>(Table::lots), kTableCount);
  EXPECT_EQ(static_cast<int>(AccountKind::prefund_received), 4);
  EXPECT_EQ(static_cast<int>(AccountKind::bank_receivable), 5);
  EXPECT_EQ(static_cast<int>(AccountKind::promotion_expense), kLastAccountKind);
  EXPECT_EQ(kLastAccountKind, 8);
  EXPECT_EQ(static_cast<int>(CardState::closed), 4);
  EXPECT_EQ(static_cast<int>(TransactionKind::activation), 6);
  EXPECT_EQ(static_cast<int>(TransactionKind::deposit), 13);
  EXPECT_EQ(static_cast<int>(TransactionKind::points_exchange), 15);
  EXPECT_EQ(kLastTransactionKind, TransactionKind::points_exchange);
  EXPECT_EQ(static_cast<int>(EntryKind::fee), 10);
  EXPECT_EQ(kEntryKinds, 11u);
  EXPECT_EQ(static_cast<int>(HoldState::expired), 4);
  EXPECT_EQ(static_cast<int>(CardForm::unknown), 3);
  EXPECT_EQ(static_cast<int>(PartyKind::bank), 5);
  for (int i = 1; i <= kTableCount; ++i) EXPECT_NE(table_name(static_cast<Table>(i)), "?");
}

TEST(Records, TextIsPaddedAndCutToItsSize) {
  EXPECT_EQ(FixedText<4>::of("ab").view(), "ab  ");
  EXPECT_EQ(FixedText<4>::of("ab").trimmed(), "ab");
  EXPECT_EQ(FixedText<4>::of("").trimmed(), "");
  EXPECT_EQ(FixedText<4>::of(" b").trimmed(), " b");
  EXPECT_EQ(FixedText<4>::of("abcdef").view(), "abcd");
}

TEST(Records, TooFewBytesAreNoRecord) {
  const CardRecord card{};
  EXPECT_TRUE(record_from<CardRecord>(bytes_of(card)).has_value());
  EXPECT_FALSE(record_from<CardRecord>(bytes_of(card).substr(1)).has_value());
  EXPECT_FALSE(record_from<CardRecord>("").has_value());
}

TEST(Records, AccountOfACardIsItsNumberHighestByteFirst) {
  const AccountKey key = AccountKey::card(0x0102030405060708);
  EXPECT_EQ(bytes_of(key),
            std::string_view("\x01\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0\0\0\0", 16));
  EXPECT_EQ(key.card_id(), 0x0102030405060708u);
  EXPECT_EQ(bytes_of(AccountKey::of(AccountKind::prefund, kMart)),
            "\x03"
            "DEMOMART0000001");
  EXPECT_EQ(bytes_of(AccountKey::prefund_received()), "\x04               ");
}

// -------------------------------------------------------------------------------------- keys

TEST(Keys, NumbersSortAsBytes) {
  const std::vector<std::uint64_t> numbers{0, 1, 255, 256, 65'535, 1ull << 32, UINT64_MAX};
  for (std::size_t i = 1; i < numbers.size(); ++i)
    EXPECT_LT(std::string(number_key(numbers[i - 1])), std::string(number_key(numbers[i])));
}

RequestKey request_key() {
  RequestKey key{};
  key.local_date = {'1', '1', '2', '2'};
  key.local_time = {'1', '0', '1', '5', '3', '0'};
  key.stan = {'0', '0', '0', '0', '1', '7'};
  key.station = 0x0102;
  key.mti = 200;
  key.terminal = kPos;
  key.merchant = kMart;
  return key;
}

TEST(Keys, ARequestsKeyBeginsWithItsDayAndTime) {
  const std::string key(request_key().key());
  EXPECT_EQ(key, std::string("1122"
                             "101530"
                             "000017") +
                     std::string("\x01\x02\x00\xC8", 4) +
                     "POS00001"
                     "DEMOMART0000001");
  RequestKey later = request_key();
  later.local_time = {'1', '0', '1', '5', '3', '1'};
  later.stan = {'0', '0', '0', '0', '0', '1'};
  EXPECT_LT(key, std::string(later.key()));
}

TEST(Keys, WhatADe90CanNameBeginsWithItsTime) {
  OriginalKey key{};
  key.transmitted = {'1', '1', '2', '2', '0', '1', '1', '5', '3', '0'};
  key.stan = {'0', '0', '0', '0', '1', '7'};
  key.station = 3;
  key.mti = 200;
  key.merchant = kMart;
  EXPECT_EQ(std::string(key.key()), std::string("1122011530"
                                                "000017") +
                                        std::string("\x00\x03\x00\xC8", 4) + "DEMOMART0000001");
}

TEST(Keys, AReferenceIsPaddedAndItsTerminalsOwn) {
  const auto key = [](StationId station, std::string_view terminal, std::string_view reference) {
    return std::string(reference_key(station, kMart, TerminalId::of(terminal), reference));
  };
  EXPECT_EQ(key(3, "POS00001", "REF"),
            std::string("\x00\x03", 2) + "DEMOMART0000001" + "POS00001" + "REF         ");
  EXPECT_EQ(key(3, "POS00001", "REF"), key(3, "POS00001", "REF         "));
  EXPECT_NE(key(3, "POS00001", "REF"), key(4, "POS00001", "REF"));
  EXPECT_NE(key(3, "POS00001", "REF"), key(3, "POS00002", "REF"));
}

TEST(Keys, TotalsSortByDayThenStation) {
  const auto key = [](base::Date day, StationId station) {
    return std::string(totals_key(day, station, kMart, kPos));
  };
  EXPECT_EQ(key(20261122, 3).size(), 29u);
  EXPECT_EQ(key(20261122, 3).substr(6),
            "DEMOMART0000001"
            "POS00001");
  EXPECT_LT(key(20261122, 300), key(20261123, 3));
  EXPECT_LT(key(20261122, 3), key(20261122, 300));
}

// -------------------------------------------------------------------------------- card files

CardFile card_file(bool has_initial) {
  CardFile file;
  file.head.id = 7;
  file.head.number_hash.fill(1);
  file.head.number.fill(2);
  file.head.has_initial = has_initial;
  file.initial.fill(3);
  file.customer = "customer-1";
  file.hint = "어머니의 고향";
  return file;
}

TEST(CardFile, ReadsBackWhatWasWritten) {
  for (const bool has_initial : {true, false}) {
    const CardFile file = card_file(has_initial);
    const std::string bytes = encode(file);
    EXPECT_EQ(bytes.size(), 176 + (has_initial ? 47 : 0) + file.customer.size() + file.hint.size());
    const CardFile read = decode_card_file(bytes).value();
    EXPECT_EQ(read.head.id, 7u);
    EXPECT_EQ(read.head.number_hash, file.head.number_hash);
    EXPECT_EQ(read.head.number, file.head.number);
    EXPECT_EQ(read.customer, file.customer);
    EXPECT_EQ(read.hint, file.hint);
    EXPECT_EQ(read.initial, has_initial ? file.initial : crypto::Sealed{});
    EXPECT_EQ(encode(read), bytes);
  }
}

TEST(CardFile, OfAnyOtherSizeIsNone) {
  const std::string bytes = encode(card_file(true));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_card_file(std::string_view(bytes).substr(0, size)).has_value()) << size;
  EXPECT_FALSE(decode_card_file(bytes + "x").has_value());
}

// -------------------------------------------------------------------------------- transactions

std::string transaction(std::uint32_t postings, std::string_view answer) {
  TransactionHead head{};
  head.sequence = 9;
  head.posting_count = postings;
  head.answer_size = static_cast<std::uint16_t>(answer.size());
  std::string bytes(bytes_of(head));
  for (std::uint32_t i = 0; i < postings; ++i) {
    const Posting line{AccountKey::card(i + 1), 100 * (i + 1)};
    bytes += bytes_of(line);
  }
  for (std::uint32_t i = 0; i < postings; ++i) bytes += bytes_of(CardLine{i, 7'000 + i, i + 1, 0});
  return bytes + std::string(answer);
}

TEST(Transaction, IsHeadThenPostingsThenAnswer) {
  const std::string bytes = transaction(3, "answer");
  const TransactionView view = decode_transaction(bytes).value();
  EXPECT_EQ(view.head.sequence, 9u);
  EXPECT_EQ(view.posting(0).account, AccountKey::card(1));
  EXPECT_EQ(view.posting(2).account, AccountKey::card(3));
  EXPECT_EQ(view.posting(2).amount_won, 300);
  EXPECT_EQ(view.entry_of(3)->amount_won, 300);
  EXPECT_EQ(view.entry_of(3)->line.balance_won, 7'002);
  EXPECT_EQ(view.entry_of(3)->line.number, 3u);
  EXPECT_FALSE(view.entry_of(4).has_value());
  EXPECT_EQ(base::as_text(view.answer), "answer");
}

TEST(Transaction, OfAnyOtherSizeIsNone) {
  const std::string bytes = transaction(2, "answer");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_transaction(std::string_view(bytes).substr(0, size)).has_value()) << size;
  EXPECT_FALSE(decode_transaction(bytes + "x").has_value());
  EXPECT_TRUE(decode_transaction(transaction(0, "")).has_value());
}

TEST(Transaction, ApprovedIsDoubleZeroOrOneZero) {
  TransactionHead head{};
  for (const std::string_view code : {"00", "10", "01", "51"}) {
    std::copy(code.begin(), code.end(), head.code.begin());
    EXPECT_EQ(head.approved(), code == "00" || code == "10") << code;
  }
}

}  // namespace
}  // namespace ledger
