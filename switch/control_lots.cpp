// The operator's commands about lots: cards are made a piece at a time, so that purchases between
// them are hardly delayed; what is made is in the lot whatever happens then.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "ledger/data_folder.hpp"
#include "ledger/lots.hpp"
#include "switch/control_desk.hpp"
#include "switch/control_request.hpp"
#include "switch/ledger_change.hpp"

namespace core {

namespace json = boost::json;
using config::LogLevel;
using ledger::LotRecord;
using ledger::LotState;

namespace {

/// Often enough to see soon that a client has left.
constexpr base::TimeUs kProgressPeriod = base::kMicrosPerSecond / 5;
/// What making a card takes.
constexpr std::int64_t kCardUs = 8;
/// The pace of a lot, as even as it can be: the disk has the purchases' writes as well.
constexpr std::int64_t kCardPeriodUs = 90;
/// What was missed of it is made good, but for waits.
constexpr base::TimeUs kMostLateUs = base::kMicrosPerSecond / 2;
/// Longer than a window and its apply take: then something is wrong with the disk.
constexpr base::TimeUs kLotPatience = 60 * base::kMicrosPerSecond;
constexpr std::int64_t kMaxLotNumber = UINT32_MAX;

json::value time_or_none(base::TimeUs time_us) {
  return time_us == 0 ? json::value() : json::value(base::iso_seoul(time_us));
}

LotRecord find_lot(ledger::Store& store, std::uint32_t number) {
  ledger::WriteSet nothing;
  ledger::Draft draft(store, nothing);
  const auto lot = ledger::read_lot(draft, number);
  if (!lot)
    throw BadRequest(
        fmt::format("there is no lot {}: `cpctl lot list` says which there are", number));
  return *lot;
}

std::uint32_t piece_of(std::int64_t journal_write_us) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(journal_write_us / kCardUs, kLotPiece, kMostLotPiece));
}

std::uint32_t lot_number(const json::object& request) {
  return static_cast<std::uint32_t>(number_of(request, "lot", 1, kMaxLotNumber));
}

}  // namespace

struct ControlDesk::Lot {
  ControlClient client;
  LotRecord record;
  ledger::ProductRecord product;
  base::TimeUs told_us = base::steady_now();
  base::TimeUs moved_us = base::steady_now();  ///< when it need not wait last
  base::TimeUs due_us = moved_us;              ///< when its next cards are to be made
};

void ControlDesk::create_lot(ControlClient client, const json::object& request) {
  const std::int64_t face_won = number_of(request, "face", 1, INT64_MAX);
  const auto count = static_cast<std::uint32_t>(number_of(request, "count", 1, kMaxLot));
  later(client, [this, client, face_won, count] {
    const ledger::ProductRecord* const product = view_.directory.product_of_face(face_won);
    if (product == nullptr)
      throw BadRequest(fmt::format("there is no product of {} won", face_won));
    auto lot = std::make_shared<Lot>(Lot{client, {}, *product});
    ledger::WriteSet batch;
    ledger::Draft draft(view_.store, batch);
    lot->record = ledger::begin_lot(draft, product->number, count, view_.clock.now());
    draft.keep();
    commit_now(view_.store, batch);
    make_lot(lot);
  });
}

void ControlDesk::continue_lot(ControlClient client, const json::object& request) {
  later(client, [this, client, number = lot_number(request)] {
    const LotRecord record = find_lot(view_.store, number);
    if (record.state == LotState::complete)
      throw BadRequest(fmt::format("lot {} is complete", number));
    if (lots_in_work_.contains(number))
      throw BadRequest(fmt::format("lot {} is being made", number));
    const ledger::ProductRecord* const product = view_.directory.product(record.product);
    if (product == nullptr)
      throw BadRequest(fmt::format("lot {}'s product is not there: run `cpctl check`", number));
    if (product->ended != 0)
      throw BadRequest(
          fmt::format("product {} has ended, of which no card is made any more", product->number));
    make_lot(std::make_shared<Lot>(Lot{client, record, *product}));
  });
}

void ControlDesk::make_lot(const std::shared_ptr<Lot>& lot) {
  view_.log.event(LogLevel::info, "lot", {},
                  fmt::format("{} is begun at card {} of {} of {} won", lot->record.number,
                              lot->record.made + 1, lot->record.wanted, lot->product.face_won));
  lots_in_work_.insert(lot->record.number);
  pieces_.push_back({lot->client, [this, lot] { return add_to_lot(*lot); }});
}

bool ControlDesk::add_to_lot(Lot& lot) {
  const LotRecord& record = lot.record;
  // The overlay's last quarter is for the purchases, which would be refused if it were full.
  const ledger::StoreFigures figures = view_.store.figures();
  const bool must_wait = figures.active_bytes > view_.settings.ledger.overlay_bytes / 4 * 3;
  try {
    if (view_.directory.product(record.product)->ended != 0)
      throw std::runtime_error("its product has ended");
    const base::TimeUs begun_us = base::steady_now();
    if (must_wait) {
      if (begun_us - lot.moved_us > kLotPatience)
        throw std::runtime_error(
            "the journal is not applied: look for the ledger's lines in the log, make room on the "
            "disk");
      rest();
    } else {
      lot.moved_us = begun_us;
      lot.due_us = std::max(lot.due_us, begun_us - kMostLateUs);
      const std::uint32_t count =
          std::min(piece_of(figures.last_write_us), record.wanted - record.made);
      commit_cards(lot, count);
      const base::TimeUs ended_us = base::steady_now();
      lot.due_us += count * kCardPeriodUs;
      // Half of the time at least is the purchases', however late the lot is.
      rest(std::max(ended_us - begun_us, lot.due_us - ended_us));
    }
  } catch (const std::exception& failure) {
    end_lot(lot);
    throw std::runtime_error(
        fmt::format("{} of {} cards of lot {} were made: {}; then `cpctl lot continue {}`, or "
                    "leave it as it is",
                    record.made, record.wanted, record.number, failure.what(), record.number));
  }
  const bool is_done = record.state == LotState::complete;
  const base::TimeUs now_us = base::steady_now();
  if (is_done || now_us - lot.told_us >= kProgressPeriod) {
    lot.told_us = now_us;
    const bool is_here = door_->send(
        lot.client, {{"kind", "progress"},
                     {"done", record.made},
                     {"of", record.wanted},
                     {"text", must_wait ? "waiting until the journal is applied" : "cards made"}});
    if (!is_here && !is_done) {
      end_lot(lot);
      return true;
    }
  }
  if (!is_done) return false;
  end_lot(lot);
  door_->send(lot.client, {{"kind", "lot"},
                           {"lot", record.number},
                           {"face_won", lot.product.face_won},
                           {"cards", record.made}});
  door_->finish(lot.client);
  return true;
}

void ControlDesk::commit_cards(Lot& lot, std::uint32_t count) {
  ledger::WriteSet batch;
  ledger::Draft draft(view_.store, batch);
  // As it is now: it may have been printed since the piece before.
  LotRecord record = ledger::read_lot(draft, lot.record.number).value();
  const ledger::CardMaker maker{view_.vault, view_.random, view_.settings.bin};
  for (std::uint32_t i = 0; i < count; ++i) ledger::add_lot_card(draft, maker, lot.product, record);
  ledger::write_lot(draft, record);
  draft.keep();
  commit_now(view_.store, batch);
  lot.record = record;
}

void ControlDesk::end_lot(const Lot& lot) {
  lots_in_work_.erase(lot.record.number);
  view_.log.event(LogLevel::info, "lot", {},
                  fmt::format("{} has {} of {} cards of {} won", lot.record.number, lot.record.made,
                              lot.record.wanted, lot.product.face_won));
}

void ControlDesk::lots(ControlClient client) {
  later(client, [this, client] {
    std::vector<json::object> lines;
    view_.store.scan(
        ledger::Table::lots, {}, SIZE_MAX, [&](std::string_view, std::string_view value) {
          const auto lot = ledger::record_from<LotRecord>(value);
          if (!lot) throw std::runtime_error("a lot cannot be read: run `cpctl check`");
          const ledger::ProductRecord* const product = view_.directory.product(lot->product);
          const char* const unfinished =
              lots_in_work_.contains(lot->number) ? "making" : "interrupted";
          lines.push_back({{"kind", "lot"},
                           {"lot", lot->number},
                           {"face_won", product == nullptr ? json::value() : product->face_won},
                           {"product", lot->product},
                           {"wanted", lot->wanted},
                           {"made", lot->made},
                           {"state", lot->state == LotState::complete ? "complete" : unfinished},
                           {"begun", base::iso_seoul(lot->time_us)},
                           {"printed", time_or_none(lot->printed_us)}});
          return true;
        });
    send_all(client, std::move(lines));
  });
}

void ControlDesk::print_lot(ControlClient client, const json::object& request) {
  LotFileOrder order;
  order.lot = lot_number(request);
  order.file = text_of(request, "file");
  order.now = view_.clock.now();
  if (!order.file.is_absolute() || order.file.filename().empty() ||
      order.file.native().find('\0') != std::string::npos)
    throw BadRequest("`file` must be the complete path of a file");
  if (ledger::lies_in(order.file, view_.settings.data_folder))
    throw BadRequest("a file for the printer does not belong into the data folder: name another");
  if (view_.keyring.keys()->current_id(crypto::KeyUse::printer) == 0)
    throw BadRequest(
        "there is no key of the card printer: agree on one with it, then `cpctl key import "
        "printer`");
  later(client, [this, client, order]() mutable {
    const LotRecord lot = find_lot(view_.store, order.lot);
    if (lots_in_work_.contains(order.lot))
      throw BadRequest(fmt::format("lot {} is being made: print it when it is done", order.lot));
    if (lot.made == 0) throw BadRequest(fmt::format("lot {} has no cards", order.lot));
    const ledger::ProductRecord* const product = view_.directory.product(lot.product);
    order.face_won = product == nullptr ? 0 : product->face_won;
    view_.log.event(LogLevel::info, "lot", {},
                    fmt::format("{} is being printed to {}", order.lot, order.file.string()));
    const auto outcome = std::make_shared<LotFileOutcome>();
    looks_.begin(
        *door_, client,
        [order, outcome](ledger::Snapshot& snapshot, crypto::CardVault& vault,
                         const LookDesk::Tell& tell) {
          *outcome =
              write_lot_file(snapshot, vault, order, [&](std::uint64_t done, std::uint64_t of) {
                tell(static_cast<int>(done * 1'000 / of), "cards written");
              });
        },
        [this, client, order, outcome](const std::string& error) {
          if (error.empty())
            return later(client, [=, this] { note_printed(client, order, *outcome); });
          view_.log.event(LogLevel::error, "lot", {},
                          fmt::format("{} was not printed: {}", order.lot, error));
          door_->refuse(client, error);
        });
  });
}

/// The file is whole: from now on the lot says so.
void ControlDesk::note_printed(ControlClient client, const LotFileOrder& order,
                               const LotFileOutcome& outcome) {
  LotRecord lot = find_lot(view_.store, order.lot);
  const base::TimeUs printed_before_us = std::exchange(lot.printed_us, order.now);
  const std::string file = order.file.string();
  std::string what = fmt::format("{} was printed: {} cards of {} won in {}, printer key {}",
                                 order.lot, outcome.cards, order.face_won, file, outcome.key_id);
  if (outcome.sold != 0) what += fmt::format("; {} sold ones were left out", outcome.sold);
  if (printed_before_us != 0)
    what += "; it was printed before, at " + base::iso_seoul(printed_before_us);
  view_.log.event(printed_before_us == 0 ? LogLevel::info : LogLevel::warning, "lot", {}, what);
  ledger::WriteSet batch;
  ledger::Draft draft(view_.store, batch);
  ledger::write_lot(draft, lot);
  draft.keep();
  try {
    commit_now(view_.store, batch);
  } catch (const std::exception& failure) {
    throw std::runtime_error(fmt::format(
        "{} is whole, but the lot does not say that it was printed: {}", file, failure.what()));
  }
  door_->send(client, {{"kind", "lot-file"},
                       {"lot", order.lot},
                       {"file", file},
                       {"cards", outcome.cards},
                       {"sold_and_left_out", outcome.sold},
                       {"bytes", outcome.bytes},
                       {"printer_key", outcome.key_id},
                       {"printed_before", time_or_none(printed_before_us)}});
  door_->finish(client);
}

}  // namespace core
