#include "tools/command_line.hpp"

#include <gtest/gtest.h>

#include "tools/bench_cards.hpp"
#include "tools/bench_options.hpp"
#include "tools/sim_fields.hpp"
#include "tools/sim_messages.hpp"

namespace tools {
namespace {

template <class Body>
std::string refusal_of(Body body) {
  try {
    body();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CommandLine, TakesTheCommandAndLeavesTheRest) {
  Words words = {"--data", "status", "--tpdu", "decode", "00"};
  EXPECT_EQ(take_command(words, {"--tpdu"}), "decode") << "`status` is the value of --data";
  EXPECT_EQ(words, (Words{"--data", "status", "--tpdu", "00"}));
  words = {"--data=x", "card", "--face", "5"};
  EXPECT_EQ(take_command(words, {}), "card");
  words = {"--help"};
  EXPECT_EQ(take_command(words, {"--help"}), "");
}

TEST(CommandLine, KnowsNoAbbreviationsAndNoUnknownOption) {
  boost::program_options::options_description description;
  description.add_options()("station", boost::program_options::value<std::string>());
  EXPECT_EQ(parse_words({"--station", "A"}, description)["station"].as<std::string>(), "A");
  EXPECT_NE(refusal_of([&] { parse_words({"--stat", "A"}, description); }), "accepted");
  EXPECT_NE(refusal_of([&] { parse_words({"--station"}, description); }), "accepted");
  EXPECT_NE(refusal_of([&] { parse_words({"word"}, description); }), "accepted");
  const auto nothing = parse_words({}, description);
  EXPECT_EQ(refusal_of([&] { required<std::string>(nothing, "station"); }), "--station is missing");
}

TEST(CommandLine, CountsHaveBounds) {
  EXPECT_EQ(parse_count("0", 0, 9, "a digit"), 0u);
  EXPECT_EQ(parse_count("9", 0, 9, "a digit"), 9u);
  for (const char* const wrong : {"10", "-1", "", "1x", " 1", "99999999999999999999"})
    EXPECT_EQ(refusal_of([&] { parse_count(wrong, 0, 9, "a digit"); }),
              "`" + std::string(wrong) + "` is not a digit: from 0 to 9");
}

TEST(BenchOptions, Mix) {
  EXPECT_EQ(parse_mix("purchase=50,verify=50"), (BenchMix{50, 50}));
  EXPECT_EQ(parse_mix("hold=3,statement=2,inquiry=4,echo=1"), (BenchMix{0, 0, 3, 0, 2, 4, 1}));
  for (const char* const wrong : {"", "purchase", "purchase=", "sale=1", "purchase=x", "echo=0"})
    EXPECT_NE(refusal_of([&] { parse_mix(wrong); }), "accepted") << wrong;
}

TEST(BenchOptions, ACompletionIsNotForTheMix) {
  EXPECT_EQ(refusal_of([] { parse_mix("hold=1,completion=1"); }),
            "--mix: a completion follows each hold by itself");
  EXPECT_EQ(to_text(BenchKind::hold), "hold");
  EXPECT_EQ(to_text(BenchKind::completion), "completion");
  EXPECT_EQ(to_text(BenchKind::statement), "statement");
}

TEST(BenchOptions, DefaultsAndBounds) {
  const BenchOptions options = parse_bench_options({"--config", "x", "--rate", "10000"});
  EXPECT_EQ(options.connections, 64u);
  EXPECT_EQ(options.in_flight, 1u);
  EXPECT_EQ(options.rate, 10'000u);
  EXPECT_EQ(options.mix, parse_mix("purchase=50,verify=50"));
  EXPECT_FALSE(options.json);
  EXPECT_EQ(refusal_of([] { parse_bench_options({}); }), "--config is missing");
  for (const char* const option : {"--connections=0", "--in-flight=257", "--pin-share=101",
                                   "--seconds=-1", "--rate=0", "--cards=0"})
    EXPECT_NE(refusal_of([&] {
                parse_bench_options({"--config", "x", option});
              }),
              "accepted")
        << option;
}

TEST(BenchCards, OrdersAreAsLargeAsTheyMayBe) {
  EXPECT_EQ(order_lines(100'000, 1), "10000001");
  EXPECT_EQ(order_lines(100'000, 100), "1000009910000001");
  EXPECT_EQ(order_lines(100'000, 10'000).size(), 6 * 8u);
  EXPECT_EQ(order_size(10'000), 594u);
  EXPECT_EQ(order_size(7), 7u);
}

TEST(SimFields, Order) {
  const OrderLines order = parse_order("10000x2,30000x1");
  EXPECT_EQ(order.tag, "0100000203000001");
  EXPECT_EQ(order.total_won, 50'000u);
  for (const char* const wrong : {"", "10000", "10000x", "x2", "1000000x1", "10000x100", "1x1,"})
    EXPECT_NE(refusal_of([&] { parse_order(wrong); }), "accepted") << wrong;
}

TEST(SimFields, Original) {
  EXPECT_EQ(parse_original("0200,000201,0905013000"), "020000020109050130000000000000000000000000");
  for (const char* const wrong : {"", "0200,1", "0200,1,2,3", "2000,1,1", "0200,1000000,1"})
    EXPECT_NE(refusal_of([&] { parse_original(wrong); }), "accepted") << wrong;
}

TEST(SimMessages, EveryNameIsFoundAndInTheHelp) {
  const std::string help = sim_messages_help();
  for (const SimMessage& message : sim_messages()) {
    EXPECT_EQ(find_sim_message(message.name), &message);
    EXPECT_NE(help.find(message.name), std::string::npos);
  }
  EXPECT_EQ(find_sim_message("nothing"), nullptr);
}

}  // namespace
}  // namespace tools
