#include "handlers/validity.hpp"

#include <stdexcept>

#include "base/assert.hpp"
#include "handlers/originals.hpp"

namespace handlers {
namespace {

base::Date last_day_from(const Exchange& exchange, const ledger::CardRecord& card,
                         base::Date first) {
  const ledger::ProductRecord* product = exchange.context.directory.product(card.product);
  CP_ASSERT(product != nullptr);
  return base::add_days(first, static_cast<int>(product->validity_days));
}

/// The newest recharge that is not wholly undone, `but` this one; else the sale.
ledger::Sequence newest_payment(Exchange& exchange, ledger::CardId id,
                                const ledger::CardRecord& card, ledger::Sequence but) {
  ledger::Draft& draft = exchange.context.draft;
  ledger::Sequence sequence = card.last_recharge;
  for (int i = 0; sequence != 0; ++i) {
    if (i == ledger::kChainLimit) throw std::length_error("too many recharges undone in a row");
    const auto recharge = ledger::read_transaction(draft, sequence);
    CP_ASSERT(recharge.has_value());
    if (sequence != but && left_won(recharge->head, ledger::read_undone(draft, sequence)) > 0)
      return sequence;
    sequence = recharge->head.previous_recharge;
  }
  const auto file = ledger::read_card_file(draft, id);
  CP_ASSERT(file.has_value());
  return file->head.sold_by;
}

}  // namespace

base::Date last_day_from_today(const Exchange& exchange, const ledger::CardRecord& card) {
  return last_day_from(exchange, card, exchange.context.today());
}

void take_back_validity(Exchange& exchange, const ledger::TransactionHead& recharge) {
  ledger::Draft& draft = exchange.context.draft;
  auto card = ledger::read_card(draft, recharge.card);
  CP_ASSERT(card.has_value());
  const auto payment = ledger::read_transaction(
      draft, newest_payment(exchange, recharge.card, *card, recharge.sequence));
  CP_ASSERT(payment.has_value());
  card->last_day = last_day_from(exchange, *card, base::seoul_date(payment->head.time_us));
  ledger::write_card(draft, recharge.card, *card);
}

}  // namespace handlers
