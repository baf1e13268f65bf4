/// Rate tables by themselves, and every grant and price by the table of its call's start.

#include "ledger/check_rates.hpp"

#include <iterator>

#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

/// Nothing but whole units of what is left without the connection.
bool is_price(const CallRate& rate, std::int64_t moved_won) {
  const std::int64_t units_won = moved_won - rate.connection_won;
  return units_won > 0 && rate.unit_won != 0 && units_won % rate.unit_won == 0;
}

/// What is wrong with what the first message granted by this rate.
std::string start_complaint(const State& state, const TransactionHead& head, const CallRate& rate) {
  const RateTable* const table = state.rates.at(head);
  if (rate.unit_s == 0) return "has no rate, though its first message grants a call";
  if (state.rates.was_replaced(head)) return "";
  if (table == nullptr) return "is rated, though no rate table was in force";
  if (!table->has_rate(rate)) return "has a rate that is not of the table in force at its start";
  return "";
}

std::string grant_complaint(const Stored& stored, const CallRate& rate) {
  const TransactionHead& head = stored.head;
  const std::uint32_t granted = granted_in(stored.answer);
  const std::int64_t connection_won = head.original == 0 ? rate.connection_won : 0;
  const bool agrees = granted % rate.unit_s == 0 && granted <= kMostGrantedS &&
                      head.moved_won == connection_won + units_won(rate, granted);
  return agrees ? "" : "what it granted and what it reserved do not agree by the call's rate";
}

}  // namespace

const RateTable* CallRates::at(const TransactionHead& head) const {
  for (auto next = tables_.upper_bound(rates_from(head.time_us)); next != tables_.begin(); --next) {
    const RateTable& table = std::prev(next)->second;
    if (table.after() < head.sequence) return &table;
  }
  return nullptr;
}

bool CallRates::was_replaced(const TransactionHead& head) const {
  for (auto next = tables_.upper_bound(rates_from(head.time_us)); next != tables_.begin(); --next) {
    const RateTable& table = std::prev(next)->second;
    if (table.first_after() < head.sequence) return table.after() >= head.sequence;
  }
  return false;
}

bool is_calls(const Stored& stored, const Stored* hold) {
  if (stored.head.kind == TransactionKind::hold) return granted_in(stored.answer) != 0;
  return stored.head.kind == TransactionKind::completion && hold != nullptr &&
         granted_in(hold->answer) != 0;
}

CallRate stored_rate(Source& source, const Stored& stored) {
  if (stored.head.kind != TransactionKind::hold || stored.head.original != 0 ||
      granted_in(stored.answer) == 0)
    return {};
  const auto found = source.get(Table::holds, number_key(stored.head.sequence));
  const auto record = found.there() ? record_from<HoldRecord>(found.value) : std::nullopt;
  return record ? record->rate : CallRate{};
}

void check_rates(Source& source, State& state) {
  source.for_each(Table::rates, [&](std::string_view key, std::string_view value) {
    if (key.size() != sizeof(RatesFrom))
      return source.add(Table::rates, key, "the key is no moment");
    const auto from = base::load_big_endian<RatesFrom>(base::as_bytes(key).data());
    auto table = decode_rates(from, value);
    if (!table) return source.add(Table::rates, key, "is not the rate table that was loaded");
    if (table->after() > state.sequence_counter)
      source.add(Table::rates, key, "was loaded after a transaction that is not there");
    state.rates.take(from, std::move(*table));
  });
}

std::string check_call(Source& source, const State& state, const Stored& stored,
                       const Stored* hold) {
  const TransactionHead& head = stored.head;
  const Sequence number = head.original != 0 ? head.original : head.sequence;
  const HoldRecord* const record = state.holds.find(number);
  if (record == nullptr) return "";  // that is told of the hold
  const CallRate& rate = record->rate;
  if (!is_calls(stored, hold))
    return head.original != 0 && rate.unit_s != 0 ? "its hold is a rated call's" : "";
  if (head.original == 0) {
    std::string what = start_complaint(state, head, rate);
    if (what.empty()) what = grant_complaint(stored, rate);
    const auto key = number_key(number);
    if (!what.empty() && source.get(Table::holds, key).there())
      source.add(Table::holds, key, std::move(what));
    return "";
  }
  if (rate.unit_s == 0) return "its hold is no rated call's";
  if (head.kind == TransactionKind::hold) return grant_complaint(stored, rate);
  const bool is_whole = head.code[0] == '0' && head.moved_won != 0;
  return is_whole && !is_price(rate, head.moved_won) ? "it is no price by its call's rate" : "";
}

}  // namespace ledger::checking
