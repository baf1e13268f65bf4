/// What cards are used for: the counter, machines, the mall; and what goes wrong there.

#include <algorithm>

#include "tools/day_parts.hpp"
#include "tools/stamps.hpp"

namespace tools {
namespace {

/// DE 95: what the transaction really was.
std::string replacement(std::int64_t actual_won) {
  return zero_filled(static_cast<std::uint64_t>(actual_won), 12) + std::string(30, '0');
}

void buy(Day& day, Terminal& terminal, std::string_view what, DayCard& card,
         std::int64_t amount_won) {
  card.available_won -= amount_won;
  day.log.exchange(terminal, what,
                   purchase_of(terminal, card.card.number, card.card.password, amount_won),
                   {"00", card.available_won});
}

void ask_balance(Day& day, Terminal& terminal, std::string_view what, const DayCard& card) {
  day.log.exchange(terminal, what,
                   question_of(terminal, "310000", card.card.number, card.card.password),
                   {"00", card.available_won});
}

/// The same bytes again bring the same bytes, and move nothing.
void purchase_and_repeat(Day& day, DayCard& card) {
  Draft purchase = purchase_of(day.counter, card.card.number, card.card.password, 3'500);
  card.available_won -= 3'500;
  const Answer first =
      day.log.exchange(day.counter, "purchase", purchase, {"00", card.available_won});
  purchase.mti = kFinancialRepeat;
  const Answer second =
      day.log.exchange(day.counter, "the same purchase again (0201)", purchase, {});
  day.log.check(std::equal(first.received.bytes().begin(), first.received.bytes().end(),
                           second.received.bytes().begin(), second.received.bytes().end()),
                "another answer than the first");
  Draft other = purchase;
  other.set(4, "3600");
  day.log.exchange(day.counter, "the same key, another amount", other, {"94"});
  Draft refund = undo_of(day.counter, kFinancial, "200000", purchase);
  refund.set(4, "1000");
  card.available_won += 1'000;
  day.log.exchange(day.counter, "refund of a part", refund, {"00", card.available_won});
  refund = undo_of(day.counter, kFinancial, "200000", purchase);
  refund.set(4, "2600");
  day.log.exchange(day.counter, "refund of more than is left", refund, {"13"});
}

void reversals(Day& day, DayCard& card) {
  const Draft whole = purchase_of(day.counter, card.card.number, card.card.password, 2'000);
  day.log.exchange(day.counter, "purchase", whole, {"00", card.available_won - 2'000});
  Draft reversal = undo_of(day.counter, kReversal, "000000", whole);
  day.log.exchange(day.counter, "reversal", reversal, {});
  reversal.mti = kReversalRepeat;
  day.log.exchange(day.counter, "the same reversal again (0401)", reversal, {});

  const Draft part = purchase_of(day.counter, card.card.number, card.card.password, 2'500);
  day.log.exchange(day.counter, "purchase", part, {"00", card.available_won - 2'500});
  Draft advice = undo_of(day.counter, kReversalAdvice, "000000", part);
  advice.set(95, replacement(900));
  card.available_won -= 900;
  day.log.exchange(day.counter, "reversal in part: it was 900", advice, {});

  const Draft late = purchase_of(day.counter, card.card.number, card.card.password, 500);
  day.log.exchange(day.counter, "reversal before its purchase",
                   undo_of(day.counter, kReversal, "000000", late), {});
  day.log.exchange(day.counter, "the purchase, too late", late, {"25"});
}

}  // namespace

Day::Day(const World& world)
    : agent(world, "DEMO-AGENT", "AGT00001"),
      poor_agent(world, "DEMO-AGENT", "AGT00065"),
      counter(world, "DEMO-POS", "POS00001"),
      pc_bang(world, "DEMO-BANG", ""),
      telephone(world, "DEMO-TEL", "TEL00001"),
      vending(world, "DEMO-VEND", ""),
      mall(world, "DEMO-ASCII", "") {
  if (world.seed.lots.empty()) return;
  lot_first = world.seed.lots[0].first;
  lot_count = world.seed.lots[0].count;
  lot_password = world.seed.lots[0].initial_password;
}

Draft purchase_of(Terminal& terminal, const std::string& card, const std::string& password,
                  std::int64_t amount_won) {
  Draft draft = terminal.draft(kFinancial, "000000");
  terminal.put_card(draft, card, password);
  draft.set(4, std::to_string(amount_won));
  draft.set(49, "410");
  return draft;
}

Draft question_of(Terminal& terminal, std::string_view processing, const std::string& card,
                  const std::string& password) {
  Draft draft = terminal.draft(kAuthorization, processing);
  terminal.put_card(draft, card, password);
  return draft;
}

Draft undo_of(Terminal& terminal, codec::Mti mti, std::string_view processing,
              const Draft& original) {
  Draft draft = terminal.draft(mti, processing);
  if (mti.message_class() == 4) draft.drop(37);
  if (original.has(2)) draft.set(2, std::string(original.get(2)));
  draft.set(4, std::string(original.get(4)));
  draft.set(49, "410");
  const std::string own(original.get(11)), sent(original.get(7));
  draft.set(
      90, zero_filled(original.mti.without_repeat().value, 4) + own + sent + std::string(22, '0'));
  return draft;
}

void tell_morning(Day& day) {
  day.log.chapter("— good morning —");
  for (Terminal* const each :
       {&day.agent, &day.counter, &day.pc_bang, &day.telephone, &day.vending, &day.mall})
    day.log.exchange(*each, "echo", each->network("301"), {});
}

void tell_counter(Day& day) {
  day.log.chapter("— at a counter —");
  DayCard& card = day.cards[0];
  Draft verify = question_of(day.counter, "330000", card.card.number, card.card.password);
  verify.set(4, "3500");
  verify.set(49, "410");
  day.log.exchange(day.counter, "verify for an amount", verify, {"00", card.available_won});
  purchase_and_repeat(day, card);
  ask_balance(day, day.counter, "balance inquiry", card);
  day.log.exchange(day.counter, "purchase, wrong password",
                   purchase_of(day.counter, card.card.number, "9999", 100), {"55"});
  reversals(day, card);
  ask_balance(day, day.counter, "balance inquiry", card);
}

void tell_mistakes(Day& day) {
  day.log.chapter("— what does not work —");
  const DayCard& card = day.cards[0];
  const auto& [number, pin_number, password] = card.card;
  day.log.exchange(day.counter, "more than there is",
                   purchase_of(day.counter, number, password, 90'000), {"51"});
  day.log.exchange(day.counter, "nothing at all", purchase_of(day.counter, number, password, 0),
                   {"13"});
  std::string mistyped = number;
  mistyped.back() = mistyped.back() == '9' ? '0' : static_cast<char>(mistyped.back() + 1);
  day.log.exchange(day.counter, "a mistyped card number",
                   purchase_of(day.counter, mistyped, password, 100), {"14"});
  Draft draft = purchase_of(day.counter, number, password, 100);
  draft.set(42, "NOSUCHMERCHANT1");
  day.log.exchange(day.counter, "an unknown merchant", draft, {"03"});
  draft = purchase_of(day.counter, number, password, 100);
  draft.set(41, "VEN00001");
  day.log.exchange(day.counter, "another station's terminal", draft, {"58"});
  draft = purchase_of(day.counter, number, password, 100);
  draft.drop(49);
  day.log.exchange(day.counter, "without a currency", draft, {"30"});
  draft = purchase_of(day.counter, number, password, 100);
  draft.set(3, "450000");
  day.log.exchange(day.counter, "an unknown transaction", draft, {"12"});
  draft = purchase_of(day.counter, number, password, 10'000);
  draft.set(3, "900000");
  draft.drop(2);
  draft.set_tag(1, "01000001");
  day.log.exchange(day.counter, "a sale by a shop", draft, {"58"});
}

void tell_machines(Day& day) {
  day.log.chapter("— PC-bang with MAC, telephone, vending machine —");
  DayCard& card = day.cards[1];
  const auto& [number, pin_number, password] = card.card;
  buy(day, day.pc_bang, "an evening at a PC, under MAC", card, 1'500);
  day.log.exchange(day.pc_bang, "the same with a wrong MAC",
                   purchase_of(day.pc_bang, number, password, 1'500), {"63"}, true);
  day.log.exchange(day.pc_bang, "without the password", purchase_of(day.pc_bang, number, "", 1'500),
                   {"30"});
  card.available_won -= 390;
  day.log.exchange(day.telephone, "a telegram by PIN#, under MAC",
                   purchase_of(day.telephone, pin_number, password, 390),
                   {"00", card.available_won});
  day.log.exchange(day.vending, "a drink before sign-on",
                   purchase_of(day.vending, pin_number, "", 700), {"58"});
  day.log.exchange(day.vending, "sign-on", day.vending.network("001"), {});
  card.available_won -= 700;
  day.log.exchange(day.vending, "a drink by PIN#, no password",
                   purchase_of(day.vending, pin_number, "", 700), {"00", card.available_won});
  day.log.exchange(day.vending, "sign-off", day.vending.network("002"), {});
}

void tell_mall(Day& day) {
  day.log.chapter("— an internet mall —");
  DayCard& card = day.cards[2];
  const Draft purchase = purchase_of(day.mall, card.card.number, card.card.password, 12'000);
  const Answer bought =
      day.log.exchange(day.mall, "purchase", purchase, {"00", card.available_won - 12'000});
  Draft refund = day.mall.draft(kFinancial, "200000");
  refund.set(2, card.card.number);
  refund.set(4, "12000");
  refund.set(49, "410");
  refund.set(37, bought.received.text(37));
  refund.set(38, bought.received.text(38));
  day.log.exchange(day.mall, "all sent back, by DE 37 and 38", refund, {"00", card.available_won});
  buy(day, day.mall, "purchase", card, 25'000);
}

void tell_evening(Day& day) {
  day.log.chapter("— in the evening —");
  for (const DayCard& card : day.cards)
    day.log.exchange(day.agent, "inquiry: as we counted",
                     question_of(day.agent, "310000", card.card.number, ""),
                     {"00", card.available_won});
}

}  // namespace tools
