#include "handlers/points.hpp"

#include "base/assert.hpp"

namespace handlers {
namespace {

/// Rounded down.
std::int64_t earned(std::uint16_t rate_bp, std::int64_t left_won) {
  return left_won * rate_bp / 10'000;
}

}  // namespace

std::uint16_t points_rate_bp(const Exchange& exchange, const ledger::CardRecord& card) {
  if (card.registered == 0 || exchange.request.station.role == ledger::Role::telephone) return 0;
  const ledger::ProductRecord* product = exchange.context.directory.product(card.product);
  CP_ASSERT(product != nullptr);
  return product->points_bp;
}

void adjust_points(Exchange& exchange, ledger::CardId card, std::uint16_t rate_bp,
                   std::int64_t left_before_won, std::int64_t left_after_won) {
  using ledger::AccountKey;
  const std::int64_t points = earned(rate_bp, left_after_won) - earned(rate_bp, left_before_won);
  ledger::Entry& entry = exchange.decision.entry;
  if (points > 0) entry.move(AccountKey::points_expense(), AccountKey::card_points(card), points);
  if (points < 0) entry.move(AccountKey::card_points(card), AccountKey::points_expense(), -points);
}

}  // namespace handlers
