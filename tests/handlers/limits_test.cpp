/// Limits and products are ledger data: what is changed in it counts for the next message.

#include <gtest/gtest.h>

#include "desk.hpp"

namespace handlers {
namespace {

using ledger::LimitsRecord;
using test::Answered;
using test::Desk;

TEST(Limits, EachIsAskedByTheMessageItIsFor) {
  Desk desk;
  const auto refused = [&](const std::string& line) {
    Answered answer = desk.ask(line);
    return answer.code + " " + answer[44];
  };
  desk.change_limits([](LimitsRecord& limits) { limits.transaction_won = 300; });
  EXPECT_EQ(refused("POS 0200 2=active 3=000000 4=301"), "61 TXN");
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=300").code, "00");
  desk.change_limits([](LimitsRecord& limits) { limits.daily_won = 500; });
  EXPECT_EQ(refused("POS 0200 2=active 3=000000 4=201"), "61 DAY");
  EXPECT_EQ(desk.ask("POS 0200 2=active 3=000000 4=200").code, "00");
  desk.change_limits([](LimitsRecord& limits) { limits.balance_won = 29'500; });
  EXPECT_EQ(refused("AGENT 0200 2=active 3=280000 4=30000"), "61 CAP");
  EXPECT_EQ(refused("BANK 0200 2=active 3=210000 4=20001"), "61 CAP");
  EXPECT_EQ(desk.ask("AGENT 0200 2=active 3=280000 4=20000").code, "00");
  desk.change_limits([](LimitsRecord& limits) {
    limits.balance_won = 1'000'000;
    limits.recharge_won = 10'000;
  });
  EXPECT_EQ(refused("AGENT 0200 2=active 3=280000 4=20000"), "61 CAP");
  EXPECT_EQ(refused("BANK 0200 2=active 3=210000 4=10001"), "61 CAP");
  EXPECT_EQ(desk.ask("AGENT 0200 2=active 3=280000 4=10000").code, "00");
}

TEST(Products, ANewOneOfTheSameFaceValueIsSoldAndStockCardsGoByTheirOwn) {
  Desk desk;
  desk.replace_product(10'000, 9);
  EXPECT_EQ(desk.ask("AGENT 0200 2=stock 3=900000 4=10000 48.0001=01000001").code, "00");
  EXPECT_EQ(desk.card("stock").product, 2);
  EXPECT_EQ(desk.card("stock").last_day, 20'311'121u) << "1,825 days of its own product";
  Answered sale = desk.ask("AGENT 0200 3=900000 4=10000 48.0001=01000001");
  ASSERT_EQ(sale.code, "00");
  Answered card = desk.ask("AGENT 0100 3=910000 48.0002=" + sale.tags[2] + " 48.0003=001");
  EXPECT_EQ(card.tags[6], "20261222") << "30 days of the new one";
}

TEST(Products, WhatHasEndedIsSoldFromStockOnly) {
  Desk desk;
  desk.replace_product(10'000, 0);
  EXPECT_EQ(desk.ask("AGENT 0200 3=900000 4=10000 48.0001=01000001").code, "13");
  EXPECT_EQ(desk.ask("AGENT 0200 2=stock 3=900000 4=5000 48.0001=00500001").words,
            "not the card's face value");
  EXPECT_EQ(desk.ask("AGENT 0200 2=stock 3=900000 4=10000 48.0001=01000001").code, "00");
  EXPECT_EQ(desk.ask("POS 0200 2=stock 3=000000 4=10000").code, "00") << "its mix is its own still";
  EXPECT_EQ(desk.ask("AGENT 0200 2=stock 3=900000 4=7000 48.0001=00700001").code, "13");
}

}  // namespace
}  // namespace handlers
