#include "tools/bench_report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "tools/card_numbers.hpp"
#include "tools/response_words.hpp"
#include "tools/screen.hpp"

namespace tools {
namespace {

constexpr double kTableQuantiles[] = {0.5, 0.99, 0.999};
constexpr double kQuantiles[] = {0.5, 0.9, 0.99, 0.999, 0.9999};
constexpr const char* kQuantileNames[] = {"p50_us", "p90_us", "p99_us", "p999_us", "p9999_us"};
constexpr std::int64_t kMillisecondNs = 1'000'000;

std::string number(std::uint64_t value) { return won_text(static_cast<std::int64_t>(value)); }

std::uint64_t per_second(const Histogram& latency, double seconds) {
  return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(latency.count()) / seconds)
                     : 0;
}

std::string over_millisecond(const Histogram& latency) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f %%",
                100.0 * static_cast<double>(latency.count_over(kMillisecondNs)) /
                    static_cast<double>(latency.count()));
  return text;
}

void add_row(Table& table, std::string_view name, const Histogram& latency, double seconds) {
  if (latency.count() == 0) return;
  std::vector<std::string> cells = {std::string(name), number(latency.count()),
                                    number(per_second(latency, seconds))};
  for (const double share : kTableQuantiles)
    cells.push_back(duration_text(latency.quantile(share)));
  cells.push_back(duration_text(latency.max()));
  cells.push_back(over_millisecond(latency));
  table.add(std::move(cells));
}

std::int64_t microseconds(std::int64_t ns) { return (ns + 500) / 1'000; }

boost::json::object figures(const Histogram& latency, double seconds) {
  boost::json::object object;
  object["requests"] = latency.count();
  object["per_second"] = per_second(latency, seconds);
  for (std::size_t i = 0; i < std::size(kQuantiles); ++i)
    object[kQuantileNames[i]] = microseconds(latency.quantile(kQuantiles[i]));
  object["max_us"] = microseconds(latency.max());
  object["over_1ms"] = latency.count_over(kMillisecondNs);
  return object;
}

boost::json::array second_figures(const std::vector<LoadSecond>& seconds) {
  boost::json::array rows;
  for (const LoadSecond& second : seconds)
    rows.push_back(boost::json::object{{"second", second.second},
                                       {"answers", second.answers},
                                       {"p50_us", microseconds(second.p50)},
                                       {"p99_us", microseconds(second.p99)},
                                       {"max_us", microseconds(second.max)}});
  return rows;
}

std::uint64_t mean(std::uint64_t sum, std::uint64_t count) { return count == 0 ? 0 : sum / count; }

std::string loop_words(const BenchOptions& options) {
  return options.rate == 0 ? std::string("as fast as answers come")
                           : number(options.rate) + " a second, latency from the intended moment";
}

}  // namespace

std::string report_text(const BenchOptions& options, const LoadResult& result) {
  char head[256];
  std::snprintf(head, sizeof head, "%s, %u connections, %u in flight each, %g s, %s, %s cards\n\n",
                options.station.c_str(), options.connections, options.in_flight, result.counted_s,
                loop_words(options).c_str(), number(options.cards).c_str());
  Table latency({{"", Align::left, 0},
                 {"requests", Align::right, 0},
                 {"per second", Align::right, 0},
                 {"p50", Align::right, 0},
                 {"p99", Align::right, 0},
                 {"p99.9", Align::right, 0},
                 {"max", Align::right, 0},
                 {"over 1 ms", Align::right, 0}});
  for (int kind = 0; kind < kBenchKinds; ++kind)
    add_row(latency, to_text(static_cast<BenchKind>(kind)),
            result.latency[static_cast<std::size_t>(kind)], result.counted_s);
  add_row(latency, "all", result.all(), result.counted_s);

  Table answers({{"DE 39", Align::left, 0}, {"", Align::left, 0}, {"answers", Align::right, 0}});
  for (const auto& [code, count] : result.by_code)
    answers.add({code, std::string(response_words(code)), number(count)});
  if (result.unanswered != 0) answers.add({"–", "unanswered", number(result.unanswered)});
  std::string text = head + latency.text() + "\n" + answers.text();
  if (result.lost_connections != 0)
    text += "\n" + number(result.lost_connections) +
            " connections lost; the first: " + result.first_loss + "\n";
  return text;
}

std::string report_json(const BenchOptions& options, const LoadResult& result) {
  boost::json::object report;
  report["station"] = options.station;
  report["connections"] = options.connections;
  report["in_flight"] = options.in_flight;
  report["counted_ms"] = static_cast<std::int64_t>(result.counted_s * 1'000);
  report["rate"] = options.rate;
  report["cards"] = options.cards;
  report["pin_share"] = options.pin_share;
  const Histogram all = result.all();
  report["request_bytes"] = mean(result.request_bytes, all.count());
  report["answer_bytes"] = mean(result.answer_bytes, all.count());
  report["all"] = figures(all, result.counted_s);
  for (int kind = 0; kind < kBenchKinds; ++kind) {
    const Histogram& latency = result.latency[static_cast<std::size_t>(kind)];
    if (latency.count() != 0)
      report[to_text(static_cast<BenchKind>(kind))] = figures(latency, result.counted_s);
  }
  boost::json::object answers;
  for (const auto& [code, count] : result.by_code) answers[code] = count;
  report["answers"] = std::move(answers);
  report["unanswered"] = result.unanswered;
  report["lost_connections"] = result.lost_connections;
  report["seconds"] = second_figures(result.seconds);
  return boost::json::serialize(report) + "\n";
}

}  // namespace tools
