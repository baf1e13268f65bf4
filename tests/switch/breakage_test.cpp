/// What expired cards still hold, through the control socket.

#include <gtest/gtest.h>

#include "ledger/cards.hpp"
#include "operator.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;
namespace json = boost::json;

/// Gives the first cards of the seed's lot this balance until that day.
void let_expire(TestSwitch& tested, ledger::CardId cards, std::int64_t balance_won,
                base::Date last_day) {
  tested.on_thread([&] {
    ledger::WriteSet batch;
    ledger::Draft draft(tested.store, batch);
    for (ledger::CardId id = 1; id <= cards; ++id) {
      auto card = *ledger::read_card(draft, id);
      card.state = ledger::CardState::active;
      card.balance_won = balance_won;
      card.last_day = last_day;
      ledger::write_card(draft, id, card);
    }
    draft.keep();
    tested.store.commit(batch, [](ledger::CommitOutcome) {});
    return true;
  });
}

json::object sum_of(const std::vector<json::object>& lines) { return lines.at(lines.size() - 2); }

TEST(Breakage, IsToldByProductAsOfTheDay) {
  TestSwitch tested;
  const base::Date today = base::seoul_date(base::system_now());
  let_expire(tested, 3, 4'000, base::add_days(today, -1));
  const auto lines = ask(tested, R"({"command":"breakage"})");
  ASSERT_NE(kinds(lines).find("breakage breakage-sum end "), std::string::npos) << kinds(lines);
  const json::object& row = lines[lines.size() - 3];
  EXPECT_EQ(row.at("product").to_number<int>(), 2);
  EXPECT_EQ(row.at("face_won").to_number<int>(), 10'000);
  EXPECT_EQ(row.at("cards").to_number<int>(), 3);
  EXPECT_EQ(row.at("won").to_number<int>(), 12'000);
  EXPECT_EQ(sum_of(lines).at("won").to_number<int>(), 12'000);
  EXPECT_EQ(sum_of(lines).at("date").as_string(), base::date_text(today));
  const std::string yesterday = base::date_text(base::add_days(today, -1));
  const auto before = ask(tested, R"({"command":"breakage","date":")" + yesterday + "\"}");
  EXPECT_EQ(sum_of(before).at("cards").to_number<int>(), 0) << "it was still valid";
  EXPECT_EQ(sum_of(before).at("date").as_string(), yesterday);
  EXPECT_NE(tested.log_text().find("12000 won on 3 cards on "), std::string::npos);
}

TEST(Breakage, ListsCardsMaskedHoweverManyThereAre) {
  TestSwitch tested;
  constexpr int kMade = 8'000;  // more lines than the door and the socket hold
  ask(tested, R"({"command":"create-lot","face":10000,"count":8000})");
  let_expire(tested, kMade, 10, 20'260'101);
  Operator slow(tested);
  slow.send("{\"command\":\"breakage\",\"cards\":true}\n");
  std::this_thread::sleep_for(500ms);
  const auto lines = slow.receive_all();
  ASSERT_EQ(kinds(lines).substr(kinds(lines).size() - 26), "breakage breakage-sum end ");
  EXPECT_EQ(std::ranges::count_if(
                lines, [](const json::object& line) { return line.at("kind") == "expired-card"; }),
            kMade);
  const auto first = std::ranges::find_if(
      lines, [](const json::object& line) { return line.at("kind") == "expired-card"; });
  EXPECT_EQ(first->at("card").as_string(), "941012******0011");
  EXPECT_EQ(first->at("last_day").as_string(), "2026-01-01");
  EXPECT_EQ(first->at("balance_won").to_number<int>(), 10);
}

/// A card is good to the end of its last day, also when the next business day has begun.
TEST(Breakage, GoesByTheCalendarNotTheBusinessDay) {
  TestSwitch tested;
  const base::TimeUs now = base::system_now();
  const base::CivilTime time = base::civil_seoul(now);
  const base::TimeUs late_s = 23 * 3'600 + 45 * 60;
  const base::TimeUs time_s = time.hour * 3'600 + time.minute * 60 + time.second;
  tested.clock_step_us = (late_s - time_s) * base::kMicrosPerSecond;
  const base::Date today = base::seoul_date(now);
  let_expire(tested, 1, 4'000, today);
  const auto lines = ask(tested, R"({"command":"breakage"})");
  EXPECT_EQ(sum_of(lines).at("date").as_string(), base::date_text(today));
  EXPECT_EQ(sum_of(lines).at("cards").to_number<int>(), 0);
}

TEST(Breakage, ListsNoMoreCardsThanMayBeInMemory) {
  TestSwitch tested;
  ask(tested, R"({"command":"create-lot","face":10000,"count":20001})");
  let_expire(tested, 20'001, 10, 20'260'101);
  EXPECT_TRUE(error_of(ask(tested, R"({"command":"breakage","cards":true})"))
                  .starts_with("more than 20000 cards are too many to list beside purchases"));
  EXPECT_EQ(sum_of(ask(tested, R"({"command":"breakage"})")).at("cards").to_number<int>(), 20'001);
}

TEST(Breakage, OfNoDayIsASentence) {
  TestSwitch tested;
  for (const char* rest :
       {R"("date":"tomorrow")", R"("date":"2026-02-30")", R"("date":20261123)", R"("cards":"yes")"})
    EXPECT_EQ(kinds(ask(tested, std::string(R"({"command":"breakage",)") + rest + "}")), "error ")
        << rest;
}

}  // namespace
