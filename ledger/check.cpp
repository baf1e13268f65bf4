#include "ledger/check.hpp"

#include <algorithm>

#include "ledger/check_state.hpp"

namespace ledger {

CheckReport check_books(Snapshot& snapshot, crypto::CardVault* vault, const CheckProgress& tell) {
  using namespace checking;
  CheckReport report;
  Source source(snapshot, report, tell);
  State state;
  // Shares of a thousand; what a part will have to look at is known for the register and the cards.
  const auto part = [&](int share, std::string_view doing, std::uint64_t expected, auto&& check) {
    source.progress.begin(share, doing, expected);
    check();
  };
  part(2, "merchants, terminals, products, rates, keys", 1, [&] {
    check_meta(source, state);
    check_parties(source, state);
    read_lots(source, state, report);
    check_rates(source, state);
    check_station_keys(source, vault);
  });
  part(18, "counting the cards", state.card_counter, [&] { count_cards(source, state); });
  part(500, "the register", state.sequence_counter,
       [&] { check_transactions(source, state, report); });
  part(2, "accounts", state.accounts.size(), [&] { check_accounts(source, state, report); });
  const std::uint64_t cards = state.last_card, all = state.last_transaction;
  part(10, "holds", cards, [&] { check_holds(source, state, report); });
  part(50, "cards", cards, [&] { check_cards(source, state, report); });
  part(120, "card files", cards, [&] {
    check_card_files(source, state, vault);
    check_lots(source, state);
  });
  part(78, "card numbers", 2 * cards, [&] { check_card_indexes(source, state); });
  part(30, "totals", all / 16, [&] { check_totals(source, state, report); });
  part(20, "refunds and reversals", all / 16, [&] {
    check_undone(source, state);
    check_early_reversals(source, state);
  });
  part(20, "orders", cards, [&] { check_orders(source, state, report); });
  part(70, "duplicates", all, [&] { check_duplicates(source, state, report); });
  part(80, "originals and references", 2 * all, [&] { check_chains(source, state); });
  add_won(report.all_won, report.cards_won);
  if (report.all_won != 0)
    source.add(Table::accounts, {}, "all balances together are " + won(report.all_won) + ", not 0");
  if (report.all_points != 0)
    source.add(Table::accounts, {},
               "all points together are " + std::to_string(report.all_points) + ", not 0");
  source.progress.end();
  return report;
}

namespace {

/// 1234567 → 1,234,567
std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? 0 - static_cast<std::uint64_t>(value)
                                                : static_cast<std::uint64_t>(value));
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return value < 0 ? "-" + digits : digits;
}

struct Row {
  std::string_view what;
  std::string count;
};

/// What was counted, under a title and a rule.
std::string counts_table(const CheckReport& report) {
  const auto count = [](std::uint64_t value) { return grouped(static_cast<std::int64_t>(value)); };
  const std::vector<Row> rows{
      {"transactions", count(report.transactions)},
      {"postings", count(report.postings)},
      {"cards", count(report.cards)},
      {"accounts", count(report.accounts)},
      {"open holds", count(report.holds)},
      {"totals", count(report.totals)},
      {"duplicates", count(report.duplicates)},
      {"orders", count(report.orders)},
      {"lots", count(report.lots)},
      {"on cards, won", grouped(report.cards_won)},
      {"all balances, won", grouped(report.all_won)},
  };
  std::size_t left = 0, right = std::string_view("count").size();
  for (const Row& row : rows) {
    left = std::max(left, row.what.size());
    right = std::max(right, row.count.size());
  }
  std::string text;
  const auto line = [&](std::string_view what, std::string_view number) {
    text.append(what).append(left - what.size() + 2 + right - number.size(), ' ');
    text.append(number).append("\n");
  };
  line("checked", "count");
  for (std::size_t i = 0; i < left + 2 + right; ++i) text += i == left || i == left + 1 ? " " : "─";
  text += "\n";
  for (const Row& row : rows) line(row.what, row.count);
  return text;
}

}  // namespace

std::string to_text(const CheckReport& report) {
  std::string text = counts_table(report) + "\n";
  if (report.right()) return text + "OK: every balance and every index agrees with the register.\n";
  text += grouped(static_cast<std::int64_t>(report.finding_count)) +
          (report.finding_count == 1 ? " record is" : " records are") + " not right:\n";
  for (const Finding& finding : report.findings) {
    text.append("  ").append(table_name(finding.table)).append(" ");
    text.append(finding.key.empty() ? "–" : finding.key).append("\n    ");
    text.append(finding.what).append("\n");
  }
  if (report.findings.size() < report.finding_count)
    text += "  … and " +
            grouped(static_cast<std::int64_t>(report.finding_count - report.findings.size())) +
            " more\n";
  return text +
         "\nBegin with the first: those after it may only follow from it. Stop the switch, copy "
         "its\n"
         "data folder as it is, and check the copy: cpctl check --data DIR. Do not serve from "
         "data\n"
         "whose findings stay; go back to a copy that is right.\n";
}

}  // namespace ledger
