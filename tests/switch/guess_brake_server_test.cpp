#include <gtest/gtest.h>

#include "switch_support.hpp"

namespace {

using namespace core::test;

constexpr std::string_view kShop = "DEMO-POS";
constexpr base::TimeUs kLong = 60 * base::kMicrosPerSecond;  ///< no test waits for it

/// On a card that is not there, another with each STAN.
std::string card_message(std::uint32_t stan, std::string_view terminal, std::uint16_t mti = 200) {
  const std::string card = std::to_string(9'410'129'900'000'000 + stan);
  return card_request({.stan = stan, .card = card, .mti = mti, .terminal = terminal});
}

TestSwitchOptions waiting(base::TimeUs first_us) {
  TestSwitchOptions options;
  options.server.guesses = core::GuessLimits{};
  options.server.guesses->first_wait_us = first_us;
  options.server.guesses->longest_wait_us = std::max(first_us, 2 * first_us);
  return options;
}

/// POS00001 makes its ten guesses.
void guess_ten_times(Client& client) {
  for (std::uint32_t i = 1; i <= 10; ++i) {
    client.send(card_message(i, "POS00001"));
    ASSERT_EQ(code_of(client.receive()), "14");
  }
}

TEST(GuessBrakeServer, AHeldAnswerComesLaterAndOthersOvertakeIt) {
  TestSwitch tested(waiting(kLong / 100));
  Client client(tested.port(kShop));
  guess_ten_times(client);
  client.send(card_message(11, "POS00001") + echo(12) + card_message(13, "POS00001", 420));
  EXPECT_EQ(stan_of(client.receive()), 12u) << "network management is not held";
  EXPECT_EQ(stan_of(client.receive()), 13u) << "nor is an advice";
  EXPECT_EQ(tested.on_thread([&] { return tested.server().guess_figures().waiting; }), 1u);
  EXPECT_EQ(stan_of(client.receive()), 11u);
  EXPECT_EQ(tested.on_thread([&] { return tested.server().guess_figures().waiting; }), 0u);
  const std::string log = tested.log_text();
  EXPECT_NE(log.find("brake            terminal POS00001: 10 unknown cards"), std::string::npos);
  EXPECT_NE(log.find(" held 0.6 s"), std::string::npos);
}

TEST(GuessBrakeServer, AHeldAnswerDoesNotKeepOthersRequestsFromBeingRead) {
  TestSwitchOptions options = waiting(kLong);
  options.server.session.in_flight = 2;  // so the receive buffer is small
  TestSwitch tested(options);
  Client client(tested.port(kShop));
  guess_ten_times(client);
  client.send(card_message(11, "POS00001"));
  ASSERT_TRUE(tested.becomes([&] { return tested.server().guess_figures().waiting == 1; }));
  for (std::uint32_t i = 100; i < 500; ++i) {  // more bytes than the buffer has
    client.send(echo(i));
    ASSERT_EQ(stan_of(client.receive()), i);
  }
}

TEST(GuessBrakeServer, AHeldAnswerKeepsNoOtherTerminalOfItsConnectionWaiting) {
  TestSwitchOptions options = waiting(kLong / 100);
  options.server.session.in_flight = 1;
  options.server.session.held = 2;
  TestSwitch tested(options);
  Client client(tested.port(kShop));
  guess_ten_times(client);
  client.send(card_message(11, "POS00001") + card_message(12, "POS00002"));
  EXPECT_EQ(stan_of(client.receive()), 12u);
  EXPECT_EQ(stan_of(client.receive()), 11u);
}

TEST(GuessBrakeServer, AtTheBoundOfHeldAnswersTheConnectionIsNotRead) {
  TestSwitchOptions options = waiting(kLong / 100);
  options.server.session.held = 1;
  TestSwitch tested(options);
  Client client(tested.port(kShop));
  guess_ten_times(client);
  client.send(card_message(11, "POS00001"));
  ASSERT_TRUE(tested.becomes([&] { return tested.server().guess_figures().waiting == 1; }));
  client.send(card_message(12, "POS00002"));
  EXPECT_EQ(stan_of(client.receive()), 11u);
  EXPECT_EQ(stan_of(client.receive()), 12u);
  const core::StationFigures figures = tested.figures(kShop);
  EXPECT_EQ(figures.limits[static_cast<std::size_t>(core::SessionLimit::held)], 1u);
  EXPECT_NE(tested.log_text().find("the limit of answers held back"), std::string::npos);
}

TEST(GuessBrakeServer, AStopSendsWhatIsHeldAtOnce) {
  TestSwitch tested(waiting(kLong));
  Client client(tested.port(kShop));
  guess_ten_times(client);
  client.send(card_message(11, "POS00001"));
  ASSERT_TRUE(tested.becomes([&] { return tested.server().guess_figures().waiting == 1; }));
  tested.stop();
  EXPECT_EQ(stan_of(client.receive()), 11u);
  EXPECT_TRUE(client.is_closed());
}

TEST(GuessBrakeServer, AHeldAnswerOfAConnectionThatIsGoneIsForgotten) {
  TestSwitch tested(waiting(kLong));
  {
    Client client(tested.port(kShop));
    guess_ten_times(client);
    client.send(card_message(11, "POS00001"));
    ASSERT_TRUE(tested.becomes([&] { return tested.server().guess_figures().waiting == 1; }));
    client.reset();
  }
  EXPECT_TRUE(tested.becomes([&] { return tested.server().guess_figures().waiting == 0; }));
  Client again(tested.port(kShop));
  again.send(card_message(11, "POS00001"));
  EXPECT_TRUE(again.has_nothing(200)) << "a new connection gains nothing";
}

TEST(GuessBrakeServer, AFloodOfGuessesIsRefusedUndecidedAndHeldAnswersAreBounded) {
  TestSwitch tested(waiting(kLong));
  Client client(tested.port(kShop));
  guess_ten_times(client);
  std::string flood;
  for (std::uint32_t i = 11; i <= 211; ++i) flood += card_message(i, "POS00001");
  client.send(flood);
  client.send(card_message(300, "POS00002"));
  int refused = 0;
  std::string answer;
  while (stan_of(answer = client.receive()) != 300u) {
    ASSERT_EQ(code_of(answer), "96");
    ++refused;
  }
  const auto figures = tested.on_thread([&] { return tested.server().guess_figures(); });
  EXPECT_EQ(figures.refused, static_cast<std::uint64_t>(refused));
  EXPECT_EQ(figures.waiting + static_cast<std::size_t>(refused), 201u);
  EXPECT_LE(figures.waiting, 34u);
}

}  // namespace
