/// The world's recharges, points and statements.

#include "ledger/statement.hpp"
#include "tests/ledger/check_world.hpp"

namespace ledger::test {

Sequence World::recharge(CardId id, std::int64_t amount_won) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.processing = 280'000;
    said.amount_won = amount_won;
    said.at_agent = true;
    said.card = {CardForm::number, id};
    Did did;
    did.kind = TransactionKind::recharge;
    did.moved_won = amount_won;
    CardRecord card = read_card(draft, id).value();
    did.previous_recharge = card.last_recharge;
    card.last_recharge = sequence;
    write_card(draft, id, card);
    did.entry.move(AccountKey::of(AccountKind::prefund, kAgent), AccountKey::card(id), amount_won);
    did.amounts = told_balance(draft, id, amount_won);
    count(draft, said, &TotalsRecord::credits, amount_won);
    remember(draft, sequence, said, did);
    // Valid from today; a reversal of it in the same test day takes nothing away.
    card = read_card(draft, id).value();
    card.last_day = base::add_days(base::seoul_date(now), 1'825);
    write_card(draft, id, card);
  });
  return sequence;
}

Sequence World::purchase_with_points(CardId id, std::int64_t amount_won) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.amount_won = amount_won;
    said.card = {CardForm::number, id};
    Did did;
    did.moved_won = amount_won;
    did.points_bp = 10'000;
    CardRecord card = read_card(draft, id).value();
    if (card.spent_day != day()) card.spent_won = 0;
    card.spent_day = day();
    card.spent_won += amount_won;
    write_card(draft, id, card);
    did.entry.move(AccountKey::card(id), AccountKey::of(AccountKind::merchant_payable, kMart),
                   amount_won);
    did.entry.move(AccountKey::points_expense(), AccountKey::card_points(id), amount_won);
    did.amounts = told_balance(draft, id, -amount_won);
    count(draft, said, &TotalsRecord::debits, amount_won);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::exchange_points(CardId id, std::int64_t points) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.processing = 970'000;
    said.amount_won = points;
    said.card = {CardForm::number, id};
    Did did;
    did.kind = TransactionKind::points_exchange;
    did.moved_won = points;
    did.entry.move(AccountKey::card_points(id), AccountKey::points_expense(), points);
    did.entry.move(AccountKey::promotion_expense(), AccountKey::card(id), points);
    did.amounts = told_balance(draft, id, points);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

void World::summarize(CardId id) {
  write([&](Draft& draft) { ledger::summarize(draft, id, read_card(draft, id).value()); });
}

}  // namespace ledger::test
