#include "switch/server.hpp"

#include <gtest/gtest.h>

#include "switch_support.hpp"

namespace {

using namespace core::test;
using base::kMicrosPerSecond;

constexpr std::string_view kPos = "DEMO-POS";

TEST(Server, AnswersAnEcho) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  client.send(echo(17));
  const std::string answer = client.receive();
  EXPECT_EQ(code_of(answer), "00");
  EXPECT_EQ(stan_of(answer), 17u);
}

TEST(Server, RefusesAnAddressThatIsNotLoopback) {
  TestSwitch tested;
  for (const char* address : {"0.0.0.0", "192.0.2.1", "::", "localhost", ""}) {
    core::StationSettings settings;
    settings.address = address;
    settings.port = 0;
    const std::string said = tested.on_thread([&]() -> std::string {
      try {
        tested.server().add(settings);
        return "served";
      } catch (const std::runtime_error& error) {
        return error.what();
      }
    });
    EXPECT_NE(said.find("no loopback address"), std::string::npos) << address << ": " << said;
  }
}

TEST(Server, APortInUseIsASentenceThatSaysWhatToDo) {
  TestSwitch tested;
  core::StationSettings settings;
  settings.link.station.name = "OTHER";
  settings.port = tested.port(kPos);
  const std::string said = tested.on_thread([&]() -> std::string {
    try {
      tested.server().add(settings);
      return "served";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  });
  EXPECT_NE(said.find("station OTHER"), std::string::npos);
  EXPECT_NE(said.find("in use"), std::string::npos);
}

TEST(Server, AThousandPipelinedRequestsAreAnsweredInOrder) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  std::string requests;
  for (std::uint32_t i = 1; i <= 1'000; ++i) requests += echo(i);
  client.send(requests);
  for (std::uint32_t i = 1; i <= 1'000; ++i) ASSERT_EQ(stan_of(client.receive()), i);
}

TEST(Server, WhatArrivesTogetherSharesACommitAndLeavesInOneSend) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  client.send(echo(1));
  client.receive();
  tested.on_thread([&] { return tested.store.commits = 0; });
  std::string requests;
  for (std::uint32_t i = 1; i <= 50; ++i) requests += unknown_card_purchase(i);
  client.send(requests);
  const std::string chunk = client.receive_chunk();
  EXPECT_EQ(tested.on_thread([&] { return tested.store.commits; }), 1u);
  const auto one =
      base::load_big_endian<std::uint16_t>(reinterpret_cast<const std::uint8_t*>(chunk.data()));
  EXPECT_GE(chunk.size(), 50u * (one + 2u)) << "fifty answers in one send";
}

TEST(Server, SeveralConnectionsShareACommit) {
  TestSwitch tested;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<Client>(tested.port(kPos)));
    clients.back()->send(echo(1));
    clients.back()->receive();
  }
  // While one commit is held the others' requests gather.
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  clients[0]->send(unknown_card_purchase(100));
  ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
  for (std::uint32_t i = 1; i < 8; ++i) clients[i]->send(unknown_card_purchase(100 + i));
  std::this_thread::sleep_for(100ms);
  tested.on_thread([&] {
    tested.store.hold_commits = false;
    tested.store.commits = 0;
    tested.store.release();
    return true;
  });
  for (auto& client : clients) EXPECT_EQ(code_of(client->receive()), "14");
  EXPECT_EQ(tested.on_thread([&] { return tested.store.commits; }), 1u);
}

TEST(Server, NothingIsAnsweredBeforeTheCommit) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  client.send(unknown_card_purchase(1));
  ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
  EXPECT_TRUE(client.has_nothing(100));
  tested.on_thread([&] {
    tested.store.release();
    return true;
  });
  EXPECT_EQ(code_of(client.receive()), "14");
}

TEST(Server, MoreThanTheRequestsInFlightAreNotRead) {
  TestSwitchOptions options;
  options.server.session.in_flight = 4;
  TestSwitch tested(options);
  Client client(tested.port(kPos));
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  std::string requests;
  for (std::uint32_t i = 1; i <= 100; ++i) requests += echo(i);
  client.send(requests);
  ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(tested.on_thread([&] { return tested.engine().figures().requests; }), 4u);
  tested.on_thread([&] {
    tested.store.hold_commits = false;
    tested.store.release();
    return true;
  });
  for (std::uint32_t i = 1; i <= 100; ++i) ASSERT_EQ(stan_of(client.receive()), i);
  const std::string line = "connection 1: the limit of requests in flight is reached";
  std::this_thread::sleep_for(150ms);
  const std::string log = tested.log_text();
  ASSERT_NE(log.find(line), std::string::npos);
  EXPECT_EQ(log.find(line, log.find(line) + 1), std::string::npos) << "told once";
}

/// It may be twelve digits of a card, where the bytes stand in the wrong place.
TEST(Server, TheReferenceOfAMessageThatIsNotUnderstoodIsNotLogged) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  client.send(card_request({.stan = 1, .reference = "ABCDEF000001"}));
  EXPECT_EQ(code_of(client.receive()), "14");
  client.send(card_request({.stan = 2, .amount_won = 0, .reference = "941012990000"}));
  EXPECT_EQ(code_of(client.receive()), "30");
  const std::string log = tested.log_text();
  EXPECT_NE(log.find("ABCDEF000001"), std::string::npos);
  EXPECT_EQ(log.find("941012990000"), std::string::npos);
}

TEST(Server, ConnectionsOverAStationsLimitAreClosedWithALogLine) {
  TestSwitchOptions options;
  options.station_connections = 2;
  TestSwitch tested(options);
  Client first(tested.port(kPos)), second(tested.port(kPos));
  ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 2; }));
  Client third(tested.port(kPos));
  EXPECT_TRUE(third.is_closed());
  Client other(tested.port("DEMO-OPER"));
  other.send(echo(1));
  EXPECT_EQ(code_of(other.receive()), "00") << "another station has its own limit";
  EXPECT_EQ(tested.figures(kPos).refused, 1u);
  std::this_thread::sleep_for(150ms);
  EXPECT_NE(tested.log_text().find("the limit of 2 of this station is reached"), std::string::npos);
}

TEST(Server, AStationThatDoesNothingButConnectDoesNotFillTheLog) {
  TestSwitch tested;
  for (int i = 0; i < 300; ++i) Client comes_and_goes(tested.port(kPos));
  while (tested.figures(kPos).accepted < 300) std::this_thread::sleep_for(5ms);
  ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 0; }));
  std::this_thread::sleep_for(1'200ms);  // the second is over
  const std::string log = tested.log_text();
  std::size_t lines = 0;
  for (std::size_t at = log.find("connect "); at != std::string::npos;
       at = log.find("connect ", at + 1))
    ++lines;
  EXPECT_LT(lines, 500u);
  EXPECT_NE(log.find("lines of connections that came or went were left out"), std::string::npos);
}

TEST(Server, ConnectionsOverTheLimitInAllAreClosedUntilOneLeaves) {
  TestSwitchOptions options;
  options.server.connections = 1;
  TestSwitch tested(options);
  {
    Client first(tested.port(kPos));
    ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 1; }));
    Client second(tested.port("DEMO-OPER"));
    EXPECT_TRUE(second.is_closed());
  }
  ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 0; }));
  Client third(tested.port("DEMO-OPER"));
  third.send(echo(1));
  EXPECT_EQ(code_of(third.receive()), "00");
}

TEST(Server, APeerThatNeverReadsIsClosedAndNobodyElseNotices) {
  TestSwitchOptions options;
  options.server.session.frame_timeout_us = kMicrosPerSecond / 2;
  options.server.session.output_bytes = 16'384;
  TestSwitch tested(options);
  Client slow(tested.port(kPos), 4'096), quick(tested.port(kPos));
  std::string requests;
  for (std::uint32_t i = 1; i <= 500; ++i) requests += echo(i);
  std::atomic<bool> over = false;
  std::thread flood([&] {
    while (!over)
      if (slow.send_some(requests) == 0) std::this_thread::sleep_for(1ms);
  });
  for (std::uint32_t i = 1; i <= 20; ++i) {
    quick.send(echo(i));
    EXPECT_EQ(stan_of(quick.receive()), i);
  }
  EXPECT_TRUE(tested.becomes([&] { return tested.server().connections() == 1; }));
  over = true;
  flood.join();
  quick.send(echo(99));
  EXPECT_EQ(stan_of(quick.receive()), 99u);
  EXPECT_NE(tested.log_text().find("the peer does not take its answers"), std::string::npos);
}

TEST(Server, AHalfFrameIsClosedAfterItsTime) {
  TestSwitchOptions options;
  options.server.session.frame_timeout_us = kMicrosPerSecond / 5;
  TestSwitch tested(options);
  Client client(tested.port(kPos));
  client.send(echo(1).substr(0, 9));
  EXPECT_TRUE(client.is_closed());
  EXPECT_NE(tested.log_text().find("a frame did not finish in time"), std::string::npos);
}

TEST(Server, AnIdleConnectionIsClosed) {
  TestSwitchOptions options;
  options.server.session.idle_timeout_us = kMicrosPerSecond / 5;
  TestSwitch tested(options);
  Client client(tested.port(kPos));
  EXPECT_TRUE(client.is_closed());
  EXPECT_NE(tested.log_text().find(": idle;"), std::string::npos);
}

TEST(Server, WhatIsNotReadableClosesButWhatCameBeforeIsAnswered) {
  TestSwitch tested;
  for (const std::string& garbage :
       {std::string("\x00\x00", 2), std::string("\x20\x01", 2), std::string("\x00\x02\xff\xff", 4),
        std::string("\x00\x03\x02\x00\x11", 5)}) {
    Client client(tested.port(kPos));
    client.send(echo(1) + garbage);
    EXPECT_EQ(stan_of(client.receive()), 1u);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Server, AnAnswerNobodyWaitsForIsDroppedAndTheConnectionStays) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  std::string answer = echo(5);
  answer[3] = 0x10;  // 0810
  client.send(answer + echo(6));
  EXPECT_EQ(stan_of(client.receive()), 6u);
  EXPECT_NE(tested.log_text().find("an answer nobody waits for: 0810"), std::string::npos);
}

TEST(Server, APeerThatEndsItsOutputStillGetsItsAnswers) {
  TestSwitch tested;
  Client client(tested.port(kPos));
  client.send(echo(1) + echo(2));
  client.end_output();
  EXPECT_EQ(stan_of(client.receive()), 1u);
  EXPECT_EQ(stan_of(client.receive()), 2u);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, AnUnknownOutcomeClosesItsConnectionsAndLaterMoneyGets96) {
  TestSwitch tested;
  Client payer(tested.port(kPos)), other(tested.port(kPos));
  other.send(echo(1));
  EXPECT_EQ(code_of(other.receive()), "00");
  tested.on_thread([&] {
    tested.store.memory.set_options({.unknown = 1});
    return true;
  });
  payer.send(unknown_card_purchase(1));
  EXPECT_TRUE(payer.is_closed());
  other.send(unknown_card_purchase(2));
  EXPECT_EQ(code_of(other.receive()), "96");
  other.send(echo(3));
  EXPECT_EQ(code_of(other.receive()), "00");
  Client late(tested.port(kPos));
  late.send(echo(4));
  EXPECT_EQ(code_of(late.receive()), "00");
}

TEST(Server, SignOnIsOfItsConnectionAndCounted) {
  TestSwitch tested;
  {
    Client client(tested.port("DEMO-BANK"));
    client.send(network_request(1, 1));
    EXPECT_EQ(code_of(client.receive()), "00");
    EXPECT_EQ(tested.figures("DEMO-BANK").signed_on, 1u);
  }
  ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 0; }));
  EXPECT_EQ(tested.figures("DEMO-BANK").signed_on, 0u);
}

TEST(Server, AConnectionThatLeavesDuringACommitHarmsNobody) {
  TestSwitch tested;
  Client stays(tested.port(kPos));
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  {
    Client leaves(tested.port(kPos));
    leaves.send(unknown_card_purchase(1));
    ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
    stays.send(echo(2));
    // A reset: the answer can go nowhere.
    leaves.send(std::string("\x00\x00", 2));
  }
  std::this_thread::sleep_for(50ms);
  tested.on_thread([&] {
    tested.store.hold_commits = false;
    tested.store.release();
    return true;
  });
  EXPECT_EQ(stan_of(stays.receive()), 2u);
  EXPECT_TRUE(tested.becomes([&] { return tested.server().connections() == 1; }));
}

TEST(Server, AnOrderlyStopAnswersWhatIsInFlight) {
  TestSwitch tested;
  Client client(tested.port(kPos)), idle(tested.port(kPos));
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  client.send(unknown_card_purchase(1));
  ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
  tested.on_thread([&] {
    tested.server().stop("a test");
    return true;
  });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(Client(tested.port(kPos)).is_connected());
  EXPECT_TRUE(client.has_nothing(50));
  tested.on_thread([&] {
    tested.store.release();
    return true;
  });
  EXPECT_EQ(code_of(client.receive()), "14");
  EXPECT_TRUE(client.is_closed());
  tested.stop();
}

TEST(Server, AStopDoesNotWaitForeverForOneThatTakesNothing) {
  TestSwitchOptions options;
  options.server.stop_patience_us = kMicrosPerSecond / 5;
  TestSwitch tested(options);
  Client client(tested.port(kPos));
  tested.on_thread([&] { return tested.store.hold_commits = true; });
  client.send(unknown_card_purchase(1));
  ASSERT_TRUE(tested.becomes([&] { return tested.store.is_holding(); }));
  const auto begin = std::chrono::steady_clock::now();
  tested.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

}  // namespace
