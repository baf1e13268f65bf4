/// The whole switch on a real store whose disk, clock or threads fail: answers are honest, the
/// books are right, and the log says what happened.

#include <gtest/gtest.h>

#include <cerrno>

#include "ledger/check.hpp"
#include "ledger/records.hpp"
#include "switch_support.hpp"
#include "tests/ledger/store_support.hpp"

namespace {

using namespace core::test;
using base::kMicrosPerSecond;
using ledger::test::FaultyFiles;

constexpr const char* kPos = "DEMO-POS";

/// One won of the card's, without a password.
std::string payment(std::uint32_t stan) {
  return card_request({.stan = stan, .card = kLotCard, .amount_won = 1});
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A switch on a store in a folder that outlives it.
class FaultTest : public testing::Test {
 protected:
  FaultTest() {
    files_.without_sync = true;
    options_ = ledger::test::small_options(folder_.path() / "data");
    options_.segment_bytes = 256 << 10;
    options_.overlay_bytes = 4 << 20;
    options_.max_batch_bytes = 200'000;
    options_.files = &files_;
  }

  TestSwitchOptions on_disk() {
    TestSwitchOptions options;
    options.key_folder = folder_.path();
    options.open_store = [this](core::MessageLog& log) {
      return ledger::DurableStore::open(options_, log);
    };
    return options;
  }
  static std::string ask(Client& client, const std::string& request) {
    client.send(request);
    return client.receive();
  }
  static void sell_card(TestSwitch& tested) {
    Client agent(tested.port("DEMO-AGENT"));
    EXPECT_EQ(code_of(ask(agent, sale(1))), "00");
  }
  /// What the check of the stopped switch's data finds; how much the sold card has paid.
  std::pair<std::string, std::int64_t> checked() {
    const auto snapshot = ledger::open_offline(options_.folder);
    const ledger::CheckReport report = ledger::check_books(*snapshot, nullptr, {});
    std::int64_t paid_won = 10'000;
    snapshot->for_each(ledger::Table::cards, [&](auto, std::string_view value) {
      paid_won -= ledger::record_from<ledger::CardRecord>(value).value().balance_won;
      return true;
    });
    return {report.right() ? "" : ledger::to_text(report), paid_won};
  }

  ledger::test::TempFolder folder_;
  FaultyFiles files_;
  ledger::StoreOptions options_;
};

struct WriteFault {
  const char* name;
  std::int64_t result;  ///< of the write: an error, or so many bytes
  int sync_error;       ///< without O_DIRECT, of the sync behind it
  bool survives;        ///< what was not answered is on the disk
  const char* words;    ///< in the log
};

class JournalWriteFault : public FaultTest, public testing::WithParamInterface<WriteFault> {};

TEST_P(JournalWriteFault, NothingIsAnsweredUntilARestartHasDecided) {
  const WriteFault& fault = GetParam();
  std::atomic<bool> failing{false};
  files_.write_fault = [&](const auto&, std::size_t size, std::uint64_t) -> std::int64_t {
    // Only the answering thread writes single blocks behind a segment's head.
    return failing && size <= 4 * ledger::kBlockBytes ? fault.result : 0;
  };
  if (fault.sync_error != 0) {
    files_.open_error = [](const auto&, ledger::OpenFlags flags) {
      return flags.direct ? EINVAL : 0;
    };
    files_.sync_error = [&](const auto&) { return failing ? fault.sync_error : 0; };
  }
  options_.segment_bytes = 1 << 20;  // one is enough: no other must be ready in time
  std::string first, log;
  {
    TestSwitch tested(on_disk());
    sell_card(tested);
    Client payer(tested.port(kPos)), other(tested.port(kPos));
    first = ask(payer, payment(1));
    EXPECT_EQ(code_of(first), "00");
    failing = true;
    payer.send(payment(2));
    EXPECT_EQ(payer.receive(), "") << "its outcome is unknown";
    EXPECT_TRUE(payer.is_closed());
    failing = false;  // whatever the disk says now: only a restart decides
    EXPECT_EQ(code_of(ask(other, payment(3))), "96");
    EXPECT_EQ(code_of(ask(other, echo(4))), "00");
    log = tested.log_text();
  }
  EXPECT_TRUE(says(log, "poisoned")) << log;
  EXPECT_TRUE(says(log, "info  DEMO-POS     disconnect       connection 2: the ledger does not"))
      << "the station did no wrong";
  EXPECT_TRUE(says(log, fault.words)) << log;
  EXPECT_TRUE(says(log, "until a restart has decided"));
  EXPECT_EQ(checked(), std::make_pair(std::string(), std::int64_t{fault.survives ? 2 : 1}));

  TestSwitch again(on_disk());
  Client client(again.port(kPos));
  EXPECT_EQ(code_of(ask(client, payment(3))), "00");
  if (!fault.survives) {
    EXPECT_EQ(code_of(ask(client, payment(2))), "00");
  }
  EXPECT_TRUE(says(again.log_text(), "the last batch that counts is"));
  EXPECT_EQ(checked(), std::make_pair(std::string(), std::int64_t{3}));
}

INSTANTIATE_TEST_SUITE_P(
    Faults, JournalWriteFault,
    testing::Values(WriteFault{"error", -EIO, 0, false, "Input/output error"},
                    WriteFault{"full", -ENOSPC, 0, false, "No space left"},
                    WriteFault{"short_write", 512, 0, false, "Input/output error"},
                    WriteFault{"short_of_zeros", 3'584, 0, true, "Input/output error"},
                    WriteFault{"unsynced", 0, EIO, true, "Input/output error"}),
    [](const auto& each) { return each.param.name; });

/// No room for LMDB and none for another segment: answers go on as long as what is at hand lasts,
/// then it is 96, and it goes on by itself when there is room.
TEST_F(FaultTest, AFullDiskIsA96ThatEndsWhenThereIsRoom) {
  std::atomic<bool> full{false};
  options_.segment_bytes = 128 << 10;
  options_.max_batch_bytes = 100'000;
  options_.apply_fault = [&] { return full ? ENOSPC : 0; };
  files_.reserve_error = [&](const auto&) { return full ? ENOSPC : 0; };
  std::string log;
  std::int64_t paid_won = 0;
  {
    TestSwitch tested(on_disk());
    sell_card(tested);
    Client client(tested.port(kPos));
    EXPECT_EQ(code_of(ask(client, payment(1))), "00");
    full = true;
    std::uint32_t stan = 2;
    std::string code;
    for (; stan < 2'000; ++stan)
      if ((code = code_of(ask(client, payment(stan)))) != "00") break;
    EXPECT_EQ(code, "96");
    EXPECT_GT(stan, 10u);
    EXPECT_EQ(code_of(ask(client, echo(stan))), "00");
    paid_won = stan - 1;
    full = false;
    for (int i = 0; i < 1'000 && code != "00"; ++i) {
      code = code_of(ask(client, payment(stan)));
      if (code != "00") std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(code, "00");
    log = tested.log_text();
  }
  for (const char* event : {"disk_full", "bound_reached", "disk_room_again", "bound_left"})
    EXPECT_TRUE(says(log, event)) << event;
  EXPECT_EQ(checked(), std::make_pair(std::string(), paid_won + 1));
}

/// The map is a setting; what it does not take stays in the journal for a start with a larger one.
TEST_F(FaultTest, AFullMapIsA96UntilARestartWithALargerOne) {
  options_.map_bytes = 1 << 20;
  options_.overlay_bytes = 200'000;
  std::string log;
  std::uint32_t stan = 1;
  {
    TestSwitch tested(on_disk());
    sell_card(tested);
    Client client(tested.port(kPos));
    // A 96 may be that of an apply that is only slow: until it stays.
    for (int refusals = 0; stan < 5'000 && refusals < 60;) {
      if (code_of(ask(client, payment(stan))) == "00") {
        ++stan;
        refusals = 0;
        continue;
      }
      ++refusals;
      std::this_thread::sleep_for(10ms);
    }
    EXPECT_GT(stan, 10u);
    EXPECT_EQ(code_of(ask(client, payment(stan))), "96");
    EXPECT_EQ(code_of(ask(client, echo(stan))), "00");
    log = tested.log_text();
  }
  EXPECT_TRUE(says(log, "disk_full")) << log;
  EXPECT_TRUE(says(log, "ledger.map-gib")) << "the operator is told which setting";
  options_.map_bytes = 256 << 20;
  {
    TestSwitch tested(on_disk());
    Client client(tested.port(kPos));
    EXPECT_EQ(code_of(ask(client, payment(stan))), "00");
  }
  EXPECT_EQ(checked(), std::make_pair(std::string(), std::int64_t{stan}));
}

TEST_F(FaultTest, TheClockIsSetBackAndForthWhileItServes) {
  std::string log;
  {
    TestSwitch tested(on_disk());
    sell_card(tested);
    Client client(tested.port(kPos));
    const std::string first = ask(client, payment(1));
    std::this_thread::sleep_for(250ms);  // two ticks, which look at the clock
    std::uint32_t stan = 2;
    for (const int hours : {5, -30, 7 * 24, 40 * 24, 0}) {  // a repeat is known for eight days
      tested.clock_step_us = hours * 3'600 * kMicrosPerSecond;
      EXPECT_EQ(ask(client, payment(1)), first) << hours;
      EXPECT_EQ(code_of(ask(client, payment(stan++))), "00") << hours;
      std::this_thread::sleep_for(250ms);
    }
    log = tested.log_text();
  }
  EXPECT_TRUE(says(log, "clock stepped")) << log;
  for (const char* step : {"forward by 18000.0 s", "back by 126000.0 s", "forward by 712800.0 s",
                           "forward by 2851200.0 s"})
    EXPECT_TRUE(says(log, step)) << step;
  EXPECT_EQ(checked(), std::make_pair(std::string(), std::int64_t{6}));
}

/// The answering thread stalls in a write for longer than a frame may take: whoever sent the rest
/// of his frame meanwhile is not to blame.
TEST_F(FaultTest, AStallInTheJournalIsToldAndClosesNobody) {
  TestSwitchOptions options = on_disk();
  options.server.session.frame_timeout_us = kMicrosPerSecond;
  options.server.session.idle_timeout_us = 2 * kMicrosPerSecond;
  std::atomic<bool> slow{false}, stalled{false};
  files_.write_fault = [&](const auto&, std::size_t, std::uint64_t) {
    if (slow.exchange(false)) {
      stalled = true;
      std::this_thread::sleep_for(2'500ms);
    }
    return std::int64_t{0};
  };
  std::string log;
  {
    TestSwitch tested(options);
    sell_card(tested);
    std::vector<std::unique_ptr<Client>> halves;
    for (int i = 0; i < 20; ++i) {
      halves.push_back(std::make_unique<Client>(tested.port(kPos)));
      EXPECT_EQ(code_of(ask(*halves.back(), echo(1))), "00");
    }
    for (auto& half : halves) half->send(echo(2).substr(0, 9));
    std::this_thread::sleep_for(300ms);
    Client payer(tested.port(kPos));
    slow = true;
    payer.send(payment(1));
    while (!stalled) std::this_thread::sleep_for(5ms);
    for (auto& half : halves) half->send(echo(2).substr(9));
    EXPECT_EQ(code_of(payer.receive()), "00");
    for (auto& half : halves) EXPECT_EQ(code_of(half->receive()), "00");
    log = tested.log_text();
  }
  EXPECT_TRUE(says(log, "slow_write")) << log;
  EXPECT_FALSE(says(log, "did not finish in time")) << log;
  EXPECT_EQ(checked(), std::make_pair(std::string(), std::int64_t{1}));
}

/// The apply and the preparer of segments stall for seconds: nobody who waits for an answer
/// notices.
TEST_F(FaultTest, StalledBackgroundThreadsHoldUpNoAnswer) {
  options_.segment_bytes = 128 << 10;
  options_.max_batch_bytes = 100'000;
  std::atomic<bool> stall{false};
  std::atomic<int> stalls{0};
  const auto wait = [&] {
    if (!stall) return;
    ++stalls;
    for (int i = 0; i < 300 && stall; ++i) std::this_thread::sleep_for(10ms);
  };
  options_.apply_fault = [&] {
    wait();
    return 0;
  };
  files_.reserve_error = [&](const auto&) {
    wait();
    return 0;
  };
  {
    TestSwitch tested(on_disk());
    sell_card(tested);
    Client client(tested.port(kPos));
    ASSERT_EQ(code_of(ask(client, payment(1))), "00");
    stall = true;
    std::uint32_t stan = 2;
    // What is ready lasts longer than that, and the second segment of it is begun.
    for (; stan <= 40; ++stan) ASSERT_EQ(code_of(ask(client, payment(stan))), "00") << stan;
    EXPECT_GE(stalls, 1);
    EXPECT_TRUE(stall);
    stall = false;
    for (int i = 0; i < 1'000; ++i) {
      if (code_of(ask(client, payment(stan))) == "00") break;
      std::this_thread::sleep_for(10ms);
    }
  }
  EXPECT_EQ(checked(), std::make_pair(std::string(), std::int64_t{41}));
}

}  // namespace
