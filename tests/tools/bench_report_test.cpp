#include "tools/bench_report.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace tools {
namespace {

constexpr std::int64_t kMillisecondNs = 1'000'000;

/// 2 s: 990 purchases of 0.2 ms and ten of 5 ms; their requests 120 and their answers 150 bytes.
LoadResult some_load() {
  LoadResult result;
  Histogram& purchases = result.latency[static_cast<std::size_t>(BenchKind::purchase)];
  for (int i = 0; i < 990; ++i) purchases.record(kMillisecondNs / 5);
  for (int i = 0; i < 10; ++i) purchases.record(5 * kMillisecondNs);
  result.by_code["00"] = 1'000;
  result.request_bytes = 120'000;
  result.answer_bytes = 150'000;
  result.counted_s = 2;
  result.seconds = {{0, 400, 200'000, 210'000, 5'000'000}, {1, 600, 200'000, 200'000, 200'000}};
  return result;
}

boost::json::value report_of(const LoadResult& result) {
  return boost::json::parse(report_json(BenchOptions{}, result));
}

TEST(BenchReport, HasTheMembersThatMeasureReads) {
  const boost::json::value report = report_of(some_load());
  const auto& purchase = report.at("purchase").as_object();
  for (const char* const member : {"requests", "per_second", "p50_us", "p90_us", "p99_us",
                                   "p999_us", "p9999_us", "max_us", "over_1ms"})
    EXPECT_TRUE(purchase.contains(member)) << member;
  EXPECT_EQ(purchase.at("requests").to_number<int>(), 1'000);
  EXPECT_EQ(purchase.at("per_second").to_number<int>(), 500);
  EXPECT_EQ(purchase.at("max_us").to_number<int>(), 5'000);
  EXPECT_EQ(purchase.at("over_1ms").to_number<int>(), 10);
  EXPECT_EQ(report.at("all").at("over_1ms").to_number<int>(), 10);
  EXPECT_EQ(report.at("answers").at("00").to_number<int>(), 1'000);
}

TEST(BenchReport, AHoldAndItsCompletionAreRowsOfTheirOwn) {
  LoadResult result = some_load();
  for (const BenchKind kind : {BenchKind::hold, BenchKind::completion, BenchKind::statement})
    result.latency[static_cast<std::size_t>(kind)].record(kMillisecondNs);
  const boost::json::value report = report_of(result);
  const std::string text = report_text(BenchOptions{}, result);
  for (const char* const name : {"hold", "completion", "statement"}) {
    EXPECT_EQ(report.at(name).at("requests").to_number<int>(), 1) << name;
    EXPECT_NE(text.find("\n" + std::string(name)), std::string::npos) << text;
  }
  EXPECT_EQ(report.at("all").at("requests").to_number<int>(), 1'003);
}

TEST(BenchReport, BytesAreMeans) {
  const boost::json::value report = report_of(some_load());
  EXPECT_EQ(report.at("request_bytes").to_number<int>(), 120);
  EXPECT_EQ(report.at("answer_bytes").to_number<int>(), 150);
}

TEST(BenchReport, SecondsAreRowsInMicroseconds) {
  const boost::json::value report = report_of(some_load());
  ASSERT_EQ(report.at("seconds").as_array().size(), 2u);
  const auto& first = report.at("seconds").as_array()[0];
  EXPECT_EQ(first.at("second").to_number<int>(), 0);
  EXPECT_EQ(first.at("answers").to_number<int>(), 400);
  EXPECT_EQ(first.at("p99_us").to_number<int>(), 210);
  EXPECT_EQ(first.at("max_us").to_number<int>(), 5'000);
}

TEST(BenchReport, NothingAnsweredIsNoDivisionByZero) {
  const boost::json::value report = report_of(LoadResult{});
  EXPECT_EQ(report.at("answer_bytes").to_number<int>(), 0);
  EXPECT_FALSE(report.as_object().contains("purchase"));
  EXPECT_TRUE(report.at("seconds").as_array().empty());
}

TEST(BenchReport, TheTableSaysTheShareOverAMillisecond) {
  const std::string text = report_text(BenchOptions{}, some_load());
  EXPECT_NE(text.find("over 1 ms"), std::string::npos);
  EXPECT_NE(text.find("1.000 %"), std::string::npos) << text;
}

}  // namespace
}  // namespace tools
