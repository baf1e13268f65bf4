#include "switch/metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <array>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>

#include "switch/version.hpp"

namespace core {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Prometheus counts in seconds.
constexpr double kUsInASecond = 1e6;

constexpr std::array<std::pair<SessionLimit, std::string_view>, 3> kLimits{
    {{SessionLimit::in_flight, "in_flight"},
     {SessionLimit::held, "held_answers"},
     {SessionLimit::unsent, "unsent_answers"}}};

/// One family after the other, each with its samples before the next one begins.
class Page {
 public:
  void counter(std::string_view name, std::string_view help) {
    begin(MetricType::Counter, name, help);
  }
  void gauge(std::string_view name, std::string_view help) { begin(MetricType::Gauge, name, help); }
  void histogram(std::string_view name, std::string_view help) {
    begin(MetricType::Histogram, name, help);
  }

  /// Of a counter or gauge.
  template <class Number>
  void add(Number value, Labels labels = {}) {
    ClientMetric& metric = sample(std::move(labels));
    if (families_.back().type == MetricType::Counter)
      metric.counter.value = static_cast<double>(value);
    else
      metric.gauge.value = static_cast<double>(value);
  }
  /// Of a histogram; so many of its units are one of Prometheus' base unit.
  void add(const base::HistogramReading& reading, double units, Labels labels = {}) {
    ClientMetric::Histogram& histogram = sample(std::move(labels)).histogram;
    std::uint64_t cumulated = 0;
    for (std::size_t i = 0; i < reading.counts.size(); ++i) {
      cumulated += reading.counts[i];
      const double bound = i < reading.bounds.size()
                               ? static_cast<double>(reading.bounds[i]) / units
                               : std::numeric_limits<double>::infinity();
      histogram.bucket.push_back({cumulated, bound});
    }
    histogram.sample_count = cumulated;
    histogram.sample_sum = static_cast<double>(reading.sum) / units;
  }

  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  void begin(MetricType type, std::string_view name, std::string_view help) {
    families_.push_back({std::string(name), std::string(help), type, {}});
  }
  ClientMetric& sample(Labels labels) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<MetricFamily> families_;
};

using Lines = std::vector<std::shared_ptr<const StationLine>>;

std::string name_of(const StationLine& line) { return line.link.station.name; }
std::string name_of(std::size_t kind) {
  return std::string(codec::to_text(static_cast<codec::MessageKind>(kind)));
}

/// One sample a station.
template <class Number>
void add_each(Page& page, const Lines& lines, Number StationFigures::*figure) {
  for (const auto& line : lines)
    page.add((line->figures.*figure).value(), {{"station", name_of(*line)}});
}

void add_messages(Page& page, const Lines& lines) {
  page.counter("cyberpass_messages_total", "Messages answered, by DE 39 of the answer");
  for (const auto& line : lines)
    for (std::size_t kind = 0; kind < codec::kMessageKinds; ++kind)
      for (std::size_t place = 0; place < kAnswerCodes.size(); ++place)
        if (const std::uint64_t count = line->figures.messages[kind].answers[place])
          page.add(count, {{"station", name_of(*line)},
                           {"message", name_of(kind)},
                           {"answer", std::string(kAnswerCodes[place])}});
  page.histogram("cyberpass_message_duration_seconds",
                 "Time from a message's arrival until its answer was sent");
  for (const auto& line : lines)
    for (std::size_t kind = 0; kind < codec::kMessageKinds; ++kind)
      if (const auto& latency = line->figures.messages[kind].latency_us; latency.count() != 0)
        page.add(latency.read(), kUsInASecond,
                 {{"station", name_of(*line)}, {"message", name_of(kind)}});
}

void add_connections(Page& page, const Lines& lines) {
  page.gauge("cyberpass_connections", "Connections open now");
  add_each(page, lines, &StationFigures::connections);
  page.gauge("cyberpass_signed_on_connections", "Connections signed on now");
  add_each(page, lines, &StationFigures::signed_on);
  page.counter("cyberpass_connections_accepted_total", "Connections accepted");
  add_each(page, lines, &StationFigures::accepted);
  page.counter("cyberpass_connections_refused_total",
               "Connections closed at once, at a limit of connections");
  add_each(page, lines, &StationFigures::refused);
  page.counter("cyberpass_connections_at_fault_total",
               "Connections that were ended because of what the station did");
  add_each(page, lines, &StationFigures::at_fault);
  page.counter("cyberpass_sign_ons_total", "Sign-ons of connections");
  add_each(page, lines, &StationFigures::sign_ons);
  page.counter("cyberpass_refused_frames_total", "Frames in which there was no readable message");
  add_each(page, lines, &StationFigures::refused_frames);
  page.counter("cyberpass_unmatched_answers_total",
               "Answers of a station that nobody waits for, late or never asked for");
  add_each(page, lines, &StationFigures::unmatched);
  page.counter("cyberpass_limits_reached_total",
               "Connections that were not read for a while: too many requests in flight, answers "
               "held back because of guesses, or answers that the station does not take");
  for (const auto& line : lines)
    for (const auto& [limit, word] : kLimits)
      page.add(line->figures.limits[static_cast<std::size_t>(limit)].value(),
               {{"station", name_of(*line)}, {"limit", std::string(word)}});
}

void add_tls(Page& page, const std::vector<TlsFigures>& listeners) {
  page.counter("cyberpass_tls_admitted_total", "TLS connections let in");
  for (const TlsFigures& each : listeners)
    page.add(each.admitted, {{"listener", std::string(each.listener)}});
  page.counter("cyberpass_tls_refused_total", "TLS connections not let in");
  for (const TlsFigures& each : listeners)
    for (std::size_t i = 0; i < kTlsRefusals; ++i)
      if (each.refused[i] != 0)
        page.add(each.refused[i], {{"listener", std::string(each.listener)},
                                   {"reason", std::string(to_text(static_cast<TlsRefusal>(i)))}});
  page.gauge("cyberpass_certificate_expiry_timestamp_seconds",
             "When the listener's certificate expires");
  for (const TlsFigures& each : listeners)
    page.add(in_seconds(each.valid_until_us), {{"listener", std::string(each.listener)}});
}

void add_journal(Page& page, const ledger::StoreFigures& store,
                 const config::LedgerSettings& settings) {
  page.gauge("cyberpass_ledger_writable", "1 while money messages are taken, 0 while they get 96");
  page.add(!store.full && !store.poisoned);
  page.gauge("cyberpass_ledger_poisoned",
             "1 after a journal write of unknown outcome, until a restart has decided");
  page.add(store.poisoned);
  page.histogram("cyberpass_journal_write_duration_seconds",
                 "Time of a journal write, which is durable when it ends");
  page.add(store.write_us, kUsInASecond);
  page.counter("cyberpass_journal_slow_writes_total",
               "Journal writes that took longer than ledger.slow-write");
  page.add(store.slow_writes);
  page.counter("cyberpass_journal_written_bytes_total", "Write-sets written to the journal");
  page.add(store.journal_written_bytes);
  page.gauge("cyberpass_journal_bytes", "Journal segments that a start would need");
  page.add(store.journal_bytes);
  page.gauge("cyberpass_journal_limit_bytes", "Bound of all journal segments");
  page.add(settings.journal_bytes);
  page.gauge("cyberpass_journal_segments", "Journal segment files, spare ones included");
  page.add(store.journal_segments);
}

void add_overlays(Page& page, const ledger::StoreFigures& store,
                  const config::LedgerSettings& settings) {
  const Labels active{{"overlay", "active"}}, frozen{{"overlay", "frozen"}};
  page.gauge("cyberpass_overlay_bytes", "Memory of what is not in LMDB yet");
  page.add(store.active_bytes, active);
  page.add(store.frozen_bytes, frozen);
  page.gauge("cyberpass_overlay_limit_bytes", "Bound of each overlay");
  page.add(settings.overlay_bytes);
  page.gauge("cyberpass_overlay_age_seconds",
             "Age of the overlay's oldest entry, which is not in LMDB yet; 0: none");
  page.add(in_seconds(store.active_age_us), active);
  page.add(in_seconds(store.frozen_age_us), frozen);
  page.gauge("cyberpass_unapplied_entries", "Entries that LMDB does not hold yet");
  page.add(store.backlog_entries);
}

void add_checkpoint(Page& page, const ledger::StoreFigures& store,
                    const config::Settings& settings) {
  page.histogram("cyberpass_checkpoint_duration_seconds",
                 "Time to bring a window into LMDB, pauses included");
  page.add(store.window_us, kUsInASecond);
  page.gauge("cyberpass_checkpoint_last_success_timestamp_seconds",
             "When a window was last in LMDB for good");
  if (store.last_window_us != 0) page.add(in_seconds(store.last_window_us));
  page.gauge("cyberpass_checkpoint_stuck",
             "1 while LMDB takes nothing: its disk is full or broken");
  page.add(store.apply_stuck);
  page.gauge("cyberpass_lmdb_used_bytes", "LMDB's pages in use, free ones included");
  page.add(store.data_bytes);
  page.gauge("cyberpass_lmdb_map_bytes", "Address space reserved for LMDB");
  page.add(settings.ledger.map_bytes);
  std::error_code error;
  const auto space = std::filesystem::space(settings.data_folder, error);
  page.gauge("cyberpass_data_disk_free_bytes", "Room left on the disk of the data folder");
  if (!error) page.add(space.available);
  page.gauge("cyberpass_data_disk_size_bytes", "Size of the disk of the data folder");
  if (!error) page.add(space.capacity);
}

void add_guesses(Page& page, const GuessFigures& figures) {
  page.counter("cyberpass_guesses_total", "Answers that told of an unknown card or wrong password");
  page.add(figures.guesses.value());
  page.counter("cyberpass_guess_brakes_total",
               "How often a terminal, station or card was slowed down");
  page.add(figures.brakes.value());
  page.counter("cyberpass_guess_delayed_answers_total", "Answers that the brake held back");
  page.add(figures.slowed.value());
  page.counter("cyberpass_guess_refused_messages_total",
               "Messages not looked at, as too many answers of their terminal waited");
  page.add(figures.refused.value());
  page.gauge("cyberpass_guess_braked", "Who is slowed down now");
  page.add(figures.terminals.value(), {{"who", "terminal"}});
  page.add(figures.stations.value(), {{"who", "station"}});
  page.add(figures.cards.value(), {{"who", "card"}});
  page.gauge("cyberpass_guess_waiting_answers", "Answers that wait now");
  page.add(figures.waiting.value());
}

void add_process(Page& page, const MetricsView& view) {
  page.gauge("cyberpass_build_info", "Always 1; the version that runs");
  page.add(1, {{"version", std::string(kVersion)}});
  page.gauge("process_start_time_seconds", "When the switch was started");
  page.add(in_seconds(view.started_us));
  page.gauge("cyberpass_business_day", "The business day as the number YYYYMMDD");
  page.add(base::business_day(view.clock.now()));
  page.counter("cyberpass_clock_steps_total", "How often the system's clock was set");
  page.add(view.server.clock_steps());
  page.counter("cyberpass_log_lines_dropped_total", "Log lines that could not be written");
  page.add(view.log.dropped_lines());
}

}  // namespace

std::vector<MetricFamily> read_metrics(const MetricsView& view) {
  Page page;
  const Lines lines = view.server.lines();
  add_messages(page, lines);
  page.counter("cyberpass_repeats_total", "Messages that came again and got their first answer");
  page.add(view.engine.figures().replayed.value());
  page.histogram("cyberpass_batch_messages", "Messages in one commit");
  page.add(view.engine.figures().batch_messages.read(), 1);
  add_connections(page, lines);
  add_guesses(page, view.server.guess_figures());
  add_tls(page, view.gate != nullptr ? view.gate->figures() : std::vector<TlsFigures>());
  const ledger::StoreFigures store = view.store.figures();
  add_journal(page, store, view.settings.ledger);
  add_overlays(page, store, view.settings.ledger);
  add_checkpoint(page, store, view.settings);
  add_process(page, view);
  return page.take();
}

}  // namespace core
