#pragma once
/// The story of the day in chapters. Cards are bought fresh each time, so that it can be told again
/// on the same data; a card of the demo lot is sold while there is one left.

#include <string>
#include <vector>

#include "tools/day_log.hpp"
#include "tools/terminal.hpp"

namespace tools {

inline constexpr codec::Mti kAuthorization{100}, kFinancial{200}, kFinancialRepeat{201};
inline constexpr codec::Mti kCompletion{220};
inline constexpr codec::Mti kReversal{400}, kReversalRepeat{401}, kReversalAdvice{420};

/// A card and what the story knows about it.
struct DayCard {
  Card card;
  std::int64_t available_won = 0;
};

/// Everyone who takes part in the demo world's day.
struct Day {
  explicit Day(const World& world);

  DayLog log;
  Terminal agent, poor_agent, counter, pc_bang, telephone, vending, mall;
  std::uint64_t lot_first = 0;
  std::uint32_t lot_count = 0;
  std::string lot_password;
  std::vector<DayCard> cards;  ///< sold and activated by tell_agent()
};

void tell_morning(Day& day);
void tell_agent(Day& day);
void tell_counter(Day& day);
void tell_mistakes(Day& day);
void tell_machines(Day& day);
void tell_calls(Day& day);
void tell_seat(Day& day);
void tell_mall(Day& day);
void tell_evening(Day& day);

/// A 0200 purchase; without DE 52 when `password` is empty.
Draft purchase_of(Terminal& terminal, const std::string& card, const std::string& password,
                  std::int64_t amount_won);
/// A 0100 hold of so much, or a raise of the one with this DE 37.
Draft hold_of(Terminal& terminal, const DayCard& card, const std::string& name,
              std::int64_t amount_won);
/// A 0220 completion of a hold by its DE 37 and 38.
Draft completion_of(Terminal& terminal, const DayCard& card, const std::string& name,
                    const Answer& held, std::int64_t amount_won);
/// A 0100 inquiry or verify.
Draft question_of(Terminal& terminal, std::string_view processing, const std::string& card,
                  const std::string& password);
/// A reversal (0400 or 0420) or a refund (0200) that names its original in DE 90.
Draft undo_of(Terminal& terminal, codec::Mti mti, std::string_view processing,
              const Draft& original);

}  // namespace tools
