#include "tools/screen.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/response_words.hpp"

namespace tools {
namespace {

TEST(Screen, WidthOfHangulAndOfBrokenText) {
  EXPECT_EQ(screen_width("abc"), 3u);
  EXPECT_EQ(screen_width("데모마트"), 8u);
  EXPECT_EQ(screen_width("µ─"), 2u);
  EXPECT_EQ(screen_width("\xFF\xED\x95"), 3u);
}

TEST(Screen, TableAlignsAndLeavesNoBlanksAtTheEnd) {
  Table table({{"name", Align::left, 0}, {"won", Align::right, 0}});
  table.add({"데모", "1,000"});
  table.add({"x", "5"});
  EXPECT_EQ(table.text(),
            "name    won\n"
            "────  ─────\n"
            "데모  1,000\n"
            "x         5\n");
}

TEST(Screen, ColumnsKeepTheirPlaces) {
  const Columns columns({{"a", Align::left, 3}, {"b", Align::left, 0}});
  EXPECT_EQ(columns.line({"1", "2"}), "1    2\n");
  EXPECT_EQ(columns.line({"12345", "2"}), "12345  2\n");
  EXPECT_EQ(columns.line({"1"}), "1\n");
}

TEST(Screen, Progress) {
  EXPECT_EQ(progress_line(0, "x"), "[........................................]   0 %  x");
  EXPECT_EQ(progress_line(500, ""), "[####################....................]  50 %  ");
  EXPECT_EQ(progress_line(2'000, ""), progress_line(1'000, ""));
}

TEST(Screen, Durations) {
  EXPECT_EQ(duration_text(123'450), "123.5 µs");
  EXPECT_EQ(duration_text(12'345'678), "12.3 ms");
}

TEST(ControlReader, ReadsLinesInWhateverPieces) {
  std::string kinds;
  ControlReader reader([&](const boost::json::object& line) {
    kinds += std::string(line.at("kind").as_string()) + " ";
  });
  const std::string text = "{\"kind\":\"a\"}\n{\"kind\":\"b\"}\n{\"kind\":\"end\"}\n";
  bool over = false;
  for (const char c : text) over = reader.take(std::string_view(&c, 1));
  EXPECT_TRUE(over);
  EXPECT_EQ(kinds, "a b ");
}

TEST(ControlReader, RefusalsAndNonsenseThrow) {
  const auto sentence_of = [](std::string_view text) -> std::string {
    try {
      ControlReader reader([](const boost::json::object&) {});
      reader.take(text);
    } catch (const ControlError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(sentence_of("{\"kind\":\"error\",\"text\":\"no such card\"}\n"), "no such card");
  EXPECT_EQ(sentence_of("{\"kind\":\"error\"}\n"), "the switch refused, without a word");
  const std::string stranger = "what answers at the control socket is no switch of this version";
  EXPECT_EQ(sentence_of("hello\n"), stranger);
  EXPECT_EQ(sentence_of("{}\n"), stranger);
  EXPECT_EQ(sentence_of("[1]\n"), stranger);
  EXPECT_EQ(sentence_of(std::string(2 << 20, 'x')), "the switch's answer is too long a line");
}

TEST(ControlClient, NobodyAnswers) {
  EXPECT_FALSE(control_answers("/nowhere/control.sock"));
  EXPECT_FALSE(control_answers(std::string(300, 'x')));
  EXPECT_THROW(ask_switch("/nowhere/control.sock", {}, nullptr), ControlError);
}

TEST(ControlView, ObjectsAndRows) {
  const auto object = boost::json::parse(
      R"({"kind":"status","port":8583,"balance_won":12345,"store":{"direct_io":true}})");
  EXPECT_EQ(object_table(object.as_object()),
            "port             8583\n"
            "balance won      12,345\n"
            "store.direct io  yes\n");
  const auto row = boost::json::parse(R"({"kind":"station","station":"A","messages":1000})");
  EXPECT_EQ(rows_table({row.as_object()}, {"station", "messages", "absent"}),
            "station  messages\n"
            "───────  ────────\n"
            "A           1,000\n");
}

TEST(ControlView, ProgressShare) {
  const auto share = [](const char* text) {
    return progress_share(boost::json::parse(text).as_object());
  };
  EXPECT_EQ(share(R"({"done":5,"of":10})"), 500);
  EXPECT_EQ(share(R"({"done":5})"), 0);
  EXPECT_EQ(share(R"({"done":5,"of":0})"), 0);
  EXPECT_EQ(share(R"({"done":"x","of":1})"), 0);
}

TEST(ResponseWords, KnowsEveryCodeOfTheContract) {
  for (const char* const code :
       {"00", "03", "10", "12", "13", "14", "25", "30", "51", "54", "55", "57",
        "58", "61", "62", "63", "68", "75", "78", "91", "92", "94", "95", "96"})
    EXPECT_NE(response_words(code), "unknown") << code;
  EXPECT_EQ(response_words("99"), "unknown");
  EXPECT_TRUE(is_approval("10"));
  EXPECT_FALSE(is_approval("12"));
}

}  // namespace
}  // namespace tools
