/// What the check says of rated calls whose records were altered.

#include <gtest/gtest.h>

#include "ledger/holds.hpp"
#include "tests/ledger/check_world.hpp"

namespace ledger {
namespace {

using test::kAbroadRate;
using test::kOtherRate;
using test::listed;
using test::names;
using test::of_number;
using test::plus;
using test::with;
using test::World;

/// Card 1 has 10,000 won and has called in every way there is.
class CheckCalls : public testing::Test {
 protected:
  CheckCalls() {
    world_.load_rates(
        0, {{FixedText<20>::of(""), kOtherRate}, {FixedText<20>::of("00"), kAbroadRate}});
    world_.sell_stock(1);
    ended_ = world_.call(1, kAbroadRate, 120);
    end_ = world_.end_call(ended_, 61);
    none_ = world_.call(1, kOtherRate, 180);
    end_of_none_ = world_.end_call(none_, 0);
    taken_back_ = world_.call(1, kOtherRate, 360);
    world_.reverse(taken_back_, 84);
    open_ = world_.call(1, kAbroadRate, 60);
    renewal_ = world_.renew(open_, 120);
    plain_ = world_.hold(1, 500);
  }
  /// Whether exactly this record's alteration is told of that record.
  void expect_named(Table table, Sequence altered,
                    const std::function<std::string(std::string)>& how, Table named_table,
                    Sequence named) {
    const std::string key = of_number(altered), before = world_.value(table, key);
    const std::string after = how(before);
    ASSERT_NE(after, before);
    world_.put(table, key, after);
    const CheckReport report = world_.check();
    EXPECT_TRUE(names(report, named_table, of_number(named))) << listed(report);
    world_.put(table, key, before);
    EXPECT_TRUE(world_.check().right()) << listed(world_.check());
  }
  void expect_named(Sequence hold, const std::function<std::string(std::string)>& how) {
    expect_named(Table::holds, hold, how, Table::holds, hold);
  }
  World world_;
  Sequence ended_, end_, none_, end_of_none_, taken_back_, open_, renewal_, plain_;
};

TEST_F(CheckCalls, AreRight) {
  const CheckReport report = world_.check();
  EXPECT_TRUE(report.right()) << listed(report);
}

/// A clock that is set back makes a table of calls that were rated one that is yet to come.
TEST_F(CheckCalls, ATableThatWasReplacedAfterCallsWereRatedByItIsNoDamage) {
  const CallRate other{1, 2, 3};
  world_.load_rates(0, {{FixedText<20>::of(""), other}});
  EXPECT_TRUE(world_.check().right()) << listed(world_.check());
  const Sequence call = world_.call(1, other, 3);
  EXPECT_TRUE(world_.check().right()) << listed(world_.check());
  expect_named(call, [](auto v) {
    return with(v, &HoldRecord::rate, [](CallRate& rate) { rate = kOtherRate; });
  });
}

TEST_F(CheckCalls, EachPartOfARateAndTheSecondsAreProved) {
  for (const Sequence hold : {ended_, none_, taken_back_, open_}) {
    for (const auto field : {&CallRate::connection_won, &CallRate::unit_won, &CallRate::unit_s})
      expect_named(hold, [&](auto v) {
        return with(v, &HoldRecord::rate, [&](CallRate& rate) { ++(rate.*field); });
      });
    expect_named(hold, [](auto v) { return plus(v, &HoldRecord::granted_s); });
  }
}

TEST_F(CheckCalls, TheRateOfAnotherRowIsTold) {
  for (const Sequence hold : {ended_, none_, taken_back_, open_})
    expect_named(hold, [](auto v) {
      return with(v, &HoldRecord::rate,
                  [](CallRate& rate) { rate = rate == kAbroadRate ? kOtherRate : kAbroadRate; });
    });
}

TEST_F(CheckCalls, ARateThatIsNotThereIsTold) {
  for (const Sequence hold : {ended_, none_, open_})
    expect_named(hold,
                 [](auto v) { return with(v, &HoldRecord::rate, [](auto& rate) { rate = {}; }); });
  expect_named(plain_, [](auto v) {
    return with(v, &HoldRecord::rate, [](auto& rate) { rate = kOtherRate; });
  });
}

TEST_F(CheckCalls, ARateOfATableThatCameLaterIsTold) {
  world_.load_rates(rates_from(world_.now) + 1, {{FixedText<20>::of(""), {0, 55, 60}}});
  expect_named(open_, [](auto v) {
    return with(v, &HoldRecord::rate, [](auto& rate) { rate = {0, 55, 60}; });
  });
  world_.call(1, {0, 55, 60}, 60);
  EXPECT_TRUE(world_.check().right()) << listed(world_.check());
}

TEST_F(CheckCalls, ATableThatIsTakenAwayIsToldByItsCalls) {
  world_.erase(Table::rates, of_number(0));
  const CheckReport report = world_.check();
  for (const Sequence hold : {ended_, none_, taken_back_, open_})
    EXPECT_TRUE(names(report, Table::holds, of_number(hold))) << listed(report);
}

TEST_F(CheckCalls, ATableLoadedLaterDoesNotCountForWhatWasThereWhateverTheClockSaid) {
  world_.load_rates(1, {{FixedText<20>::of(""), {0, 55, 60}}});
  EXPECT_TRUE(world_.check().right()) << listed(world_.check());
  const Sequence late = world_.call(1, kOtherRate, 180);
  EXPECT_TRUE(names(world_.check(), Table::holds, of_number(late)));
}

TEST_F(CheckCalls, OtherSecondsInARenewalsAnswerAreToldOfIt) {
  expect_named(
      Table::transactions, renewal_,
      [](std::string v) { return v.replace(v.find("0031003120"), 10, "0031003180"); },
      Table::transactions, renewal_);
}

TEST_F(CheckCalls, OtherSecondsInAFirstAnswerAreToldOfTheHold) {
  expect_named(
      Table::transactions, open_,
      [](std::string v) { return v.replace(v.find("003100260"), 9, "003100259"); }, Table::holds,
      open_);
}

TEST_F(CheckCalls, APriceOfNoUnitsIsTold) {
  const std::string key = of_number(end_), before = world_.value(Table::transactions, key);
  std::string value = plus(before, &TransactionHead::moved_won, -1);
  world_.put(Table::transactions, key, value);
  EXPECT_NE(listed(world_.check()).find("it is no price by its call's rate"), std::string::npos);
}

TEST_F(CheckCalls, ACallWithAnAmountIsTold) {
  for (const Sequence sequence : {open_, end_, end_of_none_})
    expect_named(
        Table::transactions, sequence, [](auto v) { return plus(v, &TransactionHead::amount_won); },
        Table::transactions, sequence);
}

}  // namespace
}  // namespace ledger
