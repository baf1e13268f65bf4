/// Lots through the control socket: made, listed, gone on with, printed.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "crypto/master_key.hpp"
#include "crypto/printer_file.hpp"
#include "ledger/cards.hpp"
#include "ledger/lots.hpp"
#include "operator.hpp"
#include "switch/key_loading.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;
namespace json = boost::json;

std::string create(std::int64_t face, int count) {
  return R"({"command":"create-lot","face":)" + std::to_string(face) + R"(,"count":)" +
         std::to_string(count) + "}";
}
std::string print(int lot, const std::filesystem::path& file) {
  return R"({"command":"print-lot","lot":)" + std::to_string(lot) + R"(,"file":")" + file.string() +
         "\"}";
}

/// The lot's line of `lots`.
json::object listed(const TestSwitch& tested, int lot) {
  return ask(tested, R"({"command":"lots"})").at(static_cast<std::size_t>(lot - 1));
}

/// The line before the end.
json::object answer_of(const std::vector<json::object>& lines) {
  EXPECT_GE(lines.size(), 2u);
  return lines.size() < 2 ? json::object() : lines[lines.size() - 2];
}

bool books_are_right(const TestSwitch& tested) {
  return answer_of(ask(tested, R"({"command":"check"})")).at("right").as_bool();
}

/// What the card printer gets to see; a line a card below the titles.
std::vector<std::string> opened(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  crypto::PrinterFileReader reader(in);
  reader.use(crypto::Key(*base::from_hex(core::kPublishedPrinterKey)));
  std::string text;
  while (reader.next()) text += reader.text();
  std::istringstream from(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(from, line);) lines.push_back(line);
  return lines;
}

/// A folder for the files of lots.
class Printed : public testing::Test {
 protected:
  Printed() {
    std::string name = testing::TempDir() + "/cyberpass-lots-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~Printed() override { std::filesystem::remove_all(folder); }
  bool is_empty() const { return std::filesystem::is_empty(folder); }

  std::filesystem::path folder;
};

TEST(Lots, AreMadeInPiecesWithProgressAndHaveNumbers) {
  TestSwitch tested;
  EXPECT_EQ(kinds(ask(tested, R"({"command":"lots"})")), "end ");
  const auto lines = ask(tested, create(50'000, 110));
  EXPECT_EQ(lines.front().at("kind").as_string(), "progress");
  EXPECT_EQ(lines.front().at("of").to_number<int>(), 110);
  EXPECT_EQ(answer_of(lines).at("lot").to_number<int>(), 1);
  EXPECT_EQ(answer_of(lines).at("cards").to_number<int>(), 110);
  const std::uint64_t pieces = (110 + core::kLotPiece - 1) / core::kLotPiece;
  EXPECT_EQ(tested.on_thread([&] { return tested.store.commits; }), 1 + pieces);
  EXPECT_EQ(answer_of(ask(tested, create(10'000, 1))).at("lot").to_number<int>(), 2);

  const json::object lot = listed(tested, 1);
  EXPECT_EQ(lot.at("face_won").to_number<int>(), 50'000);
  EXPECT_EQ(lot.at("wanted").to_number<int>(), 110);
  EXPECT_EQ(lot.at("made").to_number<int>(), 110);
  EXPECT_EQ(lot.at("state").as_string(), "complete");
  EXPECT_TRUE(lot.at("begun").is_string());
  EXPECT_TRUE(lot.at("printed").is_null());
  EXPECT_TRUE(books_are_right(tested));
  EXPECT_NE(tested.log_text().find("1 has 110 of 110 cards of 50000 won"), std::string::npos);
}

TEST(Lots, OfNoProductOrNoSizeAreASentence) {
  TestSwitch tested;
  for (const std::string& request :
       {create(12'345, 1), create(10'000, 0), create(10'000, 1'000'001),
        std::string(R"({"command":"create-lot","count":1})"),
        std::string(R"({"command":"create-lot","face":10000.5,"count":1})"),
        std::string(R"({"command":"continue-lot","lot":1})"),
        std::string(R"({"command":"continue-lot"})")})
    EXPECT_EQ(kinds(ask(tested, request)), "error ") << request;
  EXPECT_EQ(kinds(ask(tested, R"({"command":"lots"})")), "end ");
}

TEST(Lots, ForWhichThereIsNoRoomSayHowManyWereMadeAndGoOnLater) {
  TestSwitch tested;
  tested.on_thread([&] { return tested.store.full_from = 1; });
  EXPECT_TRUE(error_of(ask(tested, create(10'000, 100))).starts_with("the ledger took nothing"));
  EXPECT_EQ(kinds(ask(tested, R"({"command":"lots"})")), "end ");
  tested.on_thread([&] {
    tested.store.memory.set_full(false);
    return tested.store.full_from = tested.store.commits + 4;
  });
  const std::string made = std::to_string(2 * core::kLotPiece);
  EXPECT_TRUE(error_of(ask(tested, create(10'000, 100)))
                  .starts_with(made + " of 100 cards of lot 1 were made: the ledger took nothing"));
  EXPECT_EQ(listed(tested, 1).at("state").as_string(), "interrupted");
  EXPECT_EQ(listed(tested, 1).at("made").to_number<std::uint32_t>(), 2 * core::kLotPiece);
  EXPECT_TRUE(books_are_right(tested));
  tested.on_thread([&] {
    tested.store.memory.set_full(false);
    return tested.store.full_from = UINT64_MAX;
  });
  const std::string go_on = R"({"command":"continue-lot","lot":1})";
  EXPECT_EQ(answer_of(ask(tested, go_on)).at("cards").to_number<int>(), 100);
  EXPECT_EQ(listed(tested, 1).at("state").as_string(), "complete");
  EXPECT_EQ(error_of(ask(tested, go_on)), "lot 1 is complete");
  EXPECT_TRUE(books_are_right(tested));
}

TEST(Lots, EndWhenTheirClientLeavesAndKeepWhatIsMade) {
  TestSwitch tested;
  {
    Operator client(tested);
    client.send(create(10'000, 1'000'000) + "\n");
    ASSERT_TRUE(tested.becomes([&] { return tested.store.commits > 3; }));
    EXPECT_EQ(listed(tested, 1).at("state").as_string(), "making");
    EXPECT_EQ(error_of(ask(tested, R"({"command":"continue-lot","lot":1})")),
              "lot 1 is being made");
    EXPECT_TRUE(error_of(ask(tested, print(1, "/nowhere/lot"))).starts_with("lot 1 is being made"));
  }
  for (int i = 0; i < 200 && listed(tested, 1).at("state").as_string() != "interrupted"; ++i)
    std::this_thread::sleep_for(20ms);
  const std::uint64_t commits = tested.on_thread([&] { return tested.store.commits; });
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(tested.on_thread([&] { return tested.store.commits; }), commits)
      << "it still makes cards";
  EXPECT_EQ(listed(tested, 1).at("state").as_string(), "interrupted");
  EXPECT_TRUE(books_are_right(tested));
  EXPECT_NE(tested.log_text().find("of 1000000 cards of 10000 won"), std::string::npos);
}

/// So much more than three quarters of it.
void fill_overlay(TestSwitch& tested, std::uint64_t beyond) {
  tested.on_thread([&] {
    return tested.store.active_bytes = tested.settings().ledger.overlay_bytes / 4 * 3 + beyond;
  });
}

TEST(Lots, WaitWhileTheOverlayIsNearlyFullSoThatPurchasesHaveTheRest) {
  TestSwitch tested;
  fill_overlay(tested, 1);
  Operator client(tested);
  client.send(create(10'000, 100) + "\n");
  ASSERT_TRUE(tested.becomes([&] { return tested.store.commits == 1; }));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(tested.on_thread([&] { return tested.store.commits; }), 1u);
  fill_overlay(tested, 0);
  EXPECT_EQ(answer_of(client.receive_all()).at("cards").to_number<int>(), 100);
}

TEST(Lots, OfAProductThatHasEndedGetNoMoreCards) {
  TestSwitch tested;
  fill_overlay(tested, 1);
  Operator client(tested);
  client.send(create(10'000, 100) + "\n");
  ASSERT_TRUE(tested.becomes([&] { return tested.store.commits == 1; }));
  EXPECT_EQ(kinds(ask(tested, R"({"command":"end-product","number":2})")), "product end ");
  tested.on_thread([&] { return tested.store.active_bytes = 0; });
  EXPECT_TRUE(error_of(client.receive_all()).starts_with("0 of 100 cards of lot 1 were made: its"));
  EXPECT_EQ(error_of(ask(tested, R"({"command":"continue-lot","lot":1})")),
            "product 2 has ended, of which no card is made any more");
}

/// An interrupted one may be printed, and go on before the file is whole.
TEST(Lots, KeepTheMarkOfAPrintThatEndsWhileTheyGrow) {
  TestSwitch tested;
  fill_overlay(tested, 1);
  Operator client(tested);
  client.send(create(10'000, 100) + "\n");
  ASSERT_TRUE(tested.becomes([&] { return tested.store.commits == 1; }));
  tested.on_thread([&] {
    ledger::WriteSet batch;
    ledger::Draft draft(tested.store, batch);
    ledger::LotRecord lot = ledger::read_lot(draft, 1).value();
    lot.printed_us = base::system_now();
    ledger::write_lot(draft, lot);
    draft.keep();
    tested.store.commit(batch, [](ledger::CommitOutcome) {});
    return tested.store.active_bytes = 0;
  });
  EXPECT_EQ(answer_of(client.receive_all()).at("cards").to_number<int>(), 100);
  EXPECT_TRUE(listed(tested, 1).at("printed").is_string());
}

TEST(Lots, AreMadeInLargerPiecesWhereTheDiskIsSlow) {
  TestSwitch tested;
  tested.on_thread([&] { return tested.store.last_write_us = 100'000; });
  ask(tested, create(10'000, 500));
  EXPECT_EQ(tested.on_thread([&] { return tested.store.commits; }), 4u) << "200, 200, 100";
}

TEST(Lots, LetPurchasesThrough) {
  TestSwitch tested;
  Operator maker(tested);
  maker.send(create(10'000, 100'000) + "\n");
  ASSERT_TRUE(tested.becomes([&] { return tested.store.commits > 3; }));
  Client client(tested.port("DEMO-POS"));
  for (std::uint32_t i = 1; i <= 50; ++i) {
    client.send(unknown_card_purchase(i));
    ASSERT_EQ(code_of(client.receive(2'000)), "14");
  }
}

TEST_F(Printed, LotHasNumbersAndPasswordsOfItsCardsForThePrinterOnly) {
  TestSwitch tested;
  ask(tested, create(50'000, 3));
  ask(tested, create(10'000, 1'000));
  const auto answer = answer_of(ask(tested, print(2, folder / "lot")));
  EXPECT_EQ(answer.at("kind").as_string(), "lot-file");
  EXPECT_EQ(answer.at("cards").to_number<int>(), 1'000);
  EXPECT_EQ(answer.at("sold_and_left_out").to_number<int>(), 0);
  EXPECT_EQ(answer.at("bytes").to_number<std::uintmax_t>(),
            std::filesystem::file_size(folder / "lot"));
  EXPECT_TRUE(answer.at("printed_before").is_null());
  struct stat status {};
  ASSERT_EQ(::stat((folder / "lot").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);

  const auto lines = opened(folder / "lot");
  ASSERT_EQ(lines.size(), 1'001u);
  EXPECT_EQ(lines[0] + "\n", crypto::kPrinterTitles);
  const json::object card =
      ask(tested, R"({"command":"card","number":")" + lines[1'000].substr(0, 16) + "\"}").at(0);
  EXPECT_EQ(card.at("face_won").to_number<int>(), 10'000);
  EXPECT_EQ(card.at("state").as_string(), "stock");
  EXPECT_TRUE(listed(tested, 1).at("printed").is_null());
  EXPECT_TRUE(listed(tested, 2).at("printed").is_string());
  EXPECT_TRUE(books_are_right(tested));
  const std::string log = tested.log_text();
  EXPECT_NE(log.find("2 was printed: 1000 cards of 10000 won in "), std::string::npos);
  for (const std::string& line : lines)
    EXPECT_EQ(log.find(line.substr(0, 16)), std::string::npos) << "a number in the log";
}

TEST_F(Printed, LotIsPrintedAgainOnlyToAnotherFileAndSaysSo) {
  TestSwitch tested;
  ask(tested, create(10'000, 5));
  ask(tested, print(1, folder / "lot"));
  const json::value first = listed(tested, 1).at("printed");
  const auto before = opened(folder / "lot");
  EXPECT_NE(error_of(ask(tested, print(1, folder / "lot"))).find("is there already"),
            std::string::npos);
  EXPECT_EQ(opened(folder / "lot"), before);
  EXPECT_EQ(listed(tested, 1).at("printed"), first);
  const auto again = answer_of(ask(tested, print(1, folder / "again")));
  EXPECT_EQ(again.at("printed_before"), first);
  EXPECT_EQ(opened(folder / "again"), before);
  EXPECT_NE(listed(tested, 1).at("printed"), first);
  EXPECT_NE(tested.log_text().find("it was printed before, at "), std::string::npos);
}

TEST_F(Printed, LotLeavesOutWhatIsSold) {
  TestSwitch tested;
  ask(tested, create(10'000, 5));
  tested.on_thread([&] {
    ledger::WriteSet batch;
    ledger::Draft draft(tested.store, batch);
    const ledger::CardId id = ledger::read_lot(draft, 1)->first_card + 2;
    ledger::CardFile file = *ledger::read_card_file(draft, id);
    file.head.has_initial = 0;
    ledger::write_card_file(draft, file);
    draft.keep();
    tested.store.commit(batch, [](ledger::CommitOutcome) {});
    return true;
  });
  const auto answer = answer_of(ask(tested, print(1, folder / "lot")));
  EXPECT_EQ(answer.at("cards").to_number<int>(), 4);
  EXPECT_EQ(answer.at("sold_and_left_out").to_number<int>(), 1);
  EXPECT_EQ(opened(folder / "lot").size(), 5u);
  EXPECT_NE(tested.log_text().find("; 1 sold ones were left out"), std::string::npos);
}

TEST_F(Printed, LotThatCannotBeLeavesNoFileAndIsNotMarked) {
  TestSwitch tested;
  ask(tested, create(10'000, 5));
  for (const std::string& request :
       {print(2, folder / "lot"), print(1, "lot"), print(1, folder / ""), print(1, "/nowhere/lot"),
        print(1, tested.settings().data_folder / "lot"),
        std::string(R"({"command":"print-lot","lot":1,"file":"/tmp/lot\u0000"})"),
        std::string(R"({"command":"print-lot","lot":1})")})
    EXPECT_NE(error_of(ask(tested, request)), "no error") << request;
  tested.on_thread([&] { return tested.store.no_snapshot_because = "no reader is free"; });
  EXPECT_EQ(error_of(ask(tested, print(1, folder / "lot"))), "no reader is free");
  tested.on_thread([&] {
    tested.store.no_snapshot_because = "";
    tested.store.memory.set_full(false);
    ledger::WriteSet batch;
    ledger::Draft draft(tested.store, batch);
    const ledger::CardId id = ledger::read_lot(draft, 1)->first_card + 4;
    ledger::CardFile file = *ledger::read_card_file(draft, id);
    file.head.pin[20] ^= 1;
    ledger::write_card_file(draft, file);
    draft.keep();
    tested.store.commit(batch, [](ledger::CommitOutcome) {});
    return true;
  });
  EXPECT_NE(error_of(ask(tested, print(1, folder / "lot"))).find("does not open"),
            std::string::npos);
  EXPECT_TRUE(is_empty());
  EXPECT_TRUE(listed(tested, 1).at("printed").is_null());
}

TEST_F(Printed, LotThatCannotBeMarkedSaysThatItsFileIsWhole) {
  TestSwitch tested;
  ask(tested, create(10'000, 5));
  tested.on_thread([&] { return tested.store.memory.set_full(true), 0; });
  EXPECT_NE(error_of(ask(tested, print(1, folder / "lot")))
                .find("is whole, but the lot does not say that it was printed"),
            std::string::npos);
  EXPECT_EQ(opened(folder / "lot").size(), 6u);
  EXPECT_TRUE(listed(tested, 1).at("printed").is_null());
}

TEST_F(Printed, LotNeedsAPrinterKey) {
  const auto source = crypto::find_master_key("master.key", folder);
  crypto::SystemRandom random;
  crypto::MasterKeys::create(source.file, random);
  {
    std::ifstream demo(std::filesystem::path(CYBERPASS_SOURCE_DIR) / "config" / "demo.keys");
    std::ofstream without(folder / "demo.keys");
    for (std::string line; std::getline(demo, line);)
      if (!line.starts_with("printer")) without << line << "\n";
  }
  const auto keys = crypto::FileKeyStore::load_published(folder / "demo.keys");
  keys->add_missing_storage_keys(random, base::system_now());
  keys->create(folder / "keys", crypto::MasterKeys::load(source));
  TestSwitchOptions options;
  options.key_folder = folder;
  TestSwitch tested(options);
  ask(tested, create(10'000, 5));
  EXPECT_NE(error_of(ask(tested, print(1, folder / "lot"))).find("`cpctl key import printer`"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "lot"));
}

}  // namespace
