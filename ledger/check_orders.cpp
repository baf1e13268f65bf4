/// Orders and reversals that came before their original, each against its transaction.

#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

constexpr std::string_view kOtherOrder = "its sale is of another order";
constexpr std::string_view kOtherCards = "its cards are not those that were sold";

std::string order_complaint(std::string_view order, std::string_view cards, const OrderHead& head,
                            const Stored* sale) {
  if (sale == nullptr || sale->head.kind != TransactionKind::sale || !sale->head.approved())
    return "it names no approved sale";
  if (sale->order() != order) return std::string(kOtherOrder);
  if (head.station != sale->head.station) return "its station is not its sale's";
  if (head.reserved != 0) return "its reserved bytes are not zero";
  std::size_t at = 0;
  for (std::size_t i = 0; i < sale->head.posting_count; ++i) {
    const Posting line = sale->view.posting(i);
    if (line.account.kind != AccountKind::card) continue;
    const auto card = record_from<CardId>(cards.substr(std::min(at, cards.size())));
    if (!card || *card != line.account.card_id()) return std::string(kOtherCards);
    at += sizeof(CardId);
  }
  return at == cards.size() ? "" : std::string(kOtherCards);
}

/// Sales without their order.
void look_for_orders(Source& source, const State& state) {
  for_each_stored(source, state.last_transaction, [&](const Stored& stored) {
    if (stored.head.kind != TransactionKind::sale || !stored.head.approved()) return;
    const auto order = stored.order();
    if (!order) return;
    const auto found = source.get(Table::orders, *order);
    if (found.absent())
      source.add(Table::orders, *order,
                 "is missing: it is of transaction " + std::to_string(stored.head.sequence));
  });
}

std::string early_complaint(std::string_view key, const EarlyReversalRecord& record,
                            const Stored* reversal) {
  if (reversal == nullptr || reversal->head.kind != TransactionKind::reversal ||
      !reversal->head.approved() || reversal->head.original != 0)
    return "it names no reversal that found nothing";
  if (std::string_view(reversal->early_key()) != key) return "its reversal named something else";
  return reversal->head.time_us == record.time_us ? "" : "its time is not its reversal's";
}

}  // namespace

void check_orders(Source& source, State& state, CheckReport& report) {
  StoredReader reader(source);
  source.for_each(Table::orders, [&](std::string_view key, std::string_view value) {
    ++report.orders;
    const auto head = record_from<OrderHead>(value);
    if (!head || value.size() != sizeof(OrderHead) + head->card_count * sizeof(CardId))
      return source.add(Table::orders, key, "its length is not that of its cards");
    state.orders -= mark_of(key, head->sale);
    const std::string what =
        order_complaint(key, value.substr(sizeof(OrderHead)), *head, reader.read(head->sale));
    if (what.empty()) return;
    source.add(Table::orders, key, what);
    // Either of the two may be the wrong one.
    if (what == kOtherCards || what == kOtherOrder)
      source.add(Table::transactions, number_key(head->sale), "disagrees with its order");
  });
  if (state.orders != 0) look_for_orders(source, state);
}

void check_early_reversals(Source& source, State& state) {
  StoredReader reader(source);
  source.for_each(Table::early_reversals, [&](std::string_view key, std::string_view value) {
    const auto record = source.record<EarlyReversalRecord>(Table::early_reversals, key, value);
    if (!record) return;
    const std::string what = early_complaint(key, *record, reader.read(record->sequence));
    if (!what.empty()) source.add(Table::early_reversals, key, what);
  });
  for (const EarlyReversal& early : state.early) {
    if (early.time_us < state.newest_us - kMustBeThereUs) continue;
    const auto found = source.get(Table::early_reversals, early.key);
    const std::string name = "reversal " + std::to_string(early.sequence);
    if (found.absent())
      source.add(Table::early_reversals, early.key, "is missing: " + name + " came early");
    if (!found.there()) continue;
    const auto record = record_from<EarlyReversalRecord>(found.value);
    if (record && record->sequence < early.sequence)
      source.add(Table::early_reversals, early.key, "names an older one than " + name);
  }
}

}  // namespace ledger::checking
