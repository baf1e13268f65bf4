#include "switch/look_desk.hpp"

#include <gtest/gtest.h>
#include <sys/un.h>

#include <boost/asio/local/stream_protocol.hpp>

#include "switch/control_request.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;

/// A desk with its door and nothing else of a switch.
class Looks : public testing::Test {
 protected:
  Looks()
      : folder_(make_folder()),
        door(io, folder_ / "control.sock",
             [this](core::ControlClient asking, std::string_view) { client = asking; }),
        socket(io) {
    socket.connect(boost::asio::local::stream_protocol::endpoint(folder_ / "control.sock"));
    socket.write_some(boost::asio::buffer("{}\n", 3));
    until([&] { return client != 0; });
  }
  ~Looks() override { std::filesystem::remove_all(folder_); }

  static std::filesystem::path make_folder() {
    char name[] = "/tmp/cyberpass-snapshot-XXXXXX";
    return ::mkdtemp(name);
  }
  static std::shared_ptr<const crypto::FileKeyStore> make_keys() {
    auto keys = std::make_shared<crypto::FileKeyStore>();
    crypto::SystemRandom random;
    keys->add_missing_storage_keys(random, base::system_now());
    return keys;
  }
  template <class Condition>
  void until(Condition condition) {
    for (int i = 0; i < kPatienceMs && !condition(); ++i) {
      io.restart();
      io.run_for(1ms);
    }
    EXPECT_TRUE(condition());
  }

  boost::asio::io_context io;
  const std::filesystem::path folder_;
  core::ControlClient client = 0;
  core::ControlServer door;
  boost::asio::local::stream_protocol::socket socket;
  TestStore store;
  const core::Keyring keyring{{}, make_keys()};
};

/// Goes on until it is told that nobody waits for it.
void look_for_ever(ledger::Snapshot&, crypto::CardVault&, const core::LookDesk::Tell& tell) {
  for (int i = 0;; i = (i + 1) % 1'000) {
    tell(i, "looking");
    std::this_thread::sleep_for(1ms);
  }
}

TEST_F(Looks, EndsALookWhoseClientLeaves) {
  core::LookDesk desk(io, store, keyring);
  std::string error;
  desk.begin(door, client, look_for_ever, [&](const std::string& why) { error = why; });
  EXPECT_THROW(desk.begin(door, client, look_for_ever, {}), core::BadRequest) << "one at a time";
  socket.close();
  until([&] { return !error.empty(); });
  EXPECT_EQ(error, "the client has left");
}

TEST_F(Looks, GoesAwayWhileALookIsUnderWay) {
  auto desk = std::make_unique<core::LookDesk>(io, store, keyring);
  bool is_told = false;
  desk->begin(door, client, look_for_ever, [&](const std::string&) { is_told = true; });
  desk.reset();
  for (int i = 0; i < 50; ++i) io.restart(), io.run_for(1ms);
  EXPECT_FALSE(is_told);
}

TEST_F(Looks, WhatALookThrowsIsItsEnd) {
  core::LookDesk desk(io, store, keyring);
  std::string error;
  desk.begin(
      door, client,
      [](ledger::Snapshot&, crypto::CardVault&, const core::LookDesk::Tell&) {
        throw std::runtime_error("it is dark");
      },
      [&](const std::string& why) { error = why; });
  until([&] { return !error.empty(); });
  EXPECT_EQ(error, "it is dark");
  desk.begin(
      door, client, [](ledger::Snapshot&, crypto::CardVault&, const core::LookDesk::Tell&) {},
      [&](const std::string& why) { error = "ended" + why; });
  until([&] { return error == "ended"; });
}

}  // namespace
