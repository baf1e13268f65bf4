/// The world's rated calls.

#include <gtest/gtest.h>

#include "ledger/holds.hpp"
#include "tests/ledger/check_world.hpp"

namespace ledger::test {

void World::load_rates(RatesFrom from, std::vector<RateRow> rows) {
  write([&](Draft& draft) { write_rates(draft, from, std::move(rows)); });
}

Sequence World::call(CardId id, const CallRate& rate, std::uint32_t seconds) {
  return call(id, rate, seconds, 0);
}

Sequence World::renew(Sequence call, std::uint32_t seconds) {
  const HoldRecord open = hold_record(call);
  return this->call(open.card, open.rate, seconds, call);
}

Sequence World::call(CardId id, const CallRate& rate, std::uint32_t seconds, Sequence renewed) {
  const Sequence sequence = begin();
  write([&](Draft& draft) {
    Said said;
    said.mti = 100;
    said.card = {CardForm::number, id};
    Did did;
    did.kind = TransactionKind::hold;
    did.approval = hold_name(renewed != 0 ? renewed : sequence);
    did.moved_won = renewed != 0 ? units_won(rate, seconds) : price_won(rate, seconds);
    did.original = renewed;
    did.lasts_s = seconds + 600;
    const std::string digits = std::to_string(seconds);
    did.tags = "003100" + std::to_string(digits.size()) + digits;
    const base::TimeUs expires_us = now + did.lasts_s * base::kMicrosPerSecond;
    if (renewed != 0)
      raise_hold(draft, renewed, did.moved_won, expires_us, seconds);
    else
      begin_hold(draft, sequence, id, did.moved_won, expires_us, {rate, seconds});
    did.amounts = told_balance(draft, id, 0);
    remember(draft, sequence, said, did);
  });
  return sequence;
}

Sequence World::end_call(Sequence call, std::uint32_t seconds) {
  return complete(call, price_won(hold_record(call).rate, seconds), 0);
}

std::uint32_t World::granted_s(Sequence hold) {
  const StoredTransaction message = stored(hold);
  codec::Message answer;
  EXPECT_TRUE(codec::read_message(codec::kIso87Binary, message.view().answer, answer).has_value());
  return granted_in(answer);
}

HoldRecord World::hold_record(Sequence hold) {
  Draft draft(store, batch);
  return read_hold(draft, hold).value();
}

}  // namespace ledger::test
