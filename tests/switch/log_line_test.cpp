#include "switch/log_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <string>

#include "codec/describe.hpp"

namespace {

using config::LogFormat;
using config::LogLevel;

// 2026-11-22 10:15:30.123456 in Seoul.
constexpr base::TimeUs kMoment = 1'795'310'130'123'456;

template <std::size_t Size>
std::array<char, Size> text(std::string_view from) {
  std::array<char, Size> result;
  result.fill(' ');
  std::copy_n(from.begin(), std::min(Size, from.size()), result.begin());
  return result;
}

core::MessageFacts purchase() {
  core::MessageFacts facts;
  facts.mti = {200};
  facts.kind = codec::MessageKind::purchase;
  facts.stan = text<6>("000123");
  facts.reference = text<12>("632610000123");
  facts.terminal = text<8>("POS00001");
  const std::string masked = codec::mask_card("9410129900000011");
  facts.masked_card.size = masked.copy(facts.masked_card.data.data(), masked.size());
  facts.amount_won = 5'000;
  facts.code = {'0', '0'};
  facts.words = "approved";
  facts.sequence = 42;
  return facts;
}

std::string line(LogFormat format, const core::MessageFacts& facts,
                 LogLevel level = LogLevel::info) {
  core::LineBuffer out;
  core::write_line(format, core::MessageLine{kMoment, level, "DEMO-POS", facts, 312}, out);
  return fmt::to_string(out);
}

std::string event(LogFormat format, std::string_view station, std::string_view words) {
  core::LineBuffer out;
  core::write_line(format,
                   core::EventLine{kMoment, LogLevel::warning, "disconnect", station, words}, out);
  return fmt::to_string(out);
}

TEST(LogLine, AMessageAsAlignedText) {
  EXPECT_EQ(line(LogFormat::text, purchase()),
            "2026-11-22 10:15:30.123456 info  DEMO-POS     POS00001 0200 purchase           "
            "000123 632610000123 941012******0011          5,000 00 approved"
            "                                   312 us #42");
}

TEST(LogLine, AMessageAsJson) {
  EXPECT_EQ(line(LogFormat::json, purchase()),
            R"({"time":"2026-11-22T10:15:30.123456+09:00","level":"info","event":"message",)"
            R"("station":"DEMO-POS","terminal":"POS00001","mti":"0200","name":"purchase",)"
            R"("stan":"000123","rrn":"632610000123","card":"941012******0011",)"
            R"("amount_won":5000,"code":"00","words":"approved","latency_us":312,"sequence":42})");
}

TEST(LogLine, AbsentElementsLeaveTheColumnsWhereTheyAre) {
  core::MessageFacts echo;
  echo.mti = {800};
  echo.kind = codec::MessageKind::echo;
  echo.stan = text<6>("000001");
  echo.code = {'0', '0'};
  echo.words = "approved";
  const std::string full = line(LogFormat::text, purchase()), sparse = line(LogFormat::text, echo);
  EXPECT_EQ(full.find("approved"), sparse.find("approved"));
  EXPECT_EQ(full.find(" us"), sparse.find(" us"));
  EXPECT_TRUE(sparse.ends_with("312 us")) << "no sequence";
}

TEST(LogLine, AFormatErrorNamesItsElement) {
  core::MessageFacts facts = purchase();
  facts.code = {'3', '0'};
  facts.words = "format error";
  facts.bad_element = 4;
  EXPECT_NE(line(LogFormat::text, facts).find(" 30 format error DE004 "), std::string::npos);
}

TEST(LogLine, ARepeatedAnswerSaysSo) {
  core::MessageFacts facts = purchase();
  facts.replayed = true;
  EXPECT_TRUE(line(LogFormat::text, facts).ends_with(" #42 again"));
  EXPECT_NE(line(LogFormat::json, facts).find(R"("again":true)"), std::string::npos);
}

TEST(LogLine, AnAnswerThatIsHeldSaysHowLong) {
  core::MessageFacts facts = purchase();
  EXPECT_EQ(line(LogFormat::json, facts).find("held"), std::string::npos);
  facts.wait_us = 16'000'000;
  EXPECT_TRUE(line(LogFormat::text, facts).ends_with(" #42 held 16 s"));
  const auto parsed = boost::json::parse(line(LogFormat::json, facts));
  EXPECT_EQ(parsed.at("held_s").to_number<double>(), 16);
}

TEST(LogLine, AmountsAreGroupedByThousands) {
  for (const auto& [amount_won, shown] : {std::pair<std::int64_t, const char*>{0, " 0 00"},
                                          {999, " 999 00"},
                                          {1'000, " 1,000 00"},
                                          {999'999'999'999, " 999,999,999,999 00"}}) {
    core::MessageFacts facts = purchase();
    facts.amount_won = amount_won;
    EXPECT_NE(line(LogFormat::text, facts).find(shown), std::string::npos) << shown;
  }
}

TEST(LogLine, ACardThatIsNotMaskedIsNeverShown) {
  core::MessageFacts facts = purchase();
  const std::string_view number = "9410129900000011";
  facts.masked_card.size = number.copy(facts.masked_card.data.data(), number.size());
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string shown = line(format, facts);
    EXPECT_EQ(shown.find(number), std::string::npos);
    EXPECT_EQ(shown.find("9900000011"), std::string::npos);
  }
}

TEST(LogLine, APinNumberShowsItsFirstEightOnly) {
  core::MessageFacts facts = purchase();
  const std::string masked = codec::mask_card("903456781234");
  facts.masked_card.size = masked.copy(facts.masked_card.data.data(), masked.size());
  EXPECT_EQ(line(LogFormat::text, facts).find("1234 "), std::string::npos);
  EXPECT_NE(line(LogFormat::text, facts).find("90345678****"), std::string::npos);
}

TEST(LogLine, NoPeerCanForgeALineOrBreakTheJson) {
  core::MessageFacts facts = purchase();
  facts.terminal = {'A', '\n', '"', '\\', '\x1b', '\x7f', '\xff', 'Z'};
  facts.reference = text<12>("\"}\r\n{\"x\":1}");
  const std::string as_text = line(LogFormat::text, facts);
  EXPECT_TRUE(
      std::all_of(as_text.begin(), as_text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  const std::string as_json = line(LogFormat::json, facts);
  const auto parsed = boost::json::parse(as_json);
  EXPECT_EQ(parsed.at("terminal").as_string(), "A.\"\\...Z");
  EXPECT_EQ(parsed.at("code").as_string(), "00");
}

TEST(LogLine, EveryByteInAPeersTextGivesValidJson) {
  for (int c = 0; c < 256; ++c) {
    core::MessageFacts facts = purchase();
    facts.terminal.fill(static_cast<char>(c));
    facts.stan.fill(static_cast<char>(c));
    EXPECT_NO_THROW(boost::json::parse(line(LogFormat::json, facts))) << c;
  }
}

TEST(LogLine, AnEventAsTextAndAsJson) {
  EXPECT_EQ(event(LogFormat::text, "DEMO-POS", "connection 7: idle"),
            "2026-11-22 10:15:30.123456 warn  DEMO-POS     disconnect       connection 7: idle");
  EXPECT_EQ(event(LogFormat::text, "", "connection 7: idle"),
            "2026-11-22 10:15:30.123456 warn  -            disconnect       connection 7: idle");
  EXPECT_EQ(event(LogFormat::json, "DEMO-POS", "a \"quoted\"\nword"),
            R"({"time":"2026-11-22T10:15:30.123456+09:00","level":"warning",)"
            R"("event":"disconnect","station":"DEMO-POS","text":"a \"quoted\"\u000aword"})");
}

TEST(LogLine, AnEventIsOneLine) {
  const std::string shown = event(LogFormat::text, "X", "one\ntwo\r\tthree");
  EXPECT_EQ(shown.find_first_of("\n\r\t"), std::string::npos);
}

TEST(LogLine, AUsualLineNeedsNoHeap) {
  core::LineBuffer out;
  const auto facts = purchase();
  core::write_line(LogFormat::json,
                   core::MessageLine{kMoment, LogLevel::warning, "DEMO-POS", facts, 312}, out);
  EXPECT_EQ(out.capacity(), 512u);
}

}  // namespace
