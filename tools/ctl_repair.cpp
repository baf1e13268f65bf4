#include <cstdio>

#include "base/time.hpp"
#include "ledger/check.hpp"
#include "ledger/draft.hpp"
#include "ledger/repair.hpp"
#include "tools/ctl_commands.hpp"
#include "tools/repair_account.hpp"
#include "tools/screen.hpp"
#include "tools/storage_keys.hpp"

namespace tools {
namespace {

using Kind = ledger::JournalDamage::Kind;

/// Rows on the screen; the report that is kept has more.
constexpr std::size_t kRowsShown = 40;

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

int tell_whole(const ledger::RecoveryReport& report) {
  put("There is nothing to repair: every batch that the journal must hold can be read.\n" +
      (report.missing.empty() ? "" : "But look: " + report.missing + ".\n") +
      (report.dropped.empty() ? "" : "Its end: " + report.dropped + ".\n"));
  return kWell;
}

ledger::CheckReport check(ledger::Snapshot& books, crypto::CardVault* vault) {
  ProgressBar bar;
  return ledger::check_books(
      books, vault, [&bar](int per_mille, std::string_view doing) { bar.show(per_mille, doing); });
}

std::uint64_t transactions_in(ledger::Snapshot& books) {
  const auto stored = books.get(ledger::Table::meta, ledger::kSequenceCounter);
  return stored ? ledger::record_from<std::uint64_t>(*stored).value_or(0) : 0;
}

/// What is known of transactions that no batch shows any more: their numbers.
std::string unseen_text(const ledger::JournalLosses& losses, std::uint64_t kept) {
  if (losses.last_transaction <= kept) return "";
  const std::uint64_t all = losses.last_transaction - kept;
  if (all <= losses.transactions) return "";
  return "\nOf the transactions " + std::to_string(kept + 1) + " to " +
         std::to_string(losses.last_transaction) + " another " +
         std::to_string(all - losses.transactions) +
         " stand in batches that cannot be read: what they were\ncan only be told by the stations "
         "and by the switch's log (grep '#" +
         std::to_string(kept + 1) + "').\n";
}

std::string command_text(const SwitchPlace& place, const ledger::JournalDamage& damage) {
  const std::string start = "cpctl repair --data " + place.data.string();
  return damage.kind == Kind::record ? start + " --drop-from " + std::to_string(damage.first_lost)
                                     : start + " --mend " + damage.segment.filename().string();
}

std::string advice_text(const SwitchPlace& place, const ledger::JournalDamage& damage, bool right) {
  std::string text = "\nNothing was changed. ";
  if (damage.kind == Kind::segment)
    return text +
           "Its header and size can be written anew; every record that is there stays, and then\n"
           "this command shows whether any is damaged. Of a file that was cut, what stood behind\n"
           "the cut is gone. To do it, with a copy kept aside:\n\n  " +
           command_text(place, damage) + "\n";
  text +=
      "What is lost here was answered: cards were debited and vouchers handed out that\n"
      "the books would no longer know. First look for this segment on a mirror, a snapshot of the\n"
      "disk or in a backup.";
  if (!right)
    return text +
           "\n\nCutting here is not offered: the books would not agree. The data file holds parts "
           "of what came\nafter the damage, since a window was being applied when the switch "
           "ended. Restore the data\nfolder from a backup and reconcile with the stations.\n";
  return text +
         " If there is none: keep a copy of the data folder, then cut here, with\n"
         "a copy of the segments kept aside, and reconcile with the stations afterwards:\n\n  " +
         command_text(place, damage) + "\n";
}

/// Throws where what was ordered is not what this damage asks for: the operator has not seen it.
void compare_order(const SwitchPlace& place, const ledger::JournalDamage& damage,
                   const RepairOrder& order) {
  const bool right = damage.kind == Kind::record ? order.drop_from == damage.first_lost
                                                 : order.mend == damage.segment.filename().string();
  if (!right)
    throw UsageError("that is not where the journal is damaged; look at it again, then say `" +
                     command_text(place, damage) + "`");
}

int carry_out(ledger::JournalRepair& repair, const std::string& account) {
  const base::TimeUs now = base::system_now();
  const auto aside = repair.apply("cpctl repair, " + base::iso_seoul(now) + "\n\n" + account, now);
  put("\nDone. The segments as they were and this report are in " + aside.string() +
      ".\nProve what is left with cpctl check, start the switch, and reconcile with the "
      "stations.\n");
  return kWell;
}

}  // namespace

int ctl_repair(const SwitchPlace& place, const RepairOrder& order) {
  if (place.data.empty()) throw UsageError("a repair needs the data folder: say --data DIR");
  ledger::JournalRepair repair(place.data);
  if (!repair.damage()) return tell_whole(repair.report());
  const ledger::JournalDamage& damage = *repair.damage();
  const bool ordered = order.drop_from || order.mend;
  if (ordered) compare_order(place, damage, order);

  const auto keys = load_storage_keys(place);
  std::unique_ptr<crypto::CardVault> vault;
  if (keys) vault = std::make_unique<crypto::CardVault>(*keys);
  LostList list;
  const ledger::JournalLosses losses =
      repair.survey(vault.get(), [&list](const ledger::LostTransaction& lost) { list.add(lost); });

  std::string head = damage_text(damage), tail;
  bool right = true;
  if (damage.kind == Kind::record) {
    const std::uint64_t kept = transactions_in(repair.books());
    const ledger::CheckReport books = check(repair.books(), vault.get());
    right = books.right();
    head += losses_text(damage, losses, kept) + "\n";
    tail = "\n" + list.sums_text() + unseen_text(losses, kept) + books_text(books);
  } else {
    head += "\nIn this segment and behind it stand " + std::to_string(losses.whole_batches) +
            " whole batches:\n\n";
    tail = "\n" + list.sums_text();
  }
  put(head + list.rows_text(kRowsShown) + tail);
  if (!ordered || !right) put(advice_text(place, damage, right));
  if (!ordered || !right) return kNotWell;
  return carry_out(repair, head + list.rows_text(LostList::kMostRows) + tail);
}

}  // namespace tools
