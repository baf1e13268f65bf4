/// What is held first and paid when it is over: calls, and a seat in a PC-bang.

#include "tools/day_parts.hpp"
#include "tools/stamps.hpp"

namespace tools {
namespace {

/// A DE 37 of its own: cards are new each time, so that a name need not be.
constexpr char kAbroad[] = "CALLABROAD01", kSeoul[] = "CALLSEOUL001", kSeat[] = "SEATNUMBER07";

/// What ten minutes at a PC cost.
constexpr std::int64_t kTenMinutesWon = 100;

/// Asks how long the card may call this number.
Draft call_of(Terminal& terminal, const DayCard& card, const std::string& name,
              std::string_view number) {
  Draft draft = hold_of(terminal, card, name, 0);
  draft.set_tag(30, std::string(number));
  return draft;
}

Draft end_of_call(Terminal& terminal, const DayCard& card, const std::string& name,
                  const Answer& begun, int seconds) {
  Draft draft = completion_of(terminal, card, name, begun, 0);
  draft.set_tag(32, std::to_string(seconds));
  return draft;
}

}  // namespace

Draft hold_of(Terminal& terminal, const DayCard& card, const std::string& name,
              std::int64_t amount_won) {
  Draft draft = terminal.draft(kAuthorization, "000000");
  terminal.put_card(draft, card.card.number, card.card.password);
  draft.set(4, std::to_string(amount_won));
  draft.set(49, "410");
  draft.set(37, name);
  return draft;
}

Draft completion_of(Terminal& terminal, const DayCard& card, const std::string& name,
                    const Answer& held, std::int64_t amount_won) {
  Draft draft = terminal.draft(kCompletion, "000000");
  draft.set(2, card.card.number);
  draft.set(4, std::to_string(amount_won));
  draft.set(49, "410");
  draft.set(37, name);
  draft.set(38, std::string(held.received.text(38)));
  return draft;
}

/// 680 won a minute and 200 once to abroad, 39 won for three minutes to Seoul.
void tell_calls(Day& day) {
  day.log.chapter("— two calls at a time, rated by the switch —");
  DayCard& card = day.cards[1];  // 10,000 won: 200 and 14 minutes of 680
  const Answer abroad =
      day.log.exchange(day.telephone, "may it call abroad? 14 minutes",
                       call_of(day.telephone, card, kAbroad, "0082215881234"), {"00", 280});
  day.log.check(abroad.received.tag(31) == "840", "another grant than 840 seconds");
  const Answer seoul =
      day.log.exchange(day.telephone, "and Seoul meanwhile? 21 minutes",
                       call_of(day.telephone, card, kSeoul, "0215881234"), {"00", 7});
  day.log.check(seoul.received.tag(31) == "1260", "another grant than 1,260 seconds");
  day.log.exchange(day.telephone, "longer abroad: nothing left",
                   call_of(day.telephone, card, kAbroad, "0082215881234"), {"51"});
  const Answer first =
      day.log.exchange(day.telephone, "abroad is over after 545 s",
                       end_of_call(day.telephone, card, kAbroad, abroad, 545), {"00", 2'727});
  day.log.check(first.received.text(4) == "000000007000", "another price than 200 + 10 x 680");
  card.available_won = 3'000;
  day.log.exchange(day.telephone, "nobody answered in Seoul: 0 s",
                   end_of_call(day.telephone, card, kSeoul, seoul, 0), {"00", card.available_won});
}

/// The seat's hold is raised every ten minutes, until the balance does not pay for ten more.
void tell_seat(Day& day) {
  day.log.chapter("— a seat in a PC-bang, ten minutes after ten minutes —");
  DayCard& card = day.cards[1];
  const auto hold_ten_minutes = [&](std::string_view what, const Expected& expected) {
    return day.log.exchange(day.pc_bang, what, hold_of(day.pc_bang, card, kSeat, kTenMinutesWon),
                            expected);
  };
  std::int64_t held_won = kTenMinutesWon;
  card.available_won -= kTenMinutesWon;
  const Answer seat = hold_ten_minutes("a seat: ten minutes (hold)", {"00", card.available_won});
  while (card.available_won >= kTenMinutesWon) {
    held_won += kTenMinutesWon;
    card.available_won -= kTenMinutesWon;
    hold_ten_minutes("ten minutes more (raise)", {"00", card.available_won});
  }
  hold_ten_minutes("ten more: the card is used up", {"51"});
  day.log.exchange(day.pc_bang, "the seat ends with the balance",
                   completion_of(day.pc_bang, card, kSeat, seat, held_won),
                   {"00", card.available_won});
}

}  // namespace tools
