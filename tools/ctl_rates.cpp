/// cpctl rates: what calls cost.

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/shown.hpp"
#include "config/rate_file.hpp"
#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

namespace json = boost::json;

std::string read_table(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) throw UsageError(base::shown(file) + " cannot be read");
  if (text.size() > config::kMostRateFileBytes)
    throw UsageError(base::shown(file) + " is larger than " +
                     std::to_string(config::kMostRateFileBytes) + " bytes: no rate table");
  try {
    (void)config::read_rate_file(text);  // the switch does so too, but does not know the file
  } catch (const config::ConfigError& failure) {
    throw UsageError(base::shown(file) + ": " + failure.what());
  }
  return text;
}

/// `in force from …` above the rows of each table.
class RatesView {
 public:
  void take(const json::object& line) {
    if (line.at("kind").as_string() == "rate") {
      rows_.push_back(line);
      if (rows_.back().at("prefix").as_string().empty()) rows_.back()["prefix"] = "(other)";
      return;
    }
    show();
    std::printf("%s from %s\n\n", line.at("in_force").as_bool() ? "in force" : "to come",
                cell_text(line.at("from")).c_str());
  }
  void show() {
    if (rows_.empty()) return;
    std::printf("%s\n", rows_table(rows_, {"prefix", "won", "unit_s", "connection_won"}).c_str());
    rows_.clear();
  }

 private:
  std::vector<json::object> rows_;
};

}  // namespace

int ctl_rates_load(const SwitchPlace& place, const std::string& file, const std::string& from) {
  json::object request{{"command", "rates-load"}, {"table", read_table(file)}};
  if (!from.empty()) request["from"] = from;
  ask_switch(place.socket, request, [](const json::object& line) {
    std::printf("%s rates from %s on\n", cell_text(line.at("rows")).c_str(),
                cell_text(line.at("from")).c_str());
  });
  return kWell;
}

int ctl_rates_show(const SwitchPlace& place) {
  RatesView view;
  ask_switch(place.socket, {{"command", "rates"}},
             [&](const json::object& line) { view.take(line); });
  view.show();
  return kWell;
}

}  // namespace tools
