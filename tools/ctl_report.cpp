/// cpctl report: what expired cards still hold, of a running switch or of the data of a stopped
/// one.

#include <cstdio>

#include "base/shown.hpp"
#include "base/time.hpp"
#include "ledger/breakage.hpp"
#include "ledger/durable_store.hpp"
#include "tools/control_client.hpp"
#include "tools/control_view.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/screen.hpp"
#include "tools/storage_keys.hpp"

namespace tools {
namespace {

namespace json = boost::json;

json::object row_of(const ledger::BreakageRow& row) {
  return {{"kind", "breakage"},       {"product", row.product}, {"name", row.name},
          {"face_won", row.face_won}, {"cards", row.cards},     {"won", row.won}};
}

/// What a running switch would answer.
std::vector<json::object> look_at_stopped(const SwitchPlace& place, base::Date today,
                                          bool with_cards) {
  const auto snapshot = ledger::open_offline(place.data);
  const auto keys = with_cards ? load_storage_keys(place) : nullptr;
  if (with_cards && !keys)
    throw UsageError("there is no key file " + place.keys.string() +
                     ", without which the cards cannot be named: --keys FILE");
  std::vector<ledger::ExpiredCard> cards;
  ledger::BreakageVisits visits;
  ProgressBar bar;
  visits.progress = [&](std::uint64_t done, std::uint64_t of) {
    bar.show(of == 0 ? 0 : static_cast<int>(done * 1'000 / of), "cards");
  };
  if (with_cards) visits.card = [&](const ledger::ExpiredCard& card) { cards.push_back(card); };
  const ledger::Breakage sums = ledger::sum_breakage(*snapshot, today, visits);
  std::vector<json::object> lines;
  if (with_cards) {
    crypto::CardVault vault(*keys);
    for (const ledger::ExpiredCard& card : cards)
      lines.push_back({{"kind", "expired-card"},
                       {"card", ledger::masked_number(*snapshot, vault, card.id)},
                       {"product", card.product},
                       {"last_day", base::date_text(card.last_day)},
                       {"balance_won", card.balance_won}});
  }
  for (const ledger::BreakageRow& row : sums.rows) lines.push_back(row_of(row));
  lines.push_back({{"kind", "breakage-sum"},
                   {"date", base::date_text(today)},
                   {"cards", sums.cards},
                   {"won", sums.won}});
  return lines;
}

void show_breakage(const std::vector<json::object>& lines) {
  std::vector<json::object> cards, rows;
  for (const json::object& line : lines) {
    const auto kind = line.at("kind").as_string();
    if (kind == "expired-card") cards.push_back(line);
    if (kind == "breakage") rows.push_back(line);
    if (kind != "breakage-sum") continue;
    if (!cards.empty())
      std::printf("%s\n",
                  rows_table(cards, {"card", "product", "last_day", "balance_won"}).c_str());
    if (!rows.empty())
      std::printf("%s\n",
                  rows_table(rows, {"product", "name", "face_won", "cards", "won"}).c_str());
    std::printf("%s won on %s cards that were expired on %s\n", cell_text(line.at("won")).c_str(),
                cell_text(line.at("cards")).c_str(), cell_text(line.at("date")).c_str());
  }
}

}  // namespace

int ctl_breakage(const SwitchPlace& place, const std::string& date, bool with_cards) {
  const auto day = date.empty() ? base::seoul_date(base::system_now()) : base::parse_date(date);
  if (!day) throw UsageError("--date: " + base::shown(date) + " is no day, as 2026-11-23 is one");
  if (control_answers(place.socket)) {
    json::object request{{"command", "breakage"}, {"cards", with_cards}};
    if (!date.empty()) request["date"] = date;  // else by the switch's clock
    show_breakage(ask_with_bar(place.socket, request));
    return kWell;
  }
  if (place.data.empty())
    throw UsageError("no switch answers at " + place.socket.string() +
                     "; for the data of one that is stopped, say --data DIR");
  show_breakage(look_at_stopped(place, *day, with_cards));
  return kWell;
}

}  // namespace tools
