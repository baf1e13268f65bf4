#include "switch/metrics.hpp"

#include <gtest/gtest.h>
#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <algorithm>
#include <set>

#include "handlers/refusals.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;
using prometheus::ClientMetric;
using prometheus::MetricFamily;

core::MetricsView view_of(TestSwitch& tested) {
  return {tested.settings(), {0, &tested.clock_step_us},
          tested.log(),      tested.engine(),
          tested.server(),   tested.store,
          nullptr,           base::system_now()};
}

/// The samples of one family with these labels.
std::vector<ClientMetric> samples(const core::MetricsView& view, std::string_view name,
                                  std::vector<ClientMetric::Label> labels = {}) {
  std::vector<ClientMetric> found;
  for (const MetricFamily& family : core::read_metrics(view))
    for (const ClientMetric& metric : family.metric)
      if (family.name == name && std::ranges::all_of(labels, [&](const auto& label) {
            return std::ranges::find(metric.label, label) != metric.label.end();
          }))
        found.push_back(metric);
  return found;
}

double counted(const core::MetricsView& view, std::string_view name,
               const std::vector<ClientMetric::Label>& labels = {}) {
  double sum = 0;
  for (const ClientMetric& metric : samples(view, name, labels)) sum += metric.counter.value;
  return sum;
}

TEST(StationFigures, HaveAPlaceForEveryAnswerThatARefusalGives) {
  std::set<std::size_t> places;
  for (int i = 0; i < handlers::kRefusalCount; ++i) {
    const std::string_view code = handlers::info(static_cast<handlers::Refusal>(i)).code;
    const std::size_t place = core::answer_place({code[0], code[1]});
    EXPECT_EQ(core::kAnswerCodes[place], code);
  }
  for (const std::array<char, 2> strange : {std::array{'9', '9'}, {'A', '1'}, {'\0', '\0'}})
    EXPECT_EQ(core::kAnswerCodes[core::answer_place(strange)], "other");
}

TEST(Metrics, CountByStationMessageAndAnswer) {
  TestSwitch tested;
  const core::MetricsView view = view_of(tested);
  EXPECT_TRUE(samples(view, "cyberpass_messages_total").empty());
  Client pos(tested.port("DEMO-POS")), operating(tested.port("DEMO-OPER"));
  pos.send(echo(1) + echo(2) + unknown_card_purchase(3) + unknown_card_purchase(3));
  operating.send(echo(1));
  for (int i = 0; i < 4; ++i) pos.receive();
  operating.receive();
  ASSERT_TRUE(tested.becomes([&] { return counted(view, "cyberpass_messages_total") == 5; }));
  const ClientMetric::Label of_pos{"station", "DEMO-POS"};
  EXPECT_EQ(
      counted(view, "cyberpass_messages_total", {of_pos, {"message", "echo"}, {"answer", "00"}}),
      2);
  EXPECT_EQ(counted(view, "cyberpass_messages_total",
                    {of_pos, {"message", "purchase"}, {"answer", "14"}}),
            2);
  EXPECT_EQ(counted(view, "cyberpass_messages_total", {{"station", "DEMO-OPER"}}), 1);
  EXPECT_EQ(counted(view, "cyberpass_repeats_total"), 1);

  const auto latency =
      samples(view, "cyberpass_message_duration_seconds", {of_pos, {"message", "purchase"}});
  ASSERT_EQ(latency.size(), 1u);
  const ClientMetric::Histogram& histogram = latency[0].histogram;
  EXPECT_EQ(histogram.sample_count, 2u);
  EXPECT_GT(histogram.sample_sum, 0);
  EXPECT_LT(histogram.sample_sum, 60) << "seconds, not microseconds";
  EXPECT_EQ(histogram.bucket.front().upper_bound, 50e-6);
  EXPECT_EQ(histogram.bucket.back().cumulative_count, 2u);
  EXPECT_EQ(samples(view, "cyberpass_batch_messages")[0].histogram.sample_sum, 5);
}

TEST(Metrics, TellWhatAConnectionDidWrong) {
  TestSwitchOptions options;
  options.station_connections = 1;
  options.server.session.in_flight = 2;
  TestSwitch tested(options);
  const core::MetricsView view = view_of(tested);
  const ClientMetric::Label of_pos{"station", "DEMO-POS"};
  {
    Client pos(tested.port("DEMO-POS"));
    std::string answer = echo(5);
    answer[3] = 0x10;  // 0810
    pos.send(answer + echo(1) + echo(2) + echo(3));
    for (int i = 0; i < 3; ++i) pos.receive();
    EXPECT_TRUE(Client(tested.port("DEMO-POS")).is_closed());
    pos.send(std::string("\x00\x03\x02\x00\x11", 5));
    EXPECT_TRUE(pos.is_closed());
  }
  ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 0; }));
  EXPECT_EQ(counted(view, "cyberpass_connections_accepted_total", {of_pos}), 1);
  EXPECT_EQ(counted(view, "cyberpass_connections_refused_total", {of_pos}), 1);
  EXPECT_EQ(counted(view, "cyberpass_connections_at_fault_total", {of_pos}), 1);
  EXPECT_EQ(counted(view, "cyberpass_refused_frames_total", {of_pos}), 1);
  EXPECT_EQ(counted(view, "cyberpass_unmatched_answers_total", {of_pos}), 1);
  EXPECT_EQ(counted(view, "cyberpass_limits_reached_total", {of_pos, {"limit", "in_flight"}}), 1);
  for (const char* other : {"held_answers", "unsent_answers"})
    EXPECT_EQ(counted(view, "cyberpass_limits_reached_total", {of_pos, {"limit", other}}), 0)
        << other;
  {
    Client pos(tested.port("DEMO-POS"));
    pos.send(std::string("\x00\x00", 2));
    EXPECT_TRUE(pos.is_closed());
  }
  ASSERT_TRUE(tested.becomes([&] { return tested.server().connections() == 0; }));
  EXPECT_EQ(counted(view, "cyberpass_refused_frames_total", {of_pos}), 2) << "a bad header";
}

TEST(Metrics, NothingThatAPeerWroteIsALabel) {
  TestSwitch tested;
  Client pos(tested.port("DEMO-POS"));
  pos.send(unknown_card_purchase(3));
  pos.receive();
  const std::set<std::string> known{"station",  "message", "answer",  "limit", "overlay",
                                    "listener", "reason",  "version", "who"};
  for (const MetricFamily& family : core::read_metrics(view_of(tested)))
    for (const ClientMetric& metric : family.metric)
      for (const ClientMetric::Label& label : metric.label) {
        EXPECT_TRUE(known.contains(label.name)) << family.name << " " << label.name;
        for (const char* written : {"9410", "POS00001", "DEMOMART", "000003"})
          EXPECT_EQ(label.value.find(written), std::string::npos) << family.name;
      }
}

TEST(Metrics, AreReadInAnotherThreadWhileStationsAreServedAndAdded) {
  TestSwitch tested;
  const core::MetricsView view = view_of(tested);
  std::atomic<bool> over = false;
  std::thread scraper([&] {
    while (!over) EXPECT_FALSE(core::read_metrics(view).empty());
  });
  Client pos(tested.port("DEMO-POS"));
  for (std::uint32_t i = 1; i <= 50; ++i) {
    pos.send(echo(i));
    pos.receive();
    tested.on_thread([&] {
      core::StationSettings settings;
      settings.link.station.name = "NEW-" + std::to_string(i);
      tested.server().add(std::move(settings));
      return true;
    });
  }
  over = true;
  scraper.join();
  EXPECT_EQ(samples(view, "cyberpass_connections", {{"station", "NEW-50"}}).size(), 1u);
}

TEST(Metrics, CountTheClocksSteps) {
  TestSwitch tested;
  const core::MetricsView view = view_of(tested);
  std::this_thread::sleep_for(250ms);  // the clock is looked at ten times a second
  EXPECT_EQ(counted(view, "cyberpass_clock_steps_total"), 0);
  tested.clock_step_us = 60 * base::kMicrosPerSecond;
  EXPECT_TRUE(tested.becomes([&] { return counted(view, "cyberpass_clock_steps_total") == 1; }));
}

}  // namespace
