// The operator's commands that look at all the data: the check, and what expired cards still hold.

#include <fmt/format.h>

#include "ledger/breakage.hpp"
#include "ledger/check.hpp"
#include "switch/control_desk.hpp"
#include "switch/control_request.hpp"

namespace core {

namespace json = boost::json;
using config::LogLevel;

namespace {

/// More are listed only from data of which no switch runs: here they would all be in memory.
constexpr std::size_t kMostListed = 20'000;

struct Expired {
  ledger::Breakage sums;
  std::vector<json::object> cards;
};

/// In a thread of the store.
void look_at_expired(ledger::Snapshot& snapshot, crypto::CardVault& vault,
                     const LookDesk::Tell& tell, base::Date today, bool with_cards,
                     Expired& expired) {
  ledger::BreakageVisits visits;
  visits.progress = [&](std::uint64_t done, std::uint64_t of) {
    tell(static_cast<int>(done * 1'000 / std::max<std::uint64_t>(of, 1)), "cards");
  };
  std::vector<ledger::ExpiredCard> found;
  if (with_cards)
    visits.card = [&](const ledger::ExpiredCard& card) {
      if (found.size() == kMostListed)
        throw std::runtime_error(
            fmt::format("more than {} cards are too many to list beside purchases: leave out "
                        "--cards, or restore a backup and list them there",
                        kMostListed));
      found.push_back(card);
    };
  expired.sums = ledger::sum_breakage(snapshot, today, visits);
  for (const ledger::ExpiredCard& card : found)
    expired.cards.push_back({{"kind", "expired-card"},
                             {"card", ledger::masked_number(snapshot, vault, card.id)},
                             {"product", card.product},
                             {"last_day", base::date_text(card.last_day)},
                             {"balance_won", card.balance_won}});
}

std::vector<json::object> lines_of(Expired&& expired, base::Date today) {
  std::vector<json::object> lines = std::move(expired.cards);
  for (const ledger::BreakageRow& row : expired.sums.rows)
    lines.push_back({{"kind", "breakage"},
                     {"product", row.product},
                     {"name", row.name},
                     {"face_won", row.face_won},
                     {"cards", row.cards},
                     {"won", row.won}});
  lines.push_back({{"kind", "breakage-sum"},
                   {"date", base::date_text(today)},
                   {"cards", expired.sums.cards},
                   {"won", expired.sums.won}});
  return lines;
}

}  // namespace

void ControlDesk::check(ControlClient client) {
  const auto report = std::make_shared<ledger::CheckReport>();
  looks_.begin(
      *door_, client,
      [report](ledger::Snapshot& snapshot, crypto::CardVault& vault, const LookDesk::Tell& tell) {
        *report = ledger::check_books(snapshot, &vault, tell);
      },
      [this, client, report](const std::string& error) {
        const bool is_right = error.empty() && report->right();
        view_.log.event(is_right ? LogLevel::info : LogLevel::error, "check", {},
                        !error.empty() ? error
                                       : fmt::format("{} transactions, {} cards, {} findings",
                                                     report->transactions, report->cards,
                                                     report->finding_count));
        if (!error.empty()) return door_->refuse(client, error);
        door_->send(client, {{"kind", "check"},
                             {"right", is_right},
                             {"findings", report->finding_count},
                             {"text", ledger::to_text(*report)}});
        door_->finish(client);
      });
}

void ControlDesk::breakage(ControlClient client, const json::object& request) {
  base::Date today = base::seoul_date(view_.clock.now());  // cards expire by the calendar
  if (request.contains("date")) {
    const auto date = base::parse_date(text_of(request, "date"));
    if (!date) throw BadRequest("`date` must be a day of the form 2026-11-23");
    today = *date;
  }
  const bool with_cards = flag_of(request, "cards");
  const auto expired = std::make_shared<Expired>();
  looks_.begin(
      *door_, client,
      [=](ledger::Snapshot& snapshot, crypto::CardVault& vault, const LookDesk::Tell& tell) {
        look_at_expired(snapshot, vault, tell, today, with_cards, *expired);
      },
      [=, this](const std::string& error) {
        view_.log.event(
            error.empty() ? LogLevel::info : LogLevel::error, "breakage", {},
            !error.empty()
                ? error
                : fmt::format("{} won on {} cards on {}{}", expired->sums.won, expired->sums.cards,
                              base::date_text(today), with_cards ? ", each listed" : ""));
        if (!error.empty()) return door_->refuse(client, error);
        send_all(client, lines_of(std::move(*expired), today));
      });
}

}  // namespace core
