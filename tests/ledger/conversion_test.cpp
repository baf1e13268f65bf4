/// Data of format version 1: a card's verifier stood in its file.

#include "ledger/conversion.hpp"

#include <gtest/gtest.h>

#include "ledger/data_folder.hpp"
#include "ledger/records.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::EventLog;
using test::put;
using test::still_options;
using test::TempFolder;
using test::value_of;

/// As docs/ledger_format.md had it: 48 bytes, each its own place.
std::string card_of_version_1(char first) {
  std::string card(48, '\0');
  for (std::size_t i = 0; i < card.size(); ++i) card[i] = static_cast<char>(first + i);
  return card;
}

/// 192 bytes whose parts are told apart by their letters, then what follows them.
std::string file_of_version_1(const std::string& behind) {
  return std::string(8, 'i') + std::string(8, 's') + std::string(16, 'n') + std::string(16, 'p') +
         std::string(16, 'V') + std::string(16, 'W') + std::string(47, 'c') + std::string(47, 'q') +
         "a1" + "b1" + "K1" + "k1" + "PLI" + "CH" + std::string(5, '\0') + behind;
}
std::string file_of_version_2(const std::string& behind) {
  return std::string(8, 'i') + std::string(8, 's') + std::string(16, 'n') + std::string(16, 'p') +
         std::string(16, 'W') + std::string(47, 'c') + std::string(47, 'q') + "a1" + "b1" + "k1" +
         "PLI" + "CH" + std::string(7, '\0') + behind;
}

/// Two cards: one in the data file, one in the journal only.
void make_data_of_version_1(const TempFolder& folder, EventLog& events) {
  {
    const auto store = DurableStore::open(still_options(folder), events);
    put(*store, Table::cards, number_key(1), card_of_version_1('a'));
    put(*store, Table::card_files, number_key(1), file_of_version_1("customer"));
    ASSERT_TRUE(store->settle());
    put(*store, Table::cards, number_key(2), card_of_version_1('A'));
    put(*store, Table::card_files, number_key(2), file_of_version_1(""));
    put(*store, Table::meta, "other", "stays");
  }
  LmdbFile file({.file = data_file(folder.path()), .map_bytes = still_options(folder).map_bytes});
  LmdbWriter writer(file);
  ASSERT_EQ(writer.begin(), 0);
  ASSERT_EQ(writer.set_version(1), 0);
  ASSERT_EQ(writer.commit(), 0);
}

TEST(Conversion, CardsOfTheJournalAndOfTheDataFileGetTheirVerifier) {
  TempFolder folder;
  EventLog events;
  make_data_of_version_1(folder, events);
  for (int start = 0; start < 2; ++start) {
    const auto store = DurableStore::open(still_options(folder), events);
    const std::string password = std::string(16, 'V') + "K1" + '\0' + '\1' + std::string(4, '\0');
    const std::string points(16, '\0');  // and the latest recharge
    EXPECT_EQ(value_of(*store, Table::cards, number_key(1)),
              card_of_version_1('a') + password + points);
    EXPECT_EQ(value_of(*store, Table::cards, number_key(2)),
              card_of_version_1('A') + password + points);
    EXPECT_EQ(value_of(*store, Table::card_files, number_key(1)), file_of_version_2("customer"));
    EXPECT_EQ(value_of(*store, Table::card_files, number_key(2)), file_of_version_2(""));
    EXPECT_EQ(value_of(*store, Table::meta, "other"), "stays");
    EXPECT_EQ(put(*store, Table::meta, "later", "taken"), CommitOutcome::committed);
  }
  EXPECT_EQ(events.count(StoreEvent::converted), 1u) << "the second start finds version 4";
  EXPECT_EQ(events.text(StoreEvent::converted),
            "from format version 1 to version 4: 2 cards were written anew");
}

TEST(Conversion, ACardWithoutAFileStopsTheStartAndNothingIsChanged) {
  TempFolder folder;
  EventLog events;
  make_data_of_version_1(folder, events);
  {
    LmdbFile file({.file = data_file(folder.path()), .map_bytes = still_options(folder).map_bytes});
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    ASSERT_EQ(writer.erase(Table::card_files, number_key(1)), 0);
    ASSERT_EQ(writer.commit(), 0);
  }
  for (int start = 0; start < 2; ++start) {
    try {
      (void)DurableStore::open(still_options(folder), events);
      FAIL() << "it started";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("nothing was changed"), std::string::npos);
    }
  }
  LmdbFile file({.file = data_file(folder.path()), .map_bytes = still_options(folder).map_bytes});
  EXPECT_EQ(file.version(), 1u);
  EXPECT_EQ(LmdbReader(file).get(Table::cards, number_key(1)), card_of_version_1('a'));
}

/// As docs/ledger_format.md had it up to version 3: a head of 104 bytes, postings, the answer.
std::string transaction_of_version_3(char sequence, TransactionKind kind,
                                     std::initializer_list<Posting> postings) {
  const std::string answer = "answer";
  std::string head(104, '\0');
  head[0] = sequence;
  head[8] = 9;  // its time
  head[92] = static_cast<char>(kind);
  head[94] = static_cast<char>(answer.size());
  head[96] = static_cast<char>(postings.size());
  for (const Posting& posting : postings) head += bytes_of(posting);
  return head + answer;
}

void set_version(const TempFolder& folder, std::uint32_t version) {
  LmdbFile file({.file = data_file(folder.path()), .map_bytes = still_options(folder).map_bytes});
  LmdbWriter writer(file);
  ASSERT_EQ(writer.begin(), 0);
  ASSERT_EQ(writer.set_version(version), 0);
  ASSERT_EQ(writer.commit(), 0);
}

/// A sale of 10,000 and a purchase of 3,000 at a merchant who sells calls.
TEST(Conversion, OfVersion3EveryTransactionGetsItsPlaceInTheCardsStatement) {
  TempFolder folder;
  EventLog events;
  const std::string card = card_of_version_1('a') + std::string(24, '\0');
  const auto exchange = MerchantId::of("EXCHANGE");
  const auto prefund = AccountKey::of(AccountKind::prefund, MerchantId::of("AGENT"));
  const auto payable = AccountKey::of(AccountKind::merchant_payable, exchange);
  MerchantRecord merchant{};
  merchant.mcc = 4814;
  {
    const auto store = DurableStore::open(still_options(folder), events);
    put(*store, Table::cards, number_key(1), card);
    put(*store, Table::card_files, number_key(1), file_of_version_2("customer"));
    put(*store, Table::merchants, exchange.view(), std::string(bytes_of(merchant)));
    put(*store, Table::holds, number_key(7), std::string(40, 'h'));
    put(*store, Table::products, "\1", std::string(56, 'p'));
    put(*store, Table::transactions, number_key(1),
        transaction_of_version_3(1, TransactionKind::sale,
                                 {{prefund, -10'000}, {AccountKey::card(1), 10'000}}));
    put(*store, Table::transactions, number_key(2),
        transaction_of_version_3(2, TransactionKind::purchase,
                                 {{AccountKey::card(1), -3'000}, {payable, 3'000}}));
    put(*store, Table::transactions, number_key(3),
        transaction_of_version_3(3, TransactionKind::block, {}));
  }
  set_version(folder, 3);
  const auto store = DurableStore::open(still_options(folder), events);
  std::string owned = card;
  owned[67] = 1;
  EXPECT_EQ(value_of(*store, Table::cards, number_key(1)), owned + std::string(16, '\0'));
  EXPECT_EQ(value_of(*store, Table::card_files, number_key(1)), file_of_version_2("customer"));
  EXPECT_EQ(value_of(*store, Table::holds, number_key(7)),
            std::string(40, 'h') + std::string(16, '\0'));
  EXPECT_EQ(value_of(*store, Table::products, "\1"), std::string(56, 'p') + std::string(8, '\0'));

  const auto sale = *decode_transaction(*store->get(Table::transactions, number_key(1)));
  EXPECT_EQ(sale.head.entry, EntryKind::sale);
  EXPECT_EQ(sale.head.time_us, 9);
  EXPECT_EQ(base::as_text(sale.answer), "answer");
  EXPECT_EQ(sale.posting(0).amount_won, -10'000);
  EXPECT_EQ(sale.entry_of(1)->line.previous, 0u);
  EXPECT_EQ(sale.entry_of(1)->line.balance_won, 10'000);
  EXPECT_EQ(sale.entry_of(1)->line.number, 1u);
  const auto call = *decode_transaction(*store->get(Table::transactions, number_key(2)));
  EXPECT_EQ(call.head.entry, EntryKind::call);
  EXPECT_EQ(call.entry_of(1)->amount_won, -3'000);
  EXPECT_EQ(call.entry_of(1)->line.previous, 1u);
  EXPECT_EQ(call.entry_of(1)->line.balance_won, 7'000);
  EXPECT_EQ(call.entry_of(1)->line.number, 2u);
  const auto block = *decode_transaction(*store->get(Table::transactions, number_key(3)));
  EXPECT_EQ(block.head.entry, EntryKind::none);
  EXPECT_EQ(events.text(StoreEvent::converted),
            "from format version 3 to version 4: 1 cards were written anew");
}

TEST(Conversion, WhoOnlyReadsIsToldWhatConverts) {
  TempFolder folder;
  EventLog events;
  make_data_of_version_1(folder, events);
  try {
    (void)open_offline(folder.path());
    FAIL() << "it was read";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("start this program's cpswitch on it once"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace ledger
