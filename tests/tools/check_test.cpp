#include <gtest/gtest.h>

#include <filesystem>

#include "ledger/durable_store.hpp"
#include "tools/ctl_commands.hpp"

namespace tools {
namespace {

class NoEvents : public ledger::StoreEvents {
 public:
  void report(ledger::StoreEvent, std::string_view) override {}
};

/// The data of a switch that was stopped, with one record that is none where `damage` says so.
std::filesystem::path stopped_data(bool damage) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "cpctl_check_test";
  std::filesystem::remove_all(folder);
  ledger::StoreOptions options;
  options.folder = folder;
  NoEvents events;
  const auto store = ledger::DurableStore::open(options, events);
  if (damage) {
    ledger::WriteSet batch;
    batch.put(ledger::Table::cards, std::string(8, '\1'), "no card");
    ledger::CommitOutcome outcome{};
    store->commit(batch, [&outcome](ledger::CommitOutcome done) { outcome = done; });
    EXPECT_EQ(outcome, ledger::CommitOutcome::committed);
  }
  return folder;
}

int check(const std::filesystem::path& data, std::string& output) {
  testing::internal::CaptureStdout();
  const int status = ctl_check({data, data / "control.sock", data / "keys"});
  output = testing::internal::GetCapturedStdout();
  return status;
}

TEST(Check, OfAStoppedSwitchesDataReadsTheJournalToo) {
  std::string output;
  EXPECT_EQ(check(stopped_data(false), output), kWell) << output;
  EXPECT_EQ(check(stopped_data(true), output), kNotWell);
  EXPECT_NE(output.find("cards"), std::string::npos) << output;
  EXPECT_NE(output.find("0101010101010101"), std::string::npos)
      << "the wrong record is named by its key: " << output;
}

TEST(Check, NeedsAFolderOrASwitch) {
  EXPECT_THROW(ctl_check({"", "/nowhere/control.sock", ""}), UsageError);
  EXPECT_THROW(ctl_check({"/nowhere", "/nowhere/control.sock", ""}), std::runtime_error);
}

}  // namespace
}  // namespace tools
