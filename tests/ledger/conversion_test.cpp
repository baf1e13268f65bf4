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
    const std::string password = std::string(16, 'V') + "K1" + std::string(6, '\0');
    EXPECT_EQ(value_of(*store, Table::cards, number_key(1)), card_of_version_1('a') + password);
    EXPECT_EQ(value_of(*store, Table::cards, number_key(2)), card_of_version_1('A') + password);
    EXPECT_EQ(value_of(*store, Table::card_files, number_key(1)), file_of_version_2("customer"));
    EXPECT_EQ(value_of(*store, Table::card_files, number_key(2)), file_of_version_2(""));
    EXPECT_EQ(value_of(*store, Table::meta, "other"), "stays");
    EXPECT_EQ(put(*store, Table::meta, "later", "taken"), CommitOutcome::committed);
  }
  EXPECT_EQ(events.count(StoreEvent::converted), 1u) << "the second start finds version 3";
  EXPECT_EQ(events.text(StoreEvent::converted),
            "from format version 1 to version 3: 2 cards were written anew");
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

TEST(Conversion, OfVersion2NothingIsWrittenButTheVersion) {
  TempFolder folder;
  EventLog events;
  const std::string card = card_of_version_1('a') + std::string(24, 'x');
  {
    const auto store = DurableStore::open(still_options(folder), events);
    put(*store, Table::cards, number_key(1), card);
    put(*store, Table::card_files, number_key(1), file_of_version_2("customer"));
  }
  {
    LmdbFile file({.file = data_file(folder.path()), .map_bytes = still_options(folder).map_bytes});
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    ASSERT_EQ(writer.set_version(2), 0);
    ASSERT_EQ(writer.commit(), 0);
  }
  {
    const auto store = DurableStore::open(still_options(folder), events);
    EXPECT_EQ(value_of(*store, Table::cards, number_key(1)), card);
    EXPECT_EQ(value_of(*store, Table::card_files, number_key(1)), file_of_version_2("customer"));
  }
  EXPECT_EQ(events.text(StoreEvent::converted),
            "from format version 2 to version 3: 0 cards were written anew");
  EXPECT_EQ(
      LmdbFile({.file = data_file(folder.path()), .map_bytes = still_options(folder).map_bytes})
          .version(),
      kFormatVersion);
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
