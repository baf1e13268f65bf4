/// cpctl report breakage over the data of a switch that is stopped.

#include <gtest/gtest.h>

#include <filesystem>

#include "crypto/card_vault.hpp"
#include "crypto/master_key.hpp"
#include "crypto/random.hpp"
#include "ledger/cards.hpp"
#include "ledger/durable_store.hpp"
#include "tools/ctl_commands.hpp"

namespace tools {
namespace {

class Silence : public ledger::StoreEvents {
 public:
  void report(ledger::StoreEvent, std::string_view) override {}
};

/// Data with one card of 4,000 won that was valid until 2026-01-31.
class Report : public testing::Test {
 protected:
  Report() {
    std::string name = testing::TempDir() + "/cpctl-report-XXXXXX";
    folder = ::mkdtemp(name.data());
    place = {folder, folder / "control.sock", folder / "keys"};
    crypto::SystemRandom random;
    crypto::MasterKeys::create(folder / "master.key", random);
    crypto::FileKeyStore keys;
    keys.add_missing_storage_keys(random, base::system_now());
    keys.create(folder / "keys",
                crypto::MasterKeys::load(crypto::find_master_key("master.key", folder)));
    crypto::CardVault vault(keys);
    ledger::StoreOptions options;
    options.folder = folder;
    Silence events;
    const auto store = ledger::DurableStore::open(options, events);
    ledger::WriteSet batch;
    ledger::Draft draft(*store, batch);
    ledger::ProductRecord product{};
    product.number = 3;
    product.face_won = 10'000;
    product.name = ledger::FixedText<40>::of("Ten");
    draft.write(ledger::Table::products, ledger::bytes_of(product.number), product);
    ledger::NewCard wanted;
    wanted.product = &product;
    wanted.last_day = 20'260'131;
    wanted.number = "9410129900000011";
    const ledger::CardId id = ledger::make_card(draft, {vault, random, "941012"}, wanted);
    auto card = *ledger::read_card(draft, id);
    card.balance_won = 4'000;
    ledger::write_card(draft, id, card);
    draft.keep();
    store->commit(batch, [](ledger::CommitOutcome) {});
  }
  ~Report() override { std::filesystem::remove_all(folder); }

  std::string said(const std::string& date, bool with_cards) const {
    testing::internal::CaptureStdout();
    EXPECT_EQ(ctl_breakage(place, date, with_cards), kWell);
    return testing::internal::GetCapturedStdout();
  }

  std::filesystem::path folder;
  SwitchPlace place;
};

TEST_F(Report, OfAStoppedSwitchSumsByProduct) {
  const std::string text = said("2026-02-01", false);
  EXPECT_NE(text.find("Ten"), std::string::npos) << text;
  EXPECT_NE(text.find("4,000 won on 1 cards that were expired on 2026-02-01"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("941012"), std::string::npos);
  EXPECT_NE(said("2026-01-31", false).find("0 won on 0 cards"), std::string::npos);
  EXPECT_NE(said("", false).find("4,000 won on 1 cards"), std::string::npos) << "today";
}

TEST_F(Report, ListsCardsMaskedWhereTheKeysAre) {
  EXPECT_NE(said("2026-02-01", true).find("941012******0011"), std::string::npos);
  std::filesystem::remove(folder / "keys");
  EXPECT_THROW(ctl_breakage(place, "2026-02-01", true), UsageError);
  EXPECT_THROW(ctl_breakage(place, "2026-02-30", false), UsageError);
  EXPECT_THROW(ctl_breakage({"", "/nowhere/control.sock", ""}, "", false), UsageError);
}

}  // namespace
}  // namespace tools
