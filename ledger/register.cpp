#include "ledger/register.hpp"

#include <boost/container/small_vector.hpp>

namespace ledger {
namespace {

/// Puts `sequence` at the head of the chain under this key; returns what was there.
Sequence push_latest(Draft& draft, Table table, std::string_view key, Sequence sequence) {
  const auto before = draft.read<LatestRecord>(table, key).value_or(LatestRecord{});
  draft.write(table, key, LatestRecord{sequence});
  return before.sequence;
}

bool is_fresh(base::TimeUs then, base::TimeUs now) { return now - then < kRememberedUs; }

bool has_early(Draft& draft, const EarlyKey& key, base::TimeUs now) {
  const auto found = draft.read<EarlyReversalRecord>(Table::early_reversals, key);
  return found && is_fresh(found->time_us, now);
}

EarlyKey begin_early(EarlyBy by) { return EarlyKey().number(static_cast<std::uint8_t>(by)); }

void write_transaction(Draft& draft, TransactionHead head, const Entry& entry,
                       base::ByteView answer) {
  const Entry::CardLines card_lines = entry.post(draft, head.sequence, head.time_us);
  if (card_lines.empty()) head.entry = EntryKind::none;
  head.posting_count = static_cast<std::uint32_t>(entry.lines().size());
  head.answer_size = static_cast<std::uint16_t>(answer.size());
  boost::container::small_vector<char, 1'024> record;  // of a purchase a third of it
  const auto add = [&record](std::string_view bytes) {
    record.insert(record.end(), bytes.begin(), bytes.end());
  };
  add(bytes_of(head));
  for (const Posting& line : entry.lines()) add(bytes_of(line));
  for (const CardLine& line : card_lines) add(bytes_of(line));
  add(base::as_text(answer));
  draft.put(Table::transactions, number_key(head.sequence), {record.data(), record.size()});
}

}  // namespace

std::optional<StoredTransaction> read_transaction(Draft& draft, Sequence sequence) {
  const auto bytes = draft.get(Table::transactions, number_key(sequence));
  if (!bytes) return std::nullopt;
  const auto view = decode_transaction(*bytes);
  CP_ASSERT(view.has_value());
  return StoredTransaction{view->head, std::string(*bytes)};
}

void remember(Draft& draft, TransactionHead head, const TransactionKeys& keys, const Entry& entry,
              base::ByteView answer) {
  if (keys.can_be_original) {
    head.previous_original =
        push_latest(draft, Table::originals, keys.original.key(), head.sequence);
    if (!keys.reference.empty())
      head.previous_reference = push_latest(
          draft, Table::references,
          reference_key(head.station, keys.request.merchant, keys.request.terminal, keys.reference),
          head.sequence);
  }
  write_transaction(draft, head, entry, answer);
  draft.write(Table::duplicates, keys.request.key(),
              DuplicateRecord{head.sequence, head.time_us, keys.wrong_password});
}

void record_opening(Draft& draft, const Entry& entry, base::TimeUs now) {
  TransactionHead head{};
  head.sequence = draft.next_number(kSequenceCounter);
  head.time_us = now;
  head.business_day = base::business_day(now);
  head.code = {'0', '0'};
  head.approval.fill(' ');
  head.kind = TransactionKind::opening;
  for (const Posting& line : entry.lines())
    if (line.amount_won > 0) head.moved_won += line.amount_won;
  write_transaction(draft, head, entry, {});
}

std::optional<DuplicateRecord> find_duplicate(Draft& draft, const RequestKey& key,
                                              base::TimeUs now) {
  const auto found = draft.read<DuplicateRecord>(Table::duplicates, key.key());
  if (!found || !is_fresh(found->time_us, now)) return std::nullopt;
  return found;
}

void remember_wrong_password(Draft& draft, const RequestKey& key, std::uint64_t password,
                             base::TimeUs now, base::TimeUs age_now) {
  const auto known = find_duplicate(draft, key, age_now);
  const bool is_transactions = known && known->sequence != 0;
  draft.write(Table::duplicates, key.key(),
              is_transactions ? DuplicateRecord{known->sequence, known->time_us, password}
                              : DuplicateRecord{0, now, password});
}

Sequence latest_original(Draft& draft, const OriginalKey& key) {
  return draft.read<LatestRecord>(Table::originals, key.key()).value_or(LatestRecord{}).sequence;
}

Sequence latest_reference(Draft& draft, const RequestKey& place, std::string_view reference) {
  return draft
      .read<LatestRecord>(Table::references,
                          reference_key(place.station, place.merchant, place.terminal, reference))
      .value_or(LatestRecord{})
      .sequence;
}

UndoneRecord read_undone(Draft& draft, Sequence sequence) {
  return draft.read<UndoneRecord>(Table::undone, number_key(sequence)).value_or(UndoneRecord{});
}

void write_undone(Draft& draft, Sequence sequence, const UndoneRecord& undone) {
  draft.write(Table::undone, number_key(sequence), undone);
}

EarlyKey early_key(const OriginalKey& original, const TerminalId& terminal) {
  return begin_early(EarlyBy::original).text(original.key()).text(terminal.view());
}

EarlyKey early_key(StationId station, std::string_view reference, const TerminalId& terminal,
                   const MerchantId& merchant) {
  return begin_early(EarlyBy::reference)
      .text(reference_key(station, merchant, terminal, reference));
}

EarlyKey early_key(const RequestKey& request) {
  RequestKey any_class = request;
  any_class.mti = 0;
  return begin_early(EarlyBy::request).text(any_class.key());
}

void remember_early_reversal(Draft& draft, const EarlyKey& key, Sequence sequence,
                             base::TimeUs now) {
  draft.write(Table::early_reversals, key, EarlyReversalRecord{sequence, now});
}

bool was_reversed_early(Draft& draft, const TransactionKeys& keys, base::TimeUs now) {
  const RequestKey& request = keys.request;
  return has_early(draft, early_key(keys.original, request.terminal), now) ||
         has_early(draft, early_key(request), now) ||
         (!keys.reference.empty() &&
          has_early(draft,
                    early_key(request.station, keys.reference, request.terminal, request.merchant),
                    now));
}

}  // namespace ledger
