#include "switch/control_desk.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>
#include <utility>

#include "ledger/cards.hpp"
#include "switch/card_view.hpp"
#include "switch/control_request.hpp"
#include "switch/key_loading.hpp"
#include "switch/limits_commands.hpp"
#include "switch/log_line.hpp"
#include "switch/product_commands.hpp"
#include "switch/seeding.hpp"
#include "switch/station_links.hpp"
#include "switch/status_view.hpp"
#include "switch/version.hpp"

namespace core {

namespace json = boost::json;
using config::LogLevel;

namespace {

/// Often enough to see soon that a client has left.
constexpr base::TimeUs kProgressPeriod = base::kMicrosPerSecond / 5;

/// Ends a check whose client has left.
class CheckCancelled : public std::exception {};

std::string date_text(base::Date date) {
  return fmt::format("{:04}-{:02}-{:02}", date / 10'000, date / 100 % 100, date % 100);
}

}  // namespace

struct ControlDesk::Lot {
  ControlClient client;
  std::int64_t face_won;
  std::uint32_t count, made = 0;
  base::TimeUs told_us = base::steady_now();
};

/// Between a check in the store's thread and the desk.
struct ControlDesk::CheckLink {
  std::atomic<bool> cancelled = false;
  ControlDesk* desk;  ///< the I/O thread's; null once the desk is gone
};

ControlDesk::ControlDesk(const DeskView& view)
    : view_(view),
      backups_(view.io, view.store, view.log, view.clock),
      started_us_(base::steady_now()) {}

ControlDesk::~ControlDesk() {
  if (!checking_) return;
  checking_->cancelled = true;
  checking_->desk = nullptr;
}

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
  if (command == "lot") return lot(client, request);
  if (command == "check") return check(client);
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
      "add-product, end-product, lot, check, backup, keys, key-reload, reload, log-level, "
      "certificates, reload-certificates, rates and rates-load");
}

void ControlDesk::later(ControlClient client, std::function<void()> work) {
  pieces_.push_back({client, [work = std::move(work)] {
                       work();
                       return true;
                     }});
}

void ControlDesk::do_a_piece() {
  Piece piece = std::move(pieces_.front());
  pieces_.pop_front();
  bool done = true;
  try {
    done = piece.work();
  } catch (const std::exception& failure) {
    door_->refuse(piece.client, failure.what());
  }
  if (!done) pieces_.push_back(std::move(piece));
}

void ControlDesk::status(ControlClient client) {
  const base::TimeUs now = view_.clock.now();
  door_->send(client, {{"kind", "status"},
                       {"version", kVersion},
                       {"uptime_s", (base::steady_now() - started_us_) / base::kMicrosPerSecond},
                       {"time", base::iso_seoul(now)},
                       {"business_day", date_text(base::business_day(now))},
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

void ControlDesk::lot(ControlClient client, const json::object& request) {
  Lot wanted{client, number_of(request, "face", 1, INT64_MAX),
             static_cast<std::uint32_t>(number_of(request, "count", 1, kMaxLot))};
  if (view_.directory.product_of_face(wanted.face_won) == nullptr)
    throw BadRequest(fmt::format("there is no product of {} won", wanted.face_won));
  pieces_.push_back({client, [this, wanted]() mutable { return continue_lot(wanted); }});
}

bool ControlDesk::continue_lot(Lot& lot) {
  const std::uint32_t piece = std::min(kLotPiece, lot.count - lot.made);
  try {
    create_stock_cards(view_.store, view_.directory, view_.vault, view_.random, view_.settings.bin,
                       lot.face_won, piece);
  } catch (const std::exception& failure) {
    end_lot(lot);
    throw std::runtime_error(
        fmt::format("{} of {} cards were made: {}", lot.made, lot.count, failure.what()));
  }
  lot.made += piece;
  const bool is_done = lot.made == lot.count;
  const base::TimeUs now_us = base::steady_now();
  if (is_done || now_us - lot.told_us >= kProgressPeriod) {
    lot.told_us = now_us;
    const bool is_here = door_->send(
        lot.client,
        {{"kind", "progress"}, {"done", lot.made}, {"of", lot.count}, {"text", "cards made"}});
    if (!is_here && !is_done) {
      end_lot(lot);
      return true;
    }
  }
  if (!is_done) return false;
  end_lot(lot);
  door_->send(lot.client, {{"kind", "lot"}, {"face_won", lot.face_won}, {"cards", lot.made}});
  door_->finish(lot.client);
  return true;
}

void ControlDesk::end_lot(const Lot& lot) {
  view_.log.event(
      LogLevel::info, "lot", {},
      fmt::format("{} of {} cards of {} won were made", lot.made, lot.count, lot.face_won));
}

void ControlDesk::check(ControlClient client) {
  if (checking_) throw BadRequest("a check is under way");
  auto link = std::make_shared<CheckLink>();
  link->desk = this;
  const bool taken = view_.store.request_settled_snapshot(
      [client, link, &io = view_.io, keys = view_.keyring.keys()](ledger::Snapshot& snapshot,
                                                                  std::uint64_t) {
        run_check(client, link, io, *keys, snapshot);
      },
      [client, link, &io = view_.io](std::string_view why) {
        end_check(client, link, io, std::string(why), {});
      });
  if (!taken) throw BadRequest("another look at the data is under way; try again later");
  checking_ = link;
  door_->send(client, {{"kind", "progress"},
                       {"done", 0},
                       {"of", 1'000},
                       {"text", "waiting until the journal is applied"}});
}

/// In a thread of the store: nothing of the desk may be touched but through a post.
void ControlDesk::run_check(ControlClient client, const std::shared_ptr<CheckLink>& link,
                            boost::asio::io_context& io, const crypto::KeyStore& keys,
                            ledger::Snapshot& snapshot) {
  std::string error;
  ledger::CheckReport report;
  try {
    crypto::CardVault vault(keys);
    int told = -1;
    report = ledger::check_books(snapshot, &vault, [&](int per_mille, std::string_view doing) {
      if (link->cancelled) throw CheckCancelled();
      if (std::exchange(told, per_mille) == per_mille) return;
      json::object line{{"kind", "progress"}, {"done", per_mille}, {"of", 1'000}, {"text", doing}};
      boost::asio::post(io, [client, link, line = std::move(line)] {
        if (link->desk != nullptr && !link->desk->door_->send(client, line)) link->cancelled = true;
      });
    });
  } catch (const std::exception& failure) {
    error = link->cancelled ? "the client has left" : failure.what();
  }
  end_check(client, link, io, std::move(error), std::move(report));
}

/// In a thread of the store: has the desk tell the outcome, a report or why there is none.
void ControlDesk::end_check(ControlClient client, const std::shared_ptr<CheckLink>& link,
                            boost::asio::io_context& io, std::string error,
                            ledger::CheckReport report) {
  boost::asio::post(io, [client, link, error = std::move(error), report = std::move(report)] {
    if (link->desk == nullptr) return;
    ControlDesk& desk = *link->desk;
    desk.checking_.reset();
    const bool is_right = error.empty() && report.right();
    desk.view_.log.event(
        is_right ? LogLevel::info : LogLevel::error, "check", {},
        !error.empty() ? error
                       : fmt::format("{} transactions, {} cards, {} findings", report.transactions,
                                     report.cards, report.finding_count));
    if (!error.empty()) return desk.door_->refuse(client, error);
    desk.door_->send(client, {{"kind", "check"},
                              {"right", is_right},
                              {"findings", report.finding_count},
                              {"text", ledger::to_text(report)}});
    desk.door_->finish(client);
  });
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
