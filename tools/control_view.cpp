#include "tools/control_view.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tools/card_numbers.hpp"
#include "tools/control_client.hpp"
#include "tools/screen.hpp"

namespace tools {
namespace {

std::string words(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

/// Ports, ids and dates are names more than amounts: no separators in them.
bool is_name(std::string_view key) {
  for (const std::string_view part : {"port", "id", "day", "date", "pid", "epoch"})
    if (key == part || key.ends_with("_" + std::string(part))) return true;
  return false;
}

std::string keyed_cell(std::string_view key, const boost::json::value& value) {
  return value.is_number() && is_name(key) ? boost::json::serialize(value) : cell_text(value);
}

void add_rows(Table& table, const std::string& prefix, const boost::json::object& object) {
  for (const auto& [key, value] : object) {
    if (prefix.empty() && key == "kind") continue;
    const std::string name = prefix + words(key);
    if (const auto* const inner = value.if_object())
      add_rows(table, name + ".", *inner);
    else
      table.add({name, keyed_cell(key, value)});
  }
}

}  // namespace

std::string cell_text(const boost::json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_null()) return "–";
  if (value.is_int64()) return won_text(value.get_int64());
  if (value.is_uint64()) return boost::json::serialize(value);
  if (const auto* const list = value.if_array()) {
    std::string text;
    for (const auto& each : *list) text += (text.empty() ? "" : " ") + cell_text(each);
    return text;
  }
  return boost::json::serialize(value);
}

std::string object_table(const boost::json::object& object) {
  Table table({{"", Align::left, 0}, {"", Align::left, 0}});
  add_rows(table, "", object);
  return table.text(Table::Header::none);
}

std::string rows_table(const std::vector<boost::json::object>& rows,
                       const std::vector<std::string>& members) {
  std::vector<std::string> keys;
  std::vector<Column> columns;
  for (const std::string& member : members)
    for (const auto& row : rows) {
      const auto* const value = row.if_contains(member);
      if (value == nullptr) continue;
      keys.push_back(member);
      columns.push_back({words(member), value->is_number() ? Align::right : Align::left, 0});
      break;
    }
  Table table(std::move(columns));
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& key : keys) {
      const auto* const value = row.if_contains(key);
      cells.push_back(value == nullptr ? "" : keyed_cell(key, *value));
    }
    table.add(std::move(cells));
  }
  return table.text();
}

int progress_share(const boost::json::object& line) {
  boost::system::error_code error;
  const auto* const done = line.if_contains("done");
  const auto* const of = line.if_contains("of");
  if (done == nullptr || of == nullptr) return 0;
  const double part = done->to_number<double>(error), whole = of->to_number<double>(error);
  return error || whole <= 0 ? 0 : static_cast<int>(part * 1'000 / whole);
}

std::vector<boost::json::object> ask_with_bar(const std::filesystem::path& socket,
                                              const boost::json::object& request) {
  std::vector<boost::json::object> lines;
  ProgressBar bar;
  ask_switch(socket, request, [&](const boost::json::object& line) {
    if (line.at("kind").as_string() == "progress")
      bar.show(progress_share(line), cell_text(line.contains("text") ? line.at("text") : ""));
    else
      lines.push_back(line);
  });
  return lines;
}

}  // namespace tools
