// The operator's commands about what calls cost.

#include <fmt/format.h>

#include "config/rate_file.hpp"
#include "switch/control_desk.hpp"
#include "switch/control_request.hpp"
#include "switch/rate_loading.hpp"

namespace core {

namespace json = boost::json;

namespace {

/// The table in force, and those to come.
std::vector<json::object> rate_lines(const ledger::RateTables& tables, base::TimeUs now) {
  std::vector<json::object> lines;
  auto table = tables.all().upper_bound(ledger::rates_from(now));
  if (table != tables.all().begin()) --table;
  for (; table != tables.all().end(); ++table) {
    const bool is_in_force = table->first <= ledger::rates_from(now);
    lines.push_back({{"kind", "rates"},
                     {"from", rates_from_text(table->first)},
                     {"in_force", is_in_force},
                     {"rows", table->second.rows().size()}});
    for (const ledger::RateRow& row : table->second.rows())
      lines.push_back({{"kind", "rate"},
                       {"prefix", row.prefix.trimmed()},
                       {"won", row.rate.unit_won},
                       {"unit_s", row.rate.unit_s},
                       {"connection_won", row.rate.connection_won}});
  }
  return lines;
}

}  // namespace

void ControlDesk::rates(ControlClient client) {
  later(client, [this, client] {
    auto lines = rate_lines(view_.directory.rates(), view_.clock.now());
    if (lines.empty())
      throw BadRequest("there is no rate table: load one with cpctl rates load FILE");
    send_all(client, std::move(lines));
  });
}

void ControlDesk::load_rates(ControlClient client, std::string_view table, std::string_view from) {
  std::optional<base::TimeUs> moment;
  if (!from.empty()) {
    moment = base::parse_seoul_minute(from);
    if (!moment)
      return door_->refuse(client, "`from` must be a moment of the form 2026-11-23 12:00");
  }
  later(client, [this, client, text = std::string(table), moment] {
    auto rows = config::read_rate_file(text);
    const std::size_t count = rows.size();
    const auto since = rates_from_text(
        core::load_rates(view_.store, view_.directory, std::move(rows), moment, view_.clock.now()));
    view_.log.event(config::LogLevel::info, "rates", {},
                    fmt::format("{} rates from {} on", count, since));
    door_->send(client, {{"kind", "rates"}, {"from", since}, {"rows", count}});
    door_->finish(client);
  });
}

}  // namespace core
