#include "tools/bench_requests.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tools/terminal.hpp"

namespace tools {
namespace {

constexpr char kNumber[] = "9410129900000011";

World demo_world() {
  return load_world(std::string(CYBERPASS_SOURCE_DIR) + "/config/demo.conf", std::nullopt,
                    std::nullopt);
}

/// Makes the requests of one station and reads them again.
struct Maker {
  explicit Maker(std::string_view station_name, std::uint32_t pin_share = 50)
      : station(world.station(station_name)), options(options_of(pin_share)) {}

  static BenchOptions options_of(std::uint32_t pin_share) {
    BenchOptions made;
    made.pin_share = pin_share;
    made.mix = parse_mix("purchase=1,verify=1,hold=1,statement=1,inquiry=1,echo=1");
    return made;
  }

  Received make(const BenchRequest& request) {
    std::vector<std::uint8_t> out(RequestMaker::kMaxRequest);
    const std::size_t size =
        maker.make(request, stamps.next(1'000'000), world.terminal(station.name, ""), out);
    const codec::Frame frame = codec::read_frame(station.frame, {out.data(), size});
    EXPECT_EQ(frame.status, codec::FrameStatus::good);
    EXPECT_EQ(frame.size, size);
    return Received(*station.profile, {frame.message.begin(), frame.message.end()});
  }

  World world = demo_world();
  const config::Station& station;
  BenchOptions options;
  std::vector<BenchCard> cards{{kNumber, {1, 2, 3, 4, 5, 6, 7, 8}}};
  RequestMaker maker{world, station, options, cards};
  StampMaker stamps{1};
};

/// The elements of a request, but for those that every one has: 2 3 7 11 12 13 41 42.
std::set<int> special_elements(const Received& request) {
  std::set<int> found;
  for (int element = 2; element <= 128; ++element)
    if (request.has(element)) found.insert(element);
  for (const int common : {2, 3, 7, 11, 12, 13, 41, 42})
    EXPECT_EQ(found.erase(common), 1u) << common;
  return found;
}

/// What the switch answers to a hold.
Received hold_answer(const Maker& maker, const std::string& code, bool has_approval) {
  Draft answer;
  answer.mti.value = 110;
  answer.set(11, "000001");
  answer.set(37, "632701443251");
  if (has_approval) answer.set(38, "00A1B2");
  answer.set(39, code);
  return Received(*maker.station.profile, encode(answer, *maker.station.profile, {}));
}

TEST(RequestMaker, WritesRequestsThatCanBeReadInEveryProfile) {
  for (const char* const name : {"DEMO-POS", "DEMO-BANG", "DEMO-TEL", "DEMO-VEND", "DEMO-ASCII"}) {
    Maker maker(name);
    std::set<BenchKind> kinds;
    for (int i = 0; i < 200; ++i) {
      const BenchRequest request = maker.maker.draw_request();
      kinds.insert(request.kind);
      EXPECT_EQ(maker.make(request).text(11), zero_filled(static_cast<std::uint64_t>(i) + 1, 6));
    }
    EXPECT_EQ(kinds.size(), 6u) << "all but the completion, which is never drawn";
    EXPECT_FALSE(kinds.contains(BenchKind::completion));
    maker.make({BenchKind::completion, 0, {}, {}});
  }
}

TEST(RequestMaker, AHoldIsForTheAmountAndNamesNoOtherHold) {
  Maker maker("DEMO-POS", 100);
  const Received hold = maker.make({BenchKind::hold, 0, {}, {}});
  EXPECT_EQ(hold.message().mti().value, 100);
  EXPECT_EQ(hold.text(2), kNumber);
  EXPECT_EQ(hold.text(3), "000000");
  EXPECT_EQ(hold.text(4), "000000000010");
  EXPECT_EQ(hold.text(49), "410");
  EXPECT_EQ(special_elements(hold), (std::set<int>{4, 49, 52})) << "DE 37 would raise another";
}

TEST(RequestMaker, ACompletionNamesItsHoldByTheAnswer) {
  Maker maker("DEMO-POS", 100);
  const BenchRequest hold{BenchKind::hold, 0, {}, {}};
  const auto due = completion_of(hold, hold_answer(maker, "00", true).message());
  ASSERT_TRUE(due);
  const Received completion = maker.make(*due);
  EXPECT_EQ(completion.message().mti().value, 220);
  EXPECT_EQ(completion.text(2), kNumber);
  EXPECT_EQ(completion.text(3), "000000");
  EXPECT_EQ(completion.text(4), "000000000010");
  EXPECT_EQ(completion.text(37), "632701443251");
  EXPECT_EQ(completion.text(38), "00A1B2");
  EXPECT_EQ(special_elements(completion), (std::set<int>{4, 37, 38, 49})) << "no password";
}

TEST(RequestMaker, OnlyAnApprovedHoldIsCompleted) {
  const Maker maker("DEMO-POS");
  const BenchRequest hold{BenchKind::hold, 0, {}, {}};
  EXPECT_FALSE(completion_of(hold, hold_answer(maker, "51", true).message()));
  EXPECT_FALSE(completion_of(hold, hold_answer(maker, "00", false).message()));
}

TEST(RequestMaker, AStatementIsOfThisMonthAndHasThePasswordFromASiteAlone) {
  Maker site("DEMO-SITE", 0), operating("DEMO-OPER", 100);
  const std::string before = std::to_string(base::seoul_date(site.maker.now()) / 100);
  const Received statement = site.make({BenchKind::statement, 0, {}, {}});
  const std::string after = std::to_string(base::seoul_date(site.maker.now()) / 100);
  EXPECT_EQ(statement.message().mti().value, 100);
  EXPECT_EQ(statement.text(2), kNumber);
  EXPECT_EQ(statement.text(3), "380000");
  EXPECT_TRUE(statement.tag(40) == before || statement.tag(40) == after) << statement.tag(40);
  EXPECT_EQ(statement.tag(41), statement.tag(40));
  EXPECT_EQ(statement.text(48), "0040006" + statement.tag(40) + "0041006" + statement.tag(40));
  EXPECT_EQ(special_elements(statement), (std::set<int>{48, 52}));
  EXPECT_EQ(special_elements(operating.make({BenchKind::statement, 0, {}, {}})),
            (std::set<int>{48}));
}

/// Which stations may send this mix.
std::set<std::string> senders(std::string_view mix) {
  const World world = demo_world();
  BenchOptions options;
  options.mix = parse_mix(mix);
  std::set<std::string> found;
  for (const config::Station& station : world.settings.stations) {
    try {
      check_mix(station, options);
      found.insert(station.name);
    } catch (const UsageError&) {
    }
  }
  return found;
}

TEST(RequestMaker, HoldsAndStatementsAreRefusedWhereTheSwitchServesNone) {
  EXPECT_EQ(senders("statement=1"), (std::set<std::string>{"DEMO-OPER", "DEMO-SITE"}));
  EXPECT_EQ(senders("hold=1"), (std::set<std::string>{"DEMO-ASCII", "DEMO-BANG", "DEMO-POS",
                                                      "DEMO-TEL", "DEMO-VEND"}));
  EXPECT_TRUE(senders("hold=1,statement=1").empty());
  EXPECT_EQ(senders("purchase=1,echo=1").size(), demo_world().settings.stations.size());
}

}  // namespace
}  // namespace tools
