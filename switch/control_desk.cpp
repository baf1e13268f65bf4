#include "switch/control_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <utility>

#include "ledger/cards.hpp"
#include "switch/card_view.hpp"
#include "switch/control_request.hpp"
#include "switch/key_loading.hpp"
#include "switch/limits_commands.hpp"
#include "switch/log_line.hpp"
#include "switch/product_commands.hpp"
#include "switch/station_links.hpp"
#include "switch/status_view.hpp"
#include "switch/version.hpp"

namespace core {

namespace json = boost::json;
using config::LogLevel;

namespace {

/// Lines that are told at once.
constexpr std::size_t kLinesPiece = 100;

}  // namespace

ControlDesk::ControlDesk(const DeskView& view)
    : view_(view),
      wake_(view.io),
      backups_(view.io, view.store, view.log, view.clock),
      looks_(view.io, view.store, view.keyring),
      started_us_(base::steady_now()) {}

void ControlDesk::handle(ControlClient client, std::string_view request) {
  boost::system::error_code error;
  const json::value parsed = json::parse(request, error);
  if (error || !parsed.is_object())
    return door_->refuse(client, "a request is one line with a JSON object");
  try {
    dispatch(client, parsed.get_object());
  } catch (const BadRequest& bad) {
    door_->refuse(client, bad.what());
  }
}

void ControlDesk::dispatch(ControlClient client, const json::object& request) {
  const std::string_view command = text_of(request, "command");
  if (command == "status") return status(client);
  if (command == "stations") return stations(client);
  if (command == "card") return card(client, request);
  if (command == "limits" || command == "set-limits") return limits(client, request);
  if (command == "products" || command == "add-product" || command == "end-product")
    return products(client, request);
  if (command == "create-lot") return create_lot(client, request);
  if (command == "continue-lot") return continue_lot(client, request);
  if (command == "lots") return lots(client);
  if (command == "print-lot") return print_lot(client, request);
  if (command == "check") return check(client);
  if (command == "breakage") return breakage(client, request);
  if (command == "keys") return keys(client);
  if (command == "key-reload") return reload(client, ReloadScope::keys);
  if (command == "reload") return reload(client, ReloadScope::everything);
  if (command == "backup") return backups_.begin(*door_, client, text_of(request, "folder"));
  if (command == "log-level") return log_level(client, request);
  if (command == "certificates") return certificates(client);
  if (command == "reload-certificates") return reload_certificates(client);
  if (command == "rates") return rates(client);
  if (command == "rates-load")
    return load_rates(client, text_of(request, "table"),
                      request.contains("from") ? text_of(request, "from") : "");
  throw BadRequest(
      "there is no such command; there are status, stations, card, limits, set-limits, products, "
      "add-product, end-product, create-lot, continue-lot, lots, print-lot, check, breakage, "
      "backup, keys, key-reload, reload, log-level, certificates, reload-certificates, rates and "
      "rates-load");
}

void ControlDesk::later(ControlClient client, std::function<void()> work) {
  pieces_.push_back({client, [work = std::move(work)] {
                       work();
                       return true;
                     }});
}

bool ControlDesk::has_work() const {
  if (pieces_.empty()) return false;
  const base::TimeUs now_us = base::steady_now();
  return std::ranges::any_of(pieces_,
                             [&](const Piece& piece) { return piece.not_before_us <= now_us; });
}

void ControlDesk::do_a_piece() {
  const base::TimeUs now_us = base::steady_now();
  const auto next = std::ranges::find_if(
      pieces_, [&](const Piece& piece) { return piece.not_before_us <= now_us; });
  if (next == pieces_.end()) return;
  Piece piece = std::move(*next);
  pieces_.erase(next);
  bool done = true;
  rest_until_us_ = 0;
  try {
    done = piece.work();
  } catch (const std::exception& failure) {
    door_->refuse(piece.client, failure.what());
  }
  if (done) return;
  piece.not_before_us = rest_until_us_;
  if (rest_until_us_ != 0) {
    wake_.expires_after(std::chrono::microseconds(rest_until_us_ - base::steady_now()));
    wake_.async_wait([](const boost::system::error_code&) {});
  }
  pieces_.push_back(std::move(piece));
}

void ControlDesk::status(ControlClient client) {
  const base::TimeUs now = view_.clock.now();
  door_->send(client, {{"kind", "status"},
                       {"version", kVersion},
                       {"uptime_s", (base::steady_now() - started_us_) / base::kMicrosPerSecond},
                       {"time", base::iso_seoul(now)},
                       {"business_day", base::date_text(base::business_day(now))},
                       {"demo", view_.settings.demo},
                       {"writable", to_text(view_.store.writable())},
                       {"connections", view_.server.connections()},
                       {"connections_most", view_.server.most_connections()},
                       {"log_level", to_text(view_.log.level())},
                       {"log_lines_dropped", view_.log.dropped_lines()},
                       {"messages", describe(view_.engine.figures())},
                       {"guessing", describe(view_.server.guess_figures())},
                       {"store", describe(view_.store.figures())}});
  door_->finish(client);
}

void ControlDesk::stations(ControlClient client) {
  for (const auto& station : view_.server.stations()) {
    const StationLink& link = station->link;
    const StationFigures& figures = station->figures;
    json::value address, port, certificate, last;
    if (station->port) {
      address = station->address;
      port = *station->port;
    }
    if (!station->certificate_name.empty()) certificate = station->certificate_name;
    if (figures.last_message_us != 0) last = base::iso_seoul(figures.last_message_us);
    door_->send(client, {{"kind", "station"},
                         {"station", link.station.name},
                         {"role", role_text(link.station.role)},
                         {"address", address},
                         {"port", port},
                         {"certificate", certificate},
                         {"profile", link.profile->name},
                         {"header", header_text(link.frame)},
                         {"mac", mac_text(link.mac)},
                         {"sign_on", link.sign_on_required ? "required" : "optional"},
                         {"connections", figures.connections.value()},
                         {"signed_on", figures.signed_on.value()},
                         {"refused", figures.refused.value()},
                         {"messages", figures.all_messages()},
                         {"approved", figures.approved()},
                         {"declined", figures.declined()},
                         {"last_message", last}});
  }
  door_->finish(client);
}

void ControlDesk::card(ControlClient client, const json::object& request) {
  const std::string_view number = text_of(request, "number");
  if (number.size() < ledger::kPinNumberSize || number.size() > 19 ||
      number.find_first_not_of("0123456789") != std::string_view::npos)
    throw BadRequest("`number` must be a card number, or a PIN# of twelve digits");
  later(client, [this, client, digits = std::string(number)] { show_card(client, digits); });
}

void ControlDesk::show_card(ControlClient client, std::string_view digits) {
  ledger::WriteSet nothing;
  ledger::Draft draft(view_.store, nothing);
  const ledger::CardId id = ledger::find_card(draft, view_.vault, digits).id;
  const auto card = describe_card(draft, view_.vault, view_.directory, id, view_.clock.now());
  if (!card) return door_->refuse(client, "there is no such card");
  door_->send(client, *card);
  door_->finish(client);
}

void ControlDesk::limits(ControlClient client, const json::object& request) {
  later(client, [this, client, request] {
    door_->send(client, text_of(request, "command") == "limits"
                            ? describe_limits(view_.directory.limits())
                            : set_limits(request, view_.store, view_.directory, view_.log));
    door_->finish(client);
  });
}

void ControlDesk::products(ControlClient client, const json::object& request) {
  later(client, [this, client, request] {
    const std::string_view command = text_of(request, "command");
    std::vector<json::object> lines;
    if (command == "add-product")
      lines = {add_product(request, view_.store, view_.directory, view_.log)};
    else if (command == "end-product")
      lines = {end_product(request, view_.store, view_.directory, view_.log)};
    else
      lines = describe_products(view_.directory);
    for (const json::object& line : lines) door_->send(client, line);
    door_->finish(client);
  });
}

void ControlDesk::send_all(ControlClient client, std::vector<json::object> lines) {
  pieces_.push_back(
      {client, [this, client, lines = std::move(lines), next = std::size_t{0}]() mutable {
         for (std::size_t i = 0; i < kLinesPiece && next < lines.size(); ++i) {
           if (!door_->has_room(client)) return rest(), false;
           if (!door_->send(client, lines[next++])) return true;
         }
         if (next < lines.size()) return false;
         door_->finish(client);
         return true;
       }});
}

void ControlDesk::keys(ControlClient client) {
  later(client, [this, client] {
    for (const KeyRow& row : view_.keyring.rows(view_.store)) {
      json::value since;
      if (row.since_us != 0) since = base::iso_seoul(row.since_us);
      door_->send(client, {{"kind", "key"},
                           {"of", row.owner},
                           {"use", crypto::to_text(row.use)},
                           {"number", row.number},
                           {"from", row.exchanged ? "exchange" : "key file"},
                           {"since", since},
                           {"check_value", row.check_value}});
    }
    door_->finish(client);
  });
}

void ControlDesk::reload(ControlClient client, ReloadScope scope) {
  view_.reload.begin(
      scope, [this, client, scope, here = std::weak_ptr(here_)](const ReloadOutcome& outcome) {
        if (here.expired()) return;
        if (!outcome.worked) return door_->refuse(client, outcome.sentence);
        const bool all = scope == ReloadScope::everything;
        door_->send(client, {{"kind", all ? "reload" : "key-reload"},
                             {"text", all ? outcome.sentence
                                          : "the switch uses them now: " + outcome.sentence}});
        door_->finish(client);
      });
}

void ControlDesk::log_level(ControlClient client, const json::object& request) {
  const std::string_view wanted = text_of(request, "level");
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (to_text(level) != wanted) continue;
    view_.log.event(LogLevel::error, "log-level", {}, fmt::format("{} from now on", wanted));
    view_.log.set_level(level);
    door_->send(client, {{"kind", "log-level"}, {"level", wanted}});
    return door_->finish(client);
  }
  throw BadRequest("`level` must be debug, info, warning or error");
}

}  // namespace core
