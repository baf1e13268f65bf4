#pragma once
/// What an owner sets of his card. The tags were checked by the catalogue.

#include "handlers/card_gate.hpp"

namespace handlers {

/// Password and hint from the tags 0010 and 0011 (without one there is none any more); an initial
/// password is erased. The card's file is written, the card's record is for the caller to write.
void set_new_password(Exchange& exchange, CardInHand& in_hand);

/// Customer id from the tag 0012. As with the password.
void set_owner(Exchange& exchange, CardInHand& in_hand);

}  // namespace handlers
