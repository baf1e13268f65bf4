/// The world that has everything, and what tests say of a report on it.

#include "tests/ledger/check_world.hpp"

namespace ledger::test {

std::unique_ptr<World> make_full_world() {
  auto world = std::make_unique<World>();
  World& w = *world;
  w.load_rates(0, {{FixedText<20>::of(""), kOtherRate}, {FixedText<20>::of("00"), kAbroadRate}});
  w.sell_new(2);  // cards 4 and 5
  w.sell_stock(1);
  w.sell_stock(2);
  w.activate(4);
  Said same;
  same.stan = "000099";
  same.reference = "SAMEFORTWO";
  same.transmitted = "1122010959";
  const Sequence bread = w.purchase(4, 3'000, same);
  same.terminal = "POS00002";  // what DE 90 names is now the later of two
  const Sequence milk = w.purchase(1, 2'500, same);
  w.refund(bread, 1'000);
  w.reverse(milk, 500);
  const Sequence mistaken = w.refund(bread, 200);
  w.reverse(mistaken, 200);
  w.reverse(w.decline(4, 90'000), 0);
  w.decline_unknown();
  w.reverse_sale(w.sell_new(1));  // card 6, closed
  w.reverse_sale(w.sell_stock(3));
  for (const EarlyBy by : {EarlyBy::original, EarlyBy::reference, EarlyBy::request})
    w.reverse_early(by);
  w.count_wrong_password(5);
  w.now += base::kMicrosPerDay;
  const Sequence next_day = w.purchase(1, 1'000);
  w.reverse(next_day, 1'000);
  Said again;
  again.reference = "SAMEFORTWO";
  w.purchase(2, 700, again);
  w.reverse(next_day, 0);  // once more, which acts no more
  w.hold(2, 100);
  w.now += 2 * base::kMicrosPerDay;
  w.sweep_holds();
  w.purchase(1, 100);
  w.raise(w.hold(4, 1'500), 500);
  w.complete(w.hold(1, 1'000), 700);
  const Sequence given_up = w.hold(2, 600);
  w.reverse(given_up, 600);
  w.block(1);
  w.exchange_key();
  w.recharge(4, 10'000);
  w.reverse(w.recharge(4, 20'000), 20'000);
  w.refund(w.purchase_with_points(4, 2'000), 500);
  w.exchange_points(4, 1'000);
  w.make_lot(2, 2);  // cards 7 and 8
  w.make_lot(5, 1);  // interrupted; card 9
  return world;
}

std::string listed(const CheckReport& report) {
  std::string text;
  for (const Finding& finding : report.findings)
    text += std::string(table_name(finding.table)) + " " + finding.key + ": " + finding.what + "\n";
  return text;
}

bool names(const CheckReport& report, Table table, std::string_view key) {
  const std::string hex = base::to_hex(base::as_bytes(key));
  for (const Finding& finding : report.findings)
    if (finding.table == table && finding.key == hex) return true;
  return false;
}

}  // namespace ledger::test
