#pragma once
/// What a card earns with a purchase: the rate it was made at times what is left of it.

#include "handlers/catalogue.hpp"

namespace handlers {

/// The rate in basis points at which this card earns with a purchase or completion now: its
/// product's when it has a registered owner; calls earn nothing.
std::uint16_t points_rate_bp(const Exchange& exchange, const ledger::CardRecord& card);

/// What is left of a purchase goes from one amount to another: the points that it has earned
/// follow. Adds to the decision's postings; the card's points may fall below zero.
void adjust_points(Exchange& exchange, ledger::CardId card, std::uint16_t rate_bp,
                   std::int64_t left_before_won, std::int64_t left_after_won);

}  // namespace handlers
