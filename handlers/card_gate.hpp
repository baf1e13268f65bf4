#pragma once
/// The checks every message with a card goes through, in the order that protocol and operators
/// know: is there such a card, is it activated, blocked, expired, is the password right.

#include "handlers/catalogue.hpp"

namespace handlers {

struct GateRules {
  ledger::CardState wanted = ledger::CardState::active;
  std::uint8_t passing_blocks = 0;  ///< BlockReason bits that do not stop it
  bool expired_passes = false;
  bool any_state_passes = false;  ///< but closed
  bool asks_password = true;      ///< DE 52 is looked at where it is there
};

/// A card that went through the gate.
struct CardInHand {
  ledger::CardId id = 0;
  ledger::CardRecord card{};
  bool password_checked = false;  ///< DE 52 was there and right
};

/// Counts a wrong password, once per key of the message, and forgets earlier ones on a right one;
/// both are written to the draft. decision.card says which card it is as soon as that is known.
Refusal pass_gate(Exchange& exchange, GateRules rules, CardInHand& in_hand);

/// Finds the card that DE 2 names: wrong_check_digit or no_such_card when there is none.
Refusal find_named_card(Exchange& exchange, ledger::CardRecord& card);

/// DE 54 of a card: ledger balance and available balance.
void add_card_balances(Answer& answer, const ledger::CardRecord& card);
/// … and its points, behind what is there.
void add_points(Answer& answer, const ledger::CardRecord& card);

/// The merchant in DE 42 sells something, and what DE 18 says is of its category: else a refusal.
Refusal check_category(const Exchange& exchange, const ledger::CardRecord& card);

}  // namespace handlers
