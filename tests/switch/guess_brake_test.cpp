#include "switch/guess_brake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

using base::kMicrosPerSecond;
using core::Asker;
using core::CardAnswer;
using core::GuessBrake;
using core::GuessLimits;

constexpr std::array<char, 2> kApproved{'0', '0'}, kUnknown{'1', '4'}, kWrong{'5', '5'},
    kFifth{'7', '5'}, kBlocked{'6', '2'};

Asker at(std::string_view terminal, core::Asker asker = {7, "SHOP", {}, false}) {
  std::copy(terminal.begin(), terminal.end(), asker.terminal.begin());
  return asker;
}

/// A brake on a clock that stands still unless the test moves it.
class Braked {
 public:
  explicit Braked(GuessLimits limits = {})
      : limits_(limits),
        brake(
            limits, [this] { return now_us; },
            [this](const core::BrakeChange& change) { said.push_back(change); }) {}

  /// In seconds; each guess about another card unless one is named.
  double answer(const Asker& asker, std::array<char, 2> code, std::uint64_t card = 0) {
    ++now_us;
    return static_cast<double>(
               brake.judge(asker, {card != 0 ? card : ++next_card_, "9410", code})) /
           kMicrosPerSecond;
  }
  void guess(const Asker& asker, int times) {
    for (int i = 0; i < times; ++i) answer(asker, kUnknown);
  }
  void pass(double seconds) {
    now_us += static_cast<base::TimeUs>(seconds * kMicrosPerSecond);
    brake.tick();
  }
  bool was_said(std::string_view words) const {
    return std::any_of(said.begin(), said.end(), [&](const core::BrakeChange& change) {
      return change.text.find(words) != std::string::npos;
    });
  }

 private:
  GuessLimits limits_;
  std::uint64_t next_card_ = 1'000'000;

 public:
  base::TimeUs now_us = 1;
  std::vector<core::BrakeChange> said;
  GuessBrake brake;
};

TEST(GuessBrake, TheAnswersAfterTenGuessesWaitOneSecondDoublingToThirty) {
  Braked tested;
  for (const auto code :
       {kUnknown, kWrong, kFifth, kUnknown, kWrong, kUnknown, kWrong, kUnknown, kWrong, kUnknown})
    EXPECT_EQ(tested.answer(at("POS1"), code), 0);
  std::vector<double> waits;
  for (int i = 0; i < 7; ++i) waits.push_back(tested.answer(at("POS1"), kUnknown));
  EXPECT_EQ(waits, (std::vector<double>{1, 2, 4, 8, 16, 30, 30}));
}

TEST(GuessBrake, NineGuessesAndAnyNumberOfOtherAnswersWaitForNothing) {
  Braked tested;
  tested.guess(at("POS1"), 9);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(tested.answer(at("POS1"), kApproved), 0);
    EXPECT_EQ(tested.answer(at("POS1"), kBlocked), 0);
  }
  EXPECT_TRUE(tested.said.empty());
}

TEST(GuessBrake, AnAnswerGivenBeforeIsNoGuess) {
  Braked tested;
  for (std::uint64_t card = 1; card <= 50; ++card)
    EXPECT_EQ(tested.brake.judge(at("POS1"), {card, "9410", kWrong, true}), 0);
  EXPECT_EQ(tested.brake.figures().guesses, 0u);
}

TEST(GuessBrake, OnlyTenWithinOneMinuteCount) {
  Braked tested;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(tested.answer(at("POS1"), kUnknown), 0) << i;
    tested.pass(6.7);  // ten of them take a little more than a minute
  }
  tested.pass(60);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(tested.answer(at("POS1"), kUnknown), 0) << i;
    tested.pass(6.6);  // and here a little less
  }
  EXPECT_EQ(tested.answer(at("POS1"), kUnknown), 1);
}

TEST(GuessBrake, ABrakedTerminalsGoodAnswersWaitTooAndDoNotDouble) {
  Braked tested;
  tested.guess(at("POS1"), 11);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 2);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 2);
  EXPECT_EQ(tested.answer(at("POS2"), kApproved), 0) << "another terminal's do not";
  EXPECT_EQ(tested.answer(at("POS1", {8, "OTHER", {}, false}), kApproved), 0)
      << "nor those of a terminal of the same name elsewhere";
}

TEST(GuessBrake, AMinuteWithoutAGuessFreesAndTheCountBeginsAnew) {
  Braked tested;
  tested.guess(at("POS1"), 15);
  tested.pass(59.9);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 30);
  tested.pass(0.1);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 0);
  tested.guess(at("POS1"), 9);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 0);
  tested.guess(at("POS1"), 1);
  EXPECT_EQ(tested.answer(at("POS1"), kUnknown), 1);
}

TEST(GuessBrake, AtAStationOnlyGuessesWait) {
  Braked tested;
  for (char terminal = 'a'; terminal < 'k'; ++terminal)
    tested.guess(at(std::string_view(&terminal, 1)), 1);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 0);
  EXPECT_EQ(tested.answer(at("POS2"), kWrong), 1);
  EXPECT_EQ(tested.answer(at("POS3"), kWrong), 2);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 0);
  EXPECT_EQ(tested.answer(at("POS1", {8, "OTHER", {}, false}), kWrong), 0);
}

TEST(GuessBrake, OneBadTerminalDoesNotBrakeItsStation) {
  Braked tested;
  tested.guess(at("BAD"), 100);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(tested.answer(at(std::to_string(i)), kWrong), 0) << "none of BAD's count";
  EXPECT_EQ(tested.answer(at("POS1"), kWrong), 1);
  EXPECT_EQ(tested.brake.figures().terminals, 1u);
}

TEST(GuessBrake, AllAnswersAboutAGuessedCardWaitWhoeverAsks) {
  Braked tested;
  for (char terminal = 'a'; terminal < 'k'; ++terminal)
    tested.answer(at(std::string_view(&terminal, 1),
                     {static_cast<ledger::StationId>(terminal), "SHOP", {}, false}),
                  kUnknown, 4711);
  EXPECT_EQ(tested.answer(at("z"), kApproved, 4711), 1);
  EXPECT_EQ(tested.answer(at("z"), kApproved, 4712), 0);
  EXPECT_TRUE(tested.was_said("card 9410: 10 unknown cards or wrong passwords"));
}

TEST(GuessBrake, WhereATerminalIsADoorForManyOnlyGuessesWait) {
  Braked tested;
  const Asker door = at("SITE", {7, "SITE", {}, true});
  tested.guess(door, 11);
  EXPECT_EQ(tested.answer(door, kApproved), 0);
  EXPECT_EQ(tested.answer(door, kWrong), 2);
  tested.guess(door, 1'000);
  EXPECT_TRUE(tested.brake.may_ask(door));
}

TEST(GuessBrake, WhoDoesNotWaitForAnswersIsNotDecided) {
  Braked tested;
  const Asker rash = at("POS1");
  EXPECT_TRUE(tested.brake.may_ask(rash));
  int decided = 0;
  const auto ask_much = [&] {
    for (int i = 0; i < 1'000; ++i) {
      if (!tested.brake.may_ask(rash)) continue;
      tested.guess(rash, 1);
      ++decided;
    }
  };
  ask_much();
  EXPECT_EQ(decided, 46) << "10 free, 5 of 1 to 16 s, and 31 of 30 s: one less for those 5";
  EXPECT_EQ(tested.brake.figures().refused, 954u);
  EXPECT_TRUE(tested.brake.may_ask(at("POS2")));
  for (int minute = 0; minute < 10; ++minute) {
    tested.pass(30);
    ask_much();
  }
  EXPECT_NEAR(decided, 46 + 10 * 32, 10) << "then 32 in 30 s";
}

TEST(GuessBrake, WhereTooManyWaitABrakedTerminalIsNotDecided) {
  Braked tested({.waiting_in_all = 3});
  tested.guess(at("POS1"), 11);
  tested.brake.began_waiting();
  tested.brake.began_waiting();
  EXPECT_TRUE(tested.brake.may_ask(at("POS1")));
  tested.brake.began_waiting();
  EXPECT_FALSE(tested.brake.may_ask(at("POS1")));
  EXPECT_TRUE(tested.brake.may_ask(at("POS2")));
  tested.brake.ended_waiting(1);
  EXPECT_TRUE(tested.brake.may_ask(at("POS1")));
}

TEST(GuessBrake, AFullTableForgetsWhoIsLeastRecentlyGuilty) {
  Braked tested({.suspects = 3});
  tested.guess(at("POS1"), 12);
  tested.guess(at("POS2"), 12);
  tested.guess(at("POS1"), 1);
  tested.guess(at("POS3"), 1);
  EXPECT_EQ(tested.answer(at("POS2"), kApproved), 4);
  tested.guess(at("POS4"), 1);  // POS2's guesses are the oldest
  EXPECT_EQ(tested.answer(at("POS2"), kApproved), 0);
  EXPECT_EQ(tested.answer(at("POS1"), kApproved), 8);
  EXPECT_TRUE(tested.was_said("terminal POS2: after 12 guesses, others guessed later"));
}

TEST(GuessBrake, AStationIsNotPushedOutByItsTerminals) {
  Braked tested;
  for (int i = 0; i < 5'000; ++i) tested.guess(at(std::to_string(10'000 + i)), 1);
  EXPECT_EQ(tested.answer(at("POS1"), kWrong), 30);
  EXPECT_EQ(tested.answer(at("10000"), kApproved), 0);
}

TEST(GuessBrake, TheLogIsToldOnceWhenItSetsInAndOnceWhenItIsOff) {
  Braked tested;
  tested.guess(at("POS1"), 30);
  const auto count = [&](bool is_on) {
    return std::count_if(tested.said.begin(), tested.said.end(),
                         [&](const core::BrakeChange& change) { return change.is_on == is_on; });
  };
  EXPECT_EQ(count(true), 1) << "and not its station";
  EXPECT_EQ(tested.said[0].text,
            "terminal POS1: 10 unknown cards or wrong passwords within 60 s; its answers about "
            "cards wait 1 s now, and longer with each more, up to 30 s: see who is at it");
  EXPECT_EQ(tested.said[0].station, "SHOP");
  EXPECT_EQ(tested.brake.figures().terminals, 1u);
  tested.pass(60);
  EXPECT_EQ(count(false), 1);
  EXPECT_TRUE(tested.was_said("terminal POS1: after 30 guesses, none for a minute"));
  EXPECT_EQ(tested.brake.figures().terminals, 0u);
  EXPECT_EQ(tested.brake.figures().brakes, 1u);
}

}  // namespace
