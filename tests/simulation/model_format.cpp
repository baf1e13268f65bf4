/// What a request must carry, and how.

#include "model.hpp"

namespace model {
namespace {

bool digits_only(const std::string& text) {
  return text.find_first_not_of("0123456789") == std::string::npos;
}

std::set<int> mandatory_elements(const std::string& operation) {
  if (operation == "reversal") return {7, 11, 41, 42};
  std::set<int> elements{3, 7, 11, 12, 13, 41, 42};
  if (operation != "sale" && operation != "collect" && operation != "deposit") elements.insert(2);
  if (operation == "purchase" || operation == "refund" || operation == "sale" ||
      operation == "hold" || operation == "completion" || operation == "deposit" ||
      operation == "recharge" || operation == "exchange")
    elements.insert({4, 49});
  if (operation == "completion") elements.insert({37, 38});
  if (operation == "sale" || operation == "collect") elements.insert(48);
  if (operation == "password_change" || operation == "statement") elements.insert(48);
  if (operation == "exchange") elements.insert(52);
  if (operation == "activation" || operation == "registration") elements.insert({48, 52});
  return elements;
}

bool password_needed(const Request& request, const std::string& operation, const World& world) {
  const Station& station = world.stations.at(request.station);
  if (operation == "block" || operation == "unblock" || operation == "statement")
    return station.role != "operator";
  if (operation == "password_change") return !request.tag("0012");
  const std::string card = request.get(2);
  const bool ours = card.size() == 12 || card.starts_with(world.bin) || card.empty();
  if (!station.password_required || !ours) return false;
  if (operation == "verify" || operation == "purchase" || operation == "hold") return true;
  return operation == "inquiry" && (station.role == "terminal" || station.role == "telephone");
}

bool customer_is_good(const Request& request) {
  const auto customer = request.tag("0012");
  return !customer || (!customer->empty() && customer->size() <= 20);
}

bool tags_are_good(const Request& request, const std::string& operation, const World& world) {
  if (operation == "sale") {
    const std::string order = request.tag("0001").value_or("");
    return !order.empty() && order.size() % 8 == 0 && order.size() / 8 <= 6 && digits_only(order) &&
           customer_is_good(request);
  }
  if (operation == "collect") {
    const std::string which = request.tag("0003").value_or("");
    return request.tag("0002").value_or("").size() == 16 && which.size() == 3 && digits_only(which);
  }
  if (operation == "registration") return request.tag("0012") && customer_is_good(request);
  if (operation == "activation" || operation == "password_change") {
    const std::string password = request.tag("0010").value_or("");
    const std::string hint = request.tag("0011").value_or("");
    return password.size() >= 4 && hint.size() <= 60 && hint.find(password) == std::string::npos &&
           customer_is_good(request);
  }
  if (operation == "statement") return statement_tags_are_good(request);
  return call_tags_are_good(request, operation, world);
}

bool names_original(const Request& request, const std::string& operation) {
  if (request.has(90)) return true;
  if (operation == "refund") return request.has(37) && request.has(38);
  if (operation == "reversal") return request.has(37) || (request.has(12) && request.has(13));
  return true;
}

bool track_is_of_card(const Request& request) {
  const std::string track = request.get(35);
  return track.substr(0, track.find('=')) == request.get(2);
}

bool is_replacement(const std::string& amounts) {
  return digits_only(amounts) && amounts.substr(12) == std::string(30, '0');
}

}  // namespace

int format_error(const Request& request, const std::string& operation, const World& world) {
  std::set<int> bad;
  for (const int element : mandatory_elements(operation))
    if (!request.has(element)) bad.insert(element);
  if (password_needed(request, operation, world) && !request.has(52)) bad.insert(52);
  if (request.has(35) && request.has(2) && !track_is_of_card(request)) bad.insert(35);
  if (operation == "deposit" && !request.has(2) && !request.has(103)) bad.insert(2);
  if (operation == "deposit" && request.has(2) && request.has(103)) bad.insert(103);
  if (request.has(48) && !tags_are_good(request, operation, world)) bad.insert(48);
  if (request.has(49) && request.get(49) != "410") bad.insert(49);
  if (!names_original(request, operation)) bad.insert(90);
  if (operation == "reversal" && request.has(95) && !is_replacement(request.get(95)))
    bad.insert(95);
  return bad.empty() ? 0 : *bad.begin();
}

}  // namespace model
