#include "tools/ctl_commands.hpp"

#include <cstdio>
#include <iostream>

#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/screen.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

namespace json = boost::json;

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

/// Progress lines move the bar; the others are collected.
std::vector<json::object> ask(const SwitchPlace& place, const json::object& request) {
  std::vector<json::object> lines;
  ProgressBar bar;
  ask_switch(place.socket, request, [&](const json::object& line) {
    if (line.at("kind").as_string() != "progress") {
      lines.push_back(line);
      return;
    }
    bar.show(progress_share(line), cell_text(line.contains("text") ? line.at("text") : ""));
  });
  return lines;
}

template <class Value>
void add_given(json::object& request, std::string_view key, const std::optional<Value>& value) {
  if (value) request[key] = *value;
}

int show_objects(const std::vector<json::object>& lines) {
  for (const json::object& line : lines) print(object_table(line));
  return kWell;
}

}  // namespace

int ctl_status(const SwitchPlace& place) {
  return show_objects(ask(place, {{"command", "status"}}));
}

int ctl_stations(const SwitchPlace& place) {
  print(
      rows_table(ask(place, {{"command", "stations"}}),
                 {"station", "role", "port", "certificate", "profile", "mac", "sign_on",
                  "connections", "signed_on", "messages", "approved", "declined", "last_message"}));
  return kWell;
}

int ctl_certificates(const SwitchPlace& place, bool reload) {
  const char* const command = reload ? "reload-certificates" : "certificates";
  return show_objects(ask(place, {{"command", command}}));
}

int ctl_card(const SwitchPlace& place, const std::string& number) {
  std::string wanted = number;
  if (number == "-" && !(std::cin >> wanted)) throw UsageError("standard input has no card number");
  return show_objects(ask(place, {{"command", "card"}, {"number", wanted}}));
}

int ctl_limits(const SwitchPlace& place) {
  return show_objects(ask(place, {{"command", "limits"}}));
}

int ctl_set_limits(const SwitchPlace& place, const LimitsOrder& order) {
  json::object request{{"command", "set-limits"}};
  add_given(request, "transaction", order.transaction_won);
  add_given(request, "day", order.day_won);
  add_given(request, "balance", order.balance_won);
  add_given(request, "recharge", order.recharge_won);
  return show_objects(ask(place, request));
}

int ctl_products(const SwitchPlace& place) {
  print(rows_table(ask(place, {{"command", "products"}}),
                   {"number", "name", "face_won", "validity_days", "points_bp", "sold", "mix"}));
  return kWell;
}

int ctl_add_product(const SwitchPlace& place, const ProductOrder& order) {
  json::object request{{"command", "add-product"}, {"face", order.face_won}, {"name", order.name}};
  add_given(request, "days", order.days);
  add_given(request, "points_bp", order.points_bp);
  add_given(request, "mix", order.mix);
  return show_objects(ask(place, request));
}

int ctl_end_product(const SwitchPlace& place, std::uint64_t number) {
  return show_objects(ask(place, {{"command", "end-product"}, {"number", number}}));
}

int ctl_lot(const SwitchPlace& place, std::uint64_t face_won, std::uint64_t count) {
  return show_objects(ask(place, {{"command", "lot"}, {"face", face_won}, {"count", count}}));
}

int ctl_reload(const SwitchPlace& place) {
  for (const json::object& line : ask(place, {{"command", "reload"}}))
    print(cell_text(line.at("text")) + "\n");
  return kWell;
}

int ctl_log_level(const SwitchPlace& place, const std::string& level) {
  return show_objects(ask(place, {{"command", "log-level"}, {"level", level}}));
}

}  // namespace tools
