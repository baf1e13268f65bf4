/// The world's holds and blocks.

#include "ledger/holds.hpp"
#include "tests/ledger/check_world.hpp"

namespace ledger::test {

std::string hold_name(Sequence hold) {
  const std::string digits = std::to_string(hold % 1'000);
  return "HLD" + std::string(3 - digits.size(), '0') + digits;
}

// ---------------------------------------------------------------------------------------- holds

Sequence World::hold(CardId id, std::int64_t amount_won) { return hold(id, amount_won, 0); }

Sequence World::raise(Sequence hold, std::int64_t amount_won) {
  return this->hold(stored(hold).head.card, amount_won, hold);
}

Sequence World::hold(CardId id, std::int64_t amount_won, Sequence raised) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.mti = 100;
    said.amount_won = amount_won;
    said.card = {CardForm::number, id};
    Did did;
    did.kind = TransactionKind::hold;
    did.approval = hold_name(raised != 0 ? raised : sequence);
    did.moved_won = amount_won;
    did.original = raised;
    did.lasts_s = 86'400;
    const base::TimeUs expires_us = now + base::kMicrosPerDay;
    if (raised != 0)
      raise_hold(draft, raised, amount_won, expires_us);
    else
      begin_hold(draft, sequence, id, amount_won, expires_us);
    did.amounts = told_balance(draft, id, 0);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::complete(Sequence hold, std::int64_t amount_won) {
  return complete(hold, amount_won, amount_won);
}

Sequence World::complete(Sequence hold, std::int64_t wanted_won, std::int64_t amount_won) {
  const Sequence sequence = begin();
  const CardId id = stored(hold).head.card;
  write([&](Draft& draft) {
    const std::int64_t moved_won = std::min(wanted_won, read_hold(draft, hold)->amount_won);
    Said said;
    said.mti = 220;
    said.amount_won = amount_won;
    said.card = {CardForm::number, id};
    Did did;
    did.kind = TransactionKind::completion;
    did.code = moved_won < wanted_won ? "10" : "00";
    did.moved_won = moved_won;
    did.original = hold;
    complete_hold(draft, hold, sequence);
    CardRecord card = read_card(draft, id).value();
    if (card.spent_day != day()) card.spent_won = 0;
    card.spent_day = day();
    card.spent_won += moved_won;
    write_card(draft, id, card);
    if (moved_won != 0)
      did.entry.move(AccountKey::card(id), AccountKey::of(AccountKind::merchant_payable, kMart),
                     moved_won);
    did.amounts = told_balance(draft, id, -moved_won);
    count(draft, said, &TotalsRecord::debits, moved_won);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

void World::sweep_holds() {
  HoldSweep sweep(store);
  write([&](Draft& draft) { (void)sweep.step(draft, now); });
}

// -------------------------------------------------------------------------------------- owners

Sequence World::block(CardId id) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.processing = 960'000;
    said.card = {CardForm::number, id};
    Did did;
    did.kind = TransactionKind::block;
    CardRecord card = read_card(draft, id).value();
    card.blocked |= kBlockedByOwner;
    write_card(draft, id, card);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

}  // namespace ledger::test
