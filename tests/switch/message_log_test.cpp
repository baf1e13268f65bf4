#include "switch/message_log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using config::LogLevel;

class MessageLogTest : public testing::Test {
 protected:
  MessageLogTest() {
    char name[] = "/tmp/cyberpass-log-XXXXXX";
    folder_ = ::mkdtemp(name);
    settings_.file = folder_ / "switch.log";
  }
  ~MessageLogTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> lines() const {
    std::ifstream file(settings_.file);
    std::vector<std::string> result;
    for (std::string line; std::getline(file, line);) result.push_back(line);
    return result;
  }
  static core::MessageFacts facts(std::string_view code) {
    core::MessageFacts f;
    f.mti = {200};
    f.kind = codec::MessageKind::purchase;
    f.code = {code[0], code[1]};
    f.words = "words";
    return f;
  }

  std::filesystem::path folder_;
  config::LogSettings settings_;
};

TEST_F(MessageLogTest, WritesEveryLineBeforeItEnds) {
  {
    core::MessageLog log(settings_, {});
    for (int i = 0; i < 1'000; ++i) log.message("DEMO-POS", facts("00"), i);
    EXPECT_EQ(log.dropped_lines(), 0u);
  }
  EXPECT_EQ(lines().size(), 1'000u);
}

TEST_F(MessageLogTest, AppendsToWhatIsThere) {
  { core::MessageLog(settings_, {}).event(LogLevel::info, "one", {}, ""); }
  { core::MessageLog(settings_, {}).event(LogLevel::info, "two", {}, ""); }
  EXPECT_EQ(lines().size(), 2u);
}

TEST_F(MessageLogTest, LevelsHideWhatIsBelowThemAndA96IsAWarning) {
  {
    core::MessageLog log(settings_, {});
    log.set_level(LogLevel::warning);
    log.message("DEMO-POS", facts("00"), 1);
    log.message("DEMO-POS", facts("51"), 1);
    log.message("DEMO-POS", facts("96"), 1);
    log.event(LogLevel::info, "hidden", {}, "");
    log.set_level(LogLevel::info);
    log.event(LogLevel::info, "shown", {}, "");
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 2u);
  EXPECT_NE(written[0].find(" warn "), std::string::npos);
  EXPECT_NE(written[1].find("shown"), std::string::npos);
}

TEST_F(MessageLogTest, TheStoresWarningsAreWarningsAndPoisonedIsAnError) {
  {
    core::MessageLog log(settings_, {});
    log.report(ledger::StoreEvent::recovered, "nothing to replay");
    log.report(ledger::StoreEvent::slow_write, "31 ms");
    log.report(ledger::StoreEvent::poisoned, "restart");
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 3u);
  EXPECT_NE(written[0].find(" info "), std::string::npos);
  EXPECT_NE(written[1].find(" warn "), std::string::npos);
  EXPECT_NE(written[2].find(" error "), std::string::npos);
}

TEST_F(MessageLogTest, AFullQueueDropsLinesCountsThemAndSaysSo) {
  // A pipe that nobody reads stops the log thread as a full disk's queue would.
  const std::filesystem::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  settings_.file = pipe;
  settings_.queue_lines = 64;
  std::atomic<bool> may_read = false;
  std::string read;
  std::thread reader([&] {
    std::ifstream from(pipe);
    while (!may_read) std::this_thread::yield();
    std::ostringstream all;
    all << from.rdbuf();
    read = all.str();
  });
  std::uint64_t dropped = 0;
  constexpr int kLines = 5'000;
  {
    core::MessageLog log(settings_, {});
    for (int i = 0; i < kLines; ++i) log.message("DEMO-POS", facts("00"), i);
    dropped = log.dropped_lines();
    EXPECT_GT(dropped, 0u) << "the caller never waited";
    may_read = true;
    log.tick();
  }
  reader.join();
  const auto written = std::count(read.begin(), read.end(), '\n');
  EXPECT_NE(read.find("lines dropped"), std::string::npos);
  EXPECT_NE(read.find("lines could not be written"), std::string::npos);
  EXPECT_LE(static_cast<std::uint64_t>(written), kLines - dropped + 2);
}

TEST_F(MessageLogTest, AMovedFileAndTheOneOpenedAgainHoldEveryLineOnce) {
  constexpr int kLines = 4'000;
  const std::filesystem::path moved = folder_ / "switch.log.1";
  {
    core::MessageLog log(settings_, {});
    for (int i = 0; i < kLines; ++i) {
      log.event(LogLevel::info, "line", {}, std::to_string(i));
      if (i != kLines / 2) continue;
      std::filesystem::rename(settings_.file, moved);
      log.reopen();
      log.reopen();  // at once again: the first one's file is not lost either
    }
    EXPECT_EQ(log.dropped_lines(), 0u);
  }
  const std::vector<std::string> after = lines();
  settings_.file = moved;
  std::vector<std::string> all = lines();
  ASSERT_FALSE(after.empty());
  EXPECT_NE(after.back().find(" " + std::to_string(kLines - 1)), std::string::npos);
  all.insert(all.end(), after.begin(), after.end());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kLines));
  for (std::size_t i = 0; i < all.size(); ++i)
    ASSERT_TRUE(all[i].ends_with(" " + std::to_string(i))) << i << ": " << all[i];
}

TEST_F(MessageLogTest, WhereItCannotBeOpenedAgainLinesGoOnIntoTheOneBefore) {
  const std::filesystem::path moved = folder_ / "switch.log.1";
  {
    core::MessageLog log(settings_, {});
    std::filesystem::rename(settings_.file, moved);
    std::filesystem::create_directory(settings_.file);
    EXPECT_THROW(log.reopen(), std::runtime_error);
    log.event(LogLevel::info, "after", {}, "");
  }
  settings_.file = moved;
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(MessageLogTest, AFileThatCannotBeOpenedIsASentence) {
  settings_.file = folder_ / "no such folder" / "switch.log";
  try {
    core::MessageLog log(settings_, {});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot be opened"), std::string::npos);
  }
}

}  // namespace
