#include "ledger/books.hpp"

#include "base/assert.hpp"

namespace ledger {
namespace {

CardLine post_to_card(Draft& draft, const Posting& line, Sequence sequence, base::TimeUs time_us) {
  const CardId id = line.account.card_id();
  auto card = draft.read<CardRecord>(Table::cards, number_key(id));
  CP_ASSERT(card.has_value());
  const Sequence previous = card->last_sequence;
  card->balance_won += line.amount_won;
  CP_ASSERT(card->balance_won >= card->held_won);
  card->last_sequence = sequence;
  ++card->posting_count;
  draft.write(Table::cards, number_key(id), *card);
  if (card->posting_count % kMilestoneEvery == 0)
    draft.write(Table::card_milestones, milestone_key(id, card->posting_count / kMilestoneEvery),
                MilestoneRecord{sequence, time_us});
  return {previous, card->balance_won, card->posting_count, 0};
}

void post_points(Draft& draft, const Posting& line) {
  const auto key = number_key(line.account.card_id());
  auto card = draft.read<CardRecord>(Table::cards, key);
  CP_ASSERT(card.has_value());
  card->points += line.amount_won;
  draft.write(Table::cards, key, *card);
}

void post_to_account(Draft& draft, const Posting& line, Sequence sequence) {
  const std::string_view key = bytes_of(line.account);
  auto account = draft.read<AccountRecord>(Table::accounts, key).value_or(AccountRecord{});
  account.balance_won += line.amount_won;
  account.last_sequence = sequence;
  draft.write(Table::accounts, key, account);
}

}  // namespace

void Entry::move(const AccountKey& from, const AccountKey& to, std::int64_t amount_won) {
  CP_ASSERT(amount_won > 0);
  CP_ASSERT(is_in_points(from.kind) == is_in_points(to.kind));
  add(from, -amount_won);
  add(to, amount_won);
}

void Entry::add(const AccountKey& account, std::int64_t amount_won) {
  for (Posting& line : lines_) {
    if (line.account == account) {
      line.amount_won += amount_won;
      return;
    }
  }
  lines_.push_back({account, amount_won});
}

Entry::CardLines Entry::post(Draft& draft, Sequence sequence, base::TimeUs time_us) const {
  CardLines card_lines;
  for (const Posting& line : lines_) {
    if (line.account.kind == AccountKind::card)
      card_lines.push_back(post_to_card(draft, line, sequence, time_us));
    else if (line.account.kind == AccountKind::card_points)
      post_points(draft, line);
    else
      post_to_account(draft, line, sequence);
  }
  return card_lines;
}

std::int64_t account_balance_won(Draft& draft, const AccountKey& account) {
  return draft.read<AccountRecord>(Table::accounts, bytes_of(account))
      .value_or(AccountRecord{})
      .balance_won;
}

void count_in_totals(Draft& draft, const TotalsPlace& place, TotalsColumn column,
                     std::int64_t amount_won) {
  const auto key = totals_key(place.day, place.station, place.merchant, place.terminal);
  auto totals = draft.read<TotalsRecord>(Table::totals, key).value_or(TotalsRecord{});
  CountAndSum& sums = totals.*column;
  ++sums.count;
  sums.amount_won += amount_won;
  draft.write(Table::totals, key, totals);
}

}  // namespace ledger
