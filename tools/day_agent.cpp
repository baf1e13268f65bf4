/// How cards come into the world: orders, collecting, activation, a stock card over the counter.

#include <cstdio>

#include "tools/day_parts.hpp"
#include "tools/sim_fields.hpp"

namespace tools {
namespace {

constexpr char kChosenPassword[] = "246813";

Draft sale_of(Terminal& agent, std::string_view order) {
  const OrderLines lines = parse_order(order);
  Draft draft = agent.draft(kFinancial, "900000");
  draft.set(4, std::to_string(lines.total_won));
  draft.set(49, "410");
  draft.set_tag(1, lines.tag);
  return draft;
}

Draft collect_of(Terminal& agent, const std::string& order, int place) {
  Draft draft = agent.draft(kAuthorization, "910000");
  draft.set_tag(2, order);
  draft.set_tag(3, zero_filled(static_cast<std::uint64_t>(place), 3));
  return draft;
}

Draft activation_of(Terminal& agent, const Card& card, const std::string& new_password) {
  Draft draft = agent.draft(kFinancial, "920000");
  agent.put_card(draft, card.number, card.password);
  draft.set_tag(10, pin_block_hex(agent.pin_key(), new_password, card.number));
  return draft;
}

/// The card in a collect's answer; its initial password comes under the agent's key.
Card card_in(const Terminal& agent, const Answer& answer, DayLog& log) {
  Card card;
  card.number = answer.received.text(2);
  card.pin_number = answer.received.tag(4);
  const auto password = open_pin_block_hex(agent.pin_key(), answer.received.tag(5), card.number);
  log.check(card.number.size() == 16 && card.pin_number.size() == 12 && password,
            "the answer has no card number, PIN# or initial password");
  if (password) card.password = *password;
  return card;
}

void collect_and_activate(Day& day, const std::string& order, int place, std::int64_t face_won) {
  const Draft collect = collect_of(day.agent, order, place);
  const Answer collected = day.log.exchange(day.agent, "collect a card", collect, {});
  Card card = card_in(day.agent, collected, day.log);
  if (card.password.empty()) throw LinkError("without a card the day cannot go on");
  if (place == 1) {
    const Answer again = day.log.exchange(day.agent, "collect it once more",
                                          collect_of(day.agent, order, place), {});
    day.log.check(again.received.text(2) == card.number, "another card");
    day.log.exchange(day.counter, "verify, not yet activated",
                     question_of(day.counter, "330000", card.number, card.password), {"78"});
  }
  Draft activation = activation_of(day.agent, card, kChosenPassword);
  if (place == 1) {
    activation.set_tag(11, "the usual one");
    activation.set_tag(12, "HONG01");
  }
  day.log.exchange(day.agent, place == 1 ? "activate, owner registered" : "activate", activation,
                   {"00", face_won});
  if (place == 1)
    day.log.exchange(day.agent, "collect after activation", collect_of(day.agent, order, place),
                     {"25"});
  card.password = kChosenPassword;
  day.cards.push_back({card, face_won});
}

void order_is_reversed(Day& day) {
  const Draft sale = sale_of(day.agent, "5000x1");
  const Answer sold = day.log.exchange(day.agent, "sale of 1 card", sale, {});
  day.log.exchange(day.agent, "reversal of the sale", undo_of(day.agent, kReversal, "900000", sale),
                   {});
  day.log.exchange(day.agent, "collect from what was undone",
                   collect_of(day.agent, sold.received.tag(2), 1), {"25"});
}

/// Walks the lot until a card answers that it is not activated: nobody has bought that one.
void stock_card_is_sold(Day& day) {
  for (std::uint32_t place = 0; place < day.lot_count; ++place) {
    const std::string number = lot_card(day.lot_first, place);
    const auto found =
        day.agent.send(question_of(day.agent, "310000", number, ""), 10 * base::kMicrosPerSecond);
    if (!found || found->code() != "78") continue;
    Draft sale = sale_of(day.agent, "10000x1");
    sale.set(2, number);
    day.log.exchange(day.agent, "a stock card sold, active now", sale, {});
    day.log.exchange(day.counter, "purchase, the lot's password",
                     purchase_of(day.counter, number, day.lot_password, 1'200), {"00", 8'800});
    return;
  }
  std::puts("  (the lot is sold out: no stock card today)");
}

}  // namespace

void tell_agent(Day& day) {
  day.log.chapter("— an agent sells cards —");
  Draft sale = sale_of(day.agent, "10000x2,30000x1");
  const Answer sold = day.log.exchange(day.agent, "sale: 2 x 10,000 and 1 x 30,000", sale, {});
  const std::string order = sold.received.tag(2);
  day.log.check(!order.empty() && sold.received.tag(3) == "003", "no order of three cards");
  sale.mti = kFinancialRepeat;
  const Answer again = day.log.exchange(day.agent, "the same order sent again", sale, {});
  day.log.check(again.received.tag(2) == order, "another order");
  collect_and_activate(day, order, 1, 10'000);
  collect_and_activate(day, order, 2, 10'000);
  collect_and_activate(day, order, 3, 30'000);
  order_is_reversed(day);
  stock_card_is_sold(day);
  day.log.exchange(day.poor_agent, "sale beyond the prefund", sale_of(day.poor_agent, "50000x9"),
                   {"61"});
}

}  // namespace tools
