/// Limits and products through the control socket.

#include <gtest/gtest.h>

#include "operator.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;
namespace json = boost::json;

/// As the next message would find them.
std::int64_t limit_of(const std::vector<json::object>& lines, const char* member) {
  return lines.at(0).at(member).to_number<std::int64_t>();
}

TEST(ControlDesk, LimitsThatAreGivenChangeAndTheOthersStay) {
  TestSwitch tested;
  const auto before = ask(tested, R"({"command":"limits"})");
  ASSERT_EQ(kinds(before), "limits end ");
  EXPECT_EQ(limit_of(before, "transaction_won"), 1'000'000);
  EXPECT_EQ(limit_of(before, "day_won"), 3'000'000);
  const auto set = ask(tested, R"({"command":"set-limits","day":5000,"recharge":10000})");
  ASSERT_EQ(kinds(set), "limits end ");
  for (const auto& lines : {set, ask(tested, R"({"command":"limits"})")}) {
    EXPECT_EQ(limit_of(lines, "transaction_won"), 1'000'000);
    EXPECT_EQ(limit_of(lines, "day_won"), 5'000);
    EXPECT_EQ(limit_of(lines, "balance_won"), 1'000'000);
    EXPECT_EQ(limit_of(lines, "recharge_won"), 10'000);
  }
  const auto stored = tested.on_thread([&] {
    return std::string(tested.store.get(ledger::Table::limits, ledger::kLimitsKey).value());
  });
  EXPECT_EQ(ledger::record_from<ledger::LimitsRecord>(stored)->daily_won, 5'000);
  EXPECT_NE(tested.log_text().find("day 5000 won, was 3000000; recharge 10000 won, was 1000000"),
            std::string::npos);
}

TEST(ControlDesk, LimitsThatAreNoneOrAreNotTakenStayAsTheyWere) {
  TestSwitch tested;
  for (const char* request : {R"({"command":"set-limits"})", R"({"command":"set-limits","day":0})",
                              R"({"command":"set-limits","day":5000,"balance":1000000000000})",
                              R"({"command":"set-limits","transaction":"5000"})"})
    EXPECT_EQ(kinds(ask(tested, request)), "error ") << request;
  tested.on_thread([&] { return tested.store.memory.set_full(true), 0; });
  EXPECT_EQ(kinds(ask(tested, R"({"command":"set-limits","day":5000})")), "error ");
  EXPECT_EQ(limit_of(ask(tested, R"({"command":"limits"})"), "day_won"), 3'000'000);
  EXPECT_EQ(tested.log_text().find("money limits"), std::string::npos);
}

TEST(ControlDesk, AProductTakesThePlaceOfTheOneOfItsFaceValue) {
  TestSwitch tested;
  const auto before = ask(tested, R"({"command":"products"})");
  ASSERT_EQ(before.size(), 7u) << "six, and the end";
  const auto added = ask(
      tested,
      R"({"command":"add-product","face":10000,"name":"여름 카드","days":30,"mix":"telephone,mobile","points_bp":200})");
  ASSERT_EQ(kinds(added), "product end ");
  EXPECT_EQ(added[0].at("number").to_number<int>(), 7);
  const auto after = ask(tested, R"({"command":"products"})");
  ASSERT_EQ(after.size(), 8u);
  EXPECT_TRUE(after[0].at("sold").as_bool());
  EXPECT_FALSE(after[1].at("sold").as_bool()) << "the one of 10,000 won so far";
  const json::object& made = after[6];
  EXPECT_EQ(json::serialize(made), json::serialize(added[0]));
  EXPECT_EQ(made.at("name").as_string(), "여름 카드");
  EXPECT_EQ(made.at("validity_days").to_number<int>(), 30);
  EXPECT_EQ(made.at("points_bp").to_number<int>(), 200);
  EXPECT_EQ(json::serialize(made.at("mix")), R"(["telephone","mobile"])");
  const auto plain = ask(tested, R"({"command":"add-product","face":70000,"name":"Seventy"})");
  ASSERT_EQ(kinds(plain), "product end ");
  EXPECT_EQ(plain[0].at("validity_days").to_number<int>(), 1'825);
  EXPECT_EQ(plain[0].at("mix").as_array().size(), 7u);
  EXPECT_EQ(plain[0].at("points_bp").to_number<int>(), 0);
  EXPECT_NE(
      kinds(ask(tested, R"({"command":"create-lot","face":70000,"count":1})")).find("lot end"),
      std::string::npos);
  const auto report = ask(tested, R"({"command":"check"})");
  EXPECT_TRUE(report.at(report.size() - 2).at("right").as_bool());
  EXPECT_NE(tested.log_text().find("7 of 10000 won is sold from now on, 2 no longer"),
            std::string::npos);
}

TEST(ControlDesk, AProductEndsOnceAndIsMadeInNoLotThen) {
  TestSwitch tested;
  EXPECT_EQ(kinds(ask(tested, R"({"command":"end-product","number":2})")), "product end ");
  EXPECT_EQ(kinds(ask(tested, R"({"command":"end-product","number":2})")), "error ");
  EXPECT_EQ(kinds(ask(tested, R"({"command":"end-product","number":99})")), "error ");
  EXPECT_EQ(kinds(ask(tested, R"({"command":"create-lot","face":10000,"count":1})")), "error ");
}

TEST(ControlDesk, AProductThatIsNoneIsASentenceAndNothingChanges) {
  TestSwitch tested;
  for (const std::string rest :
       {R"("face":10000)", R"("name":"x")", R"("face":0,"name":"x")",
        R"("face":1000000,"name":"x")", R"("face":10000,"name":"")",
        R"("face":10000,"name":"a\u0007b")",
        R"("face":10000,"name":"12345678901234567890123456789012345678901")",
        R"("face":10000,"name":"x","days":0)", R"("face":10000,"name":"x","days":36501)",
        R"("face":10000,"name":"x","points_bp":10001)", R"("face":10000,"name":"x","mix":"gas")",
        R"("face":10000,"name":"x","mix":"")"})
    EXPECT_EQ(kinds(ask(tested, R"({"command":"add-product",)" + rest + "}")), "error ") << rest;
  tested.on_thread([&] { return tested.store.memory.set_full(true), 0; });
  EXPECT_EQ(kinds(ask(tested, R"({"command":"add-product","face":10000,"name":"x"})")), "error ");
  EXPECT_EQ(kinds(ask(tested, R"({"command":"end-product","number":2})")), "error ");
  const auto lines = ask(tested, R"({"command":"products"})");
  ASSERT_EQ(lines.size(), 7u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_TRUE(lines[i].at("sold").as_bool());
}

TEST(ControlDesk, OfProductsThereAreAtMost255) {
  TestSwitch tested;
  for (int number = 7; number <= 255; ++number)
    ASSERT_EQ(kinds(ask(tested, R"({"command":"add-product","face":10000,"name":"x"})")),
              "product end ")
        << number;
  EXPECT_EQ(kinds(ask(tested, R"({"command":"add-product","face":10000,"name":"x"})")), "error ");
  EXPECT_EQ(ask(tested, R"({"command":"products"})").size(), 256u);
}

}  // namespace
