#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "crypto/key_wrap.hpp"
#include "crypto/master_key.hpp"
#include "crypto/random.hpp"
#include "tests/ledger/store_support.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/station_keys.hpp"

namespace tools {
namespace {

using crypto::KeyUse;

const std::string kPin = "1C5B2A79D0E34F86A8B3C49D5E6E7080";

class Keys : public testing::Test {
 protected:
  Keys() {
    std::string name = testing::TempDir() + "/cpctl-key-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    place_.data = folder_;
    place_.socket = folder_ / "control.sock";
    place_.keys = folder_ / "keys";
    crypto::MasterKeys::create(folder_ / "master.key", random_);
  }
  ~Keys() override { std::filesystem::remove_all(folder_); }

  std::string write(std::string_view text) const {
    std::ofstream(folder_ / "in") << text;
    return folder_ / "in";
  }
  int import(const std::string& use, std::string_view text, const std::string& check = "",
             bool wrapped = false) const {
    testing::internal::CaptureStdout();
    const int status = ctl_key_import(place_, {"SHOP-1", use, write(text), check, wrapped});
    said_ = testing::internal::GetCapturedStdout();
    return status;
  }
  std::string refusal_of_import() const {
    try {
      import("pin", kPin);
    } catch (const std::runtime_error& refused) {
      testing::internal::GetCapturedStdout();
      return refused.what();
    }
    return "";
  }
  std::unique_ptr<crypto::FileKeyStore> store() const {
    return crypto::FileKeyStore::load(
        place_.keys, crypto::MasterKeys::load(crypto::find_master_key("master.key", folder_)));
  }
  std::string hex(KeyUse use) const {
    return base::to_hex(store()->station_key("SHOP-1", use)->bytes());
  }

  crypto::SystemRandom random_;
  std::filesystem::path folder_;
  SwitchPlace place_;
  mutable std::string said_;
};

TEST_F(Keys, TheFirstImportMakesTheFileWithStorageKeys) {
  EXPECT_EQ(import("pin", kPin), kWell);
  EXPECT_NE(said_.find("check value 654532"), said_.npos) << said_;
  EXPECT_EQ(said_.find(kPin), said_.npos);
  EXPECT_EQ(hex(KeyUse::pin), kPin);
  for (const KeyUse use : crypto::kStorageUses) EXPECT_EQ(store()->current_id(use), 1);
  EXPECT_EQ(import("pin", kPin), kWell);
  EXPECT_EQ(store()->generation("SHOP-1", KeyUse::pin), 2u);
}

TEST_F(Keys, TheCardPrintersIsOfItsOwnSizeAndNumberedAndNobodysElse) {
  const std::string half(64, '5');
  testing::internal::CaptureStdout();
  EXPECT_EQ(ctl_key_import(place_, {"", "printer", write(half + "\n" + std::string(64, 'A')), ""}),
            kWell);
  said_ = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(said_.starts_with("printer 1, check value ")) << said_;
  EXPECT_EQ(base::to_hex(store()->storage_key(KeyUse::printer, 1)->bytes()), std::string(64, 'F'));
  EXPECT_THROW(ctl_key_import(place_, {"", "printer", write(kPin), ""}), UsageError);
  EXPECT_THROW(ctl_key_import(place_, {"SHOP-1", "printer", write(half), ""}), UsageError);
  EXPECT_THROW(ctl_key_import(place_, {"", "pin", write(kPin), ""}), UsageError);
  EXPECT_EQ(store()->current_id(KeyUse::printer), 1);
}

TEST_F(Keys, OfDataThatIsThereIsNeverMadeAnew) {
  std::ofstream(folder_ / "ledger.mdb") << "data";
  EXPECT_NE(refusal_of_import().find("put the key file back"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(place_.keys));
}

/// As a first start that finds no key file leaves it.
TEST_F(Keys, FilesThatHoldNothingAreNoData) {
  ledger::test::EventLog events;
  ledger::StoreOptions options;
  options.folder = folder_;
  options.segment_bytes = 64 * ledger::kBlockBytes;
  { const auto store = ledger::DurableStore::open(options, events); }
  EXPECT_EQ(import("pin", kPin), kWell);
  std::filesystem::remove(place_.keys);
  {
    const auto store = ledger::DurableStore::open(options, events);
    ASSERT_EQ(ledger::test::put(*store, ledger::Table::meta, "counter", "1"),
              ledger::CommitOutcome::committed);
  }
  EXPECT_NE(refusal_of_import().find("put the key file back"), std::string::npos);
}

TEST_F(Keys, ComponentsAreCombined) {
  EXPECT_EQ(import("transport",
                   "00112233445566778899aabbccddeeff\n\n"
                   "0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F\n"),
            kWell);
  EXPECT_EQ(hex(KeyUse::transport), "0F1E2D3C4B5A69788796A5B4C3D2E1F0");
}

TEST_F(Keys, AWrappedKeyComesUnderTheTransportKey) {
  ASSERT_EQ(import("transport", "000102030405060708090A0B0C0D0E0F"), kWell);
  // RFC 3394, 4.1.
  ASSERT_EQ(import("mac", "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5", "", true), kWell);
  EXPECT_EQ(hex(KeyUse::mac), "00112233445566778899AABBCCDDEEFF");
  EXPECT_THROW(import("mac", "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE6", "", true),
               UsageError);
  testing::internal::GetCapturedStdout();
}

TEST_F(Keys, WhatIsNoKeyChangesNothing) {
  ASSERT_EQ(import("pin", kPin), kWell);
  for (const char* const text :
       {"", "\n", "1C5B2A79D0E34F86A8B3C49D5E6E70", "1C5B2A79D0E34F86A8B3C49D5E6E70XX",
        "1C5B2A79D0E34F86A8B3C49D5E6E7080\n1C5B2A79D0E34F86A8B3C49D5E6E7080"}) {
    EXPECT_THROW(import("pin", text), UsageError) << text;
    testing::internal::GetCapturedStdout();
  }
  EXPECT_THROW(import("pin", "00112233445566778899AABBCCDDEEFF", "654532"), std::runtime_error)
      << "another check value than was announced";
  testing::internal::GetCapturedStdout();
  EXPECT_EQ(hex(KeyUse::pin), kPin);
  EXPECT_EQ(store()->generation("SHOP-1", KeyUse::pin), 1u);
}

TEST_F(Keys, ARotationKeepsTheOlderStorageKeysAndRewrapsUnderTheMasterKey) {
  ASSERT_EQ(import("pin", kPin), kWell);
  const auto before = store();
  testing::internal::CaptureStdout();
  EXPECT_EQ(ctl_key_rotate(place_, "card_seal"), kWell);
  EXPECT_EQ(ctl_key_rotate(place_, "storage"), kWell);
  EXPECT_EQ(ctl_key_rotate(place_, "master"), kWell);
  EXPECT_THROW(ctl_key_rotate(place_, "pin"), UsageError);
  EXPECT_EQ(ctl_key_list(place_), kWell);
  const std::string said = testing::internal::GetCapturedStdout();
  EXPECT_EQ(store()->missing_from(*before), "");
  EXPECT_EQ(store()->current_id(KeyUse::card_seal), 3);
  EXPECT_EQ(store()->current_id(KeyUse::password), 2);
  EXPECT_EQ(hex(KeyUse::pin), kPin);
  EXPECT_EQ(said.find(kPin), said.npos);
  EXPECT_NE(said.find("654532"), said.npos);
}

TEST_F(Keys, AStationKeepsWhatItWasGiven) {
  StationKeys keys = StationKeys::load(write("station SHOP-1 pin " + kPin + "\n"));
  const auto kept = folder_ / "kept";
  keys.load_over(kept);  // not there yet
  const crypto::Key fresh = crypto::draw_key(crypto::KeyAlgorithm::triple_des, random_);
  keys.put("SHOP-1", KeyUse::pin, fresh, kept);
  EXPECT_EQ(base::to_hex(keys.require("SHOP-1", KeyUse::pin).bytes()), base::to_hex(fresh.bytes()));
  StationKeys again = StationKeys::load(folder_ / "in");
  again.load_over(kept);
  EXPECT_EQ(base::to_hex(again.require("SHOP-1", KeyUse::pin).bytes()),
            base::to_hex(fresh.bytes()));
  EXPECT_EQ(std::filesystem::status(kept).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace tools
