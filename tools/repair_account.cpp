#include "tools/repair_account.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "tools/screen.hpp"
#include "tools/terminal.hpp"

namespace tools {
namespace {

constexpr std::array<std::string_view, 14> kKindNames{
    "?",    "opening",    "purchase",        "refund",       "reversal", "sale",    "activation",
    "hold", "completion", "password change", "registration", "block",    "unblock", "deposit"};

std::size_t kind_index(const ledger::LostTransaction& lost) {
  const auto kind = static_cast<std::size_t>(lost.head.kind);
  return kind < kKindNames.size() ? kind : 0;
}

std::string number_text(std::uint64_t number) {
  return won_text(static_cast<std::int64_t>(number));
}

/// `1 batch`, `1,200 batches`.
std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return number_text(count) + " " + (count == 1 ? one : many);
}

/// Up to the second; the rest of a moment says nothing here.
std::string time_text(base::TimeUs moment) { return base::iso_seoul(moment).substr(0, 19); }

std::string range_text(std::uint64_t first, std::uint64_t last) {
  return first == last ? std::to_string(first)
                       : std::to_string(first) + " to " + std::to_string(last);
}

}  // namespace

void LostList::add(const ledger::LostTransaction& lost) {
  ++count_;
  const std::size_t kind = kind_index(lost);
  Sum& sum = sums_[kind];
  ++(lost.head.approved() ? sum.approved : sum.declined);
  if (lost.head.approved()) sum.moved_won += lost.head.moved_won;
  if (rows_.size() == kMostRows) return;
  rows_.push_back({std::to_string(lost.batch), std::to_string(lost.head.sequence),
                   time_text(lost.head.time_us), std::to_string(lost.head.station), lost.terminal,
                   lost.merchant, lost.stan, std::string(kKindNames[kind]),
                   std::string(lost.head.code.data(), lost.head.code.size()),
                   won_text(lost.head.amount_won), won_text(lost.head.moved_won),
                   lost.card.empty() ? "-" : lost.card});
}

std::string LostList::rows_text(std::size_t most) const {
  if (rows_.empty()) return "";
  Table table({{"batch", Align::right},
               {"sequence", Align::right},
               {"time"},
               {"station", Align::right},
               {"terminal"},
               {"merchant"},
               {"STAN"},
               {"what"},
               {"DE 39"},
               {"won", Align::right},
               {"moved", Align::right},
               {"card"}});
  const std::size_t shown = std::min(most, rows_.size());
  for (std::size_t i = 0; i < shown; ++i) table.add(rows_[i]);
  std::string text = table.text();
  if (shown < count_) text += "… and " + number_text(count_ - shown) + " more\n";
  return text;
}

std::string LostList::sums_text() const {
  Table table({{"what"},
               {"approved", Align::right},
               {"moved, won", Align::right},
               {"declined", Align::right}});
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const Sum& sum = sums_[kind];
    if (sum.approved + sum.declined == 0) continue;
    table.add({std::string(kKindNames[kind]), number_text(sum.approved), won_text(sum.moved_won),
               number_text(sum.declined)});
  }
  return count_ == 0 ? "" : table.text();
}

std::string damage_text(const ledger::JournalDamage& damage) {
  return "The journal is damaged in " + damage.segment.string() + " at offset " +
         std::to_string(damage.offset) + ":\n" + damage.what + ".\n";
}

std::string losses_text(const ledger::JournalDamage& damage, const ledger::JournalLosses& losses,
                        std::uint64_t kept_transactions) {
  std::string text = "\nKept: everything up to batch " + std::to_string(damage.first_lost - 1) +
                     ", " + counted(kept_transactions, "transaction", "transactions") + ".\n";
  text += "Lost: batches " + range_text(losses.first_batch, losses.last_batch) + ".\n";
  if (losses.unreadable_batches > 0)
    text += "  " + counted(losses.unreadable_batches, "batch", "batches") + " cannot be read.\n";
  text += "  " + counted(losses.whole_batches, "batch", "batches") +
          " behind the damage can, with " +
          counted(losses.transactions, "transaction", "transactions") + ":\n";
  return text;
}

std::string books_text(const ledger::CheckReport& books) {
  return "\nThe books as they would then be:\n" + ledger::to_text(books);
}

}  // namespace tools
