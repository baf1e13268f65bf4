/// Totals of each day and place against the register; what reversals and refunds undid; orders.

#include <algorithm>

#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

using Sums = std::array<CountAndSum, 4>;

Sums sums_of(const TotalsRecord& record) {
  return {record.debits, record.debit_reversals, record.credits, record.credit_reversals};
}

bool same(const Sums& left, const Sums& right) {
  return std::equal(left.begin(), left.end(), right.begin(),
                    [](const CountAndSum& a, const CountAndSum& b) {
                      return a.count == b.count && a.amount_won == b.amount_won;
                    });
}

constexpr std::size_t kTotalsKeySize = 29;

base::Date day_of(std::string_view totals_key) {
  return base::load_big_endian<base::Date>(base::as_bytes(totals_key).data());
}

std::string difference(const Sums& is, const Sums& should) {
  static constexpr const char* kNames[] = {"debits", "debit reversals", "credits",
                                           "credit reversals"};
  const auto text = [](const CountAndSum& sum) {
    return std::to_string(sum.count) + " of " + won(sum.amount_won);
  };
  for (std::size_t i = 0; i < is.size(); ++i)
    if (is[i].count != should[i].count || is[i].amount_won != should[i].amount_won)
      return std::string(kNames[i]) + " are " + text(is[i]) + "; the register has " +
             text(should[i]);
  return "";
}

/// The days whose records do not agree are summed up once more, place by place.
void look_at_totals(Source& source, State& state) {
  const auto differs = [&](base::Date day) {
    const auto left = state.totals.find(day);
    return left != state.totals.end() && left->second != 0;
  };
  std::map<std::string, Sums> places;
  StoredReader originals(source);
  for_each_stored(source, state.last_transaction, [&](const Stored& stored) {
    if (!differs(stored.head.business_day)) return;
    const bool undoes = stored.head.kind == TransactionKind::reversal && stored.head.original != 0;
    const auto mark = totals_mark(stored, undoes ? originals.read(stored.head.original) : nullptr);
    if (!mark) return;
    CountAndSum& sum = places[std::string(mark->key)].at(mark->column);
    ++sum.count;
    add_won(sum.amount_won, stored.head.moved_won);
  });
  source.for_each(Table::totals, [&](std::string_view key, std::string_view value) {
    const auto record = record_from<TotalsRecord>(value);
    if (!record || key.size() != kTotalsKeySize || !differs(day_of(key))) return;
    const auto place = places.find(std::string(key));
    const Sums should = place == places.end() ? Sums{} : place->second;
    if (!same(sums_of(*record), should))
      source.add(Table::totals, key, difference(sums_of(*record), should));
    if (place != places.end()) places.erase(place);
  });
  for (const auto& [key, sums] : places)
    if (source.get(Table::totals, key).absent())
      source.add(Table::totals, key, "is missing: " + difference({}, sums));
}

}  // namespace

void check_totals(Source& source, State& state, CheckReport& report) {
  source.for_each(Table::totals, [&](std::string_view key, std::string_view value) {
    ++report.totals;
    const auto record = source.record<TotalsRecord>(Table::totals, key, value);
    if (key.size() != kTotalsKeySize)
      return source.add(Table::totals, key, "the key is no day and place");
    if (!record) return;
    const std::uint64_t hash = hash_of(key);
    const Sums sums = sums_of(*record);
    if (same(sums, Sums{})) source.add(Table::totals, key, "counts nothing");
    Fingerprint& left = state.totals[day_of(key)];
    for (unsigned column = 0; column < sums.size(); ++column)
      left -= weight_of(hash, 2 * column) * sums[column].count +
              weight_of(hash, 2 * column + 1) * static_cast<std::uint64_t>(sums[column].amount_won);
  });
  if (std::any_of(state.totals.begin(), state.totals.end(),
                  [](const auto& day) { return day.second != 0; }))
    look_at_totals(source, state);
}

// --------------------------------------------------------------------------------------- undone

namespace {

struct Undoing {
  Sequence sequence;
  std::int64_t reversed_won, refunded_won;
  std::uint32_t reversals;
};

/// What reversals and refunds did, one entry for each transaction that they name.
std::vector<Undoing> undoings(Source& source, const State& state) {
  std::vector<Undoing> all;
  StoredReader originals(source);
  for_each_stored(source, state.last_transaction, [&](const Stored& stored) {
    const TransactionHead& head = stored.head;
    if (!head.approved() || head.original == 0) return;
    if (head.kind == TransactionKind::refund) all.push_back({head.original, 0, head.moved_won, 0});
    if (head.kind != TransactionKind::reversal) return;
    all.push_back({head.original, head.moved_won, 0, 1});
    const Stored* const original = originals.read(head.original);
    if (original != nullptr && original->head.kind == TransactionKind::refund)
      all.push_back({original->head.original, 0, negative(head.moved_won), 0});
  });
  std::sort(all.begin(), all.end(),
            [](const Undoing& a, const Undoing& b) { return a.sequence < b.sequence; });
  std::size_t kept = 0;
  for (const Undoing& one : all) {
    if (kept == 0 || all[kept - 1].sequence != one.sequence) {
      all[kept++] = one;
      continue;
    }
    Undoing& sum = all[kept - 1];
    add_won(sum.reversed_won, one.reversed_won);
    add_won(sum.refunded_won, one.refunded_won);
    sum.reversals += one.reversals;
  }
  all.resize(kept);
  return all;
}

void look_at_undone(Source& source, const State& state) {
  const std::vector<Undoing> all = undoings(source, state);
  const auto find = [&](Sequence sequence) {
    const auto found =
        std::lower_bound(all.begin(), all.end(), sequence,
                         [](const Undoing& one, Sequence key) { return one.sequence < key; });
    return found != all.end() && found->sequence == sequence ? *found : Undoing{sequence, 0, 0, 0};
  };
  source.for_each_number(Table::undone, 0, [&](Sequence sequence, std::string_view value) {
    const auto record = record_from<UndoneRecord>(value);
    if (!record) return;
    const Undoing should = find(sequence);
    if (record->reversed_won != should.reversed_won ||
        record->refunded_won != should.refunded_won || record->reversals != should.reversals)
      source.add(Table::undone, number_key(sequence),
                 "says " + won(record->reversed_won) + " reversed, " + won(record->refunded_won) +
                     " refunded, " + std::to_string(record->reversals) +
                     " reversals; the register has " + won(should.reversed_won) + ", " +
                     won(should.refunded_won) + ", " + std::to_string(should.reversals));
  });
  for (const Undoing& one : all)
    if (source.get(Table::undone, number_key(one.sequence)).absent())
      source.add(Table::undone, number_key(one.sequence), "is missing");
}

}  // namespace

void check_undone(Source& source, State& state) {
  StoredReader reader(source);
  source.for_each_number(Table::undone, 0, [&](Sequence sequence, std::string_view value) {
    const auto key = number_key(sequence);
    const auto record = source.record<UndoneRecord>(Table::undone, key, value);
    if (!record) return;
    const std::uint64_t hash = hash_of(key);
    state.undone -= weight_of(hash, 0) * static_cast<std::uint64_t>(record->reversed_won) +
                    weight_of(hash, 1) * static_cast<std::uint64_t>(record->refunded_won) +
                    weight_of(hash, 2) * record->reversals;
    const Stored* const stored = reader.read(sequence);
    std::int64_t both = record->reversed_won;
    add_won(both, record->refunded_won);
    if (!state.has_transaction(sequence))
      source.add(Table::undone, key, "its transaction is not there");
    else if (record->reversed_won < 0 || record->refunded_won < 0 || record->reserved != 0)
      source.add(Table::undone, key, "it is below zero");
    else if (stored != nullptr && both > stored->head.moved_won)
      source.add(Table::undone, key, "more was undone than was moved");
  });
  if (state.undone != 0) look_at_undone(source, state);
}

}  // namespace ledger::checking
