#include "tools/ctl_commands.hpp"

#include <cstdio>
#include <iostream>

#include "tools/control_view.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

namespace json = boost::json;

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

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
  return show_objects(ask_with_bar(place.socket, {{"command", "status"}}));
}

int ctl_stations(const SwitchPlace& place) {
  print(
      rows_table(ask_with_bar(place.socket, {{"command", "stations"}}),
                 {"station", "role", "port", "certificate", "profile", "mac", "sign_on",
                  "connections", "signed_on", "messages", "approved", "declined", "last_message"}));
  return kWell;
}

int ctl_certificates(const SwitchPlace& place, bool reload) {
  const char* const command = reload ? "reload-certificates" : "certificates";
  return show_objects(ask_with_bar(place.socket, {{"command", command}}));
}

int ctl_card(const SwitchPlace& place, const std::string& number) {
  std::string wanted = number;
  if (number == "-" && !(std::cin >> wanted)) throw UsageError("standard input has no card number");
  return show_objects(ask_with_bar(place.socket, {{"command", "card"}, {"number", wanted}}));
}

int ctl_limits(const SwitchPlace& place) {
  return show_objects(ask_with_bar(place.socket, {{"command", "limits"}}));
}

int ctl_set_limits(const SwitchPlace& place, const LimitsOrder& order) {
  json::object request{{"command", "set-limits"}};
  add_given(request, "transaction", order.transaction_won);
  add_given(request, "day", order.day_won);
  add_given(request, "balance", order.balance_won);
  add_given(request, "recharge", order.recharge_won);
  return show_objects(ask_with_bar(place.socket, request));
}

int ctl_products(const SwitchPlace& place) {
  print(rows_table(ask_with_bar(place.socket, {{"command", "products"}}),
                   {"number", "name", "face_won", "validity_days", "points_bp", "sold", "mix"}));
  return kWell;
}

int ctl_add_product(const SwitchPlace& place, const ProductOrder& order) {
  json::object request{{"command", "add-product"}, {"face", order.face_won}, {"name", order.name}};
  add_given(request, "days", order.days);
  add_given(request, "points_bp", order.points_bp);
  add_given(request, "mix", order.mix);
  return show_objects(ask_with_bar(place.socket, request));
}

int ctl_end_product(const SwitchPlace& place, std::uint64_t number) {
  return show_objects(ask_with_bar(place.socket, {{"command", "end-product"}, {"number", number}}));
}

int ctl_reload(const SwitchPlace& place) {
  for (const json::object& line : ask_with_bar(place.socket, {{"command", "reload"}}))
    print(cell_text(line.at("text")) + "\n");
  return kWell;
}

int ctl_log_level(const SwitchPlace& place, const std::string& level) {
  return show_objects(ask_with_bar(place.socket, {{"command", "log-level"}, {"level", level}}));
}

}  // namespace tools
