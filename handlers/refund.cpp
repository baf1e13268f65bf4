/// 0200/20: a merchant gives back a purchase or completion, whole or in parts, at most what is left
/// of it.

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/points.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

using ledger::StoredTransaction;

/// By DE 90: the one of the same terminal, else the one of the same card; a single one as it is.
std::optional<StoredTransaction> find_by_original(Exchange& exchange) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  const ledger::OriginalKey key = named_original(request);
  if (!names_a_transaction(key)) return std::nullopt;
  const ledger::Sequence latest = ledger::latest_original(draft, key);
  auto same_terminal = find_in_chain(draft, Chain::original, latest, [&](const auto& candidate) {
    return origin_of(candidate).terminal == request.terminal;
  });
  if (same_terminal) return same_terminal;
  auto same_card = find_in_chain(draft, Chain::original, latest, [&](const auto& candidate) {
    return names_same_card(exchange, candidate.head);
  });
  if (same_card) return same_card;
  auto newest = ledger::read_transaction(draft, latest);
  return newest && newest->head.previous_original == 0 ? newest : std::nullopt;
}

bool can_be_refunded(const ledger::TransactionHead& head) {
  return head.approved() && (head.kind == ledger::TransactionKind::purchase ||
                             head.kind == ledger::TransactionKind::completion);
}

/// A completion has no DE 38 of its own: its hold's names it.
std::optional<StoredTransaction> find_completion(Exchange& exchange) {
  const auto number = find_hold(exchange);
  if (!number) return std::nullopt;
  const auto hold = ledger::read_hold(exchange.context.draft, *number);
  if (hold->state != ledger::HoldState::completed) return std::nullopt;
  return ledger::read_transaction(exchange.context.draft, hold->ended_by);
}

/// By DE 37 and 38 of the purchase, at the same merchant, whichever its terminal.
std::optional<StoredTransaction> find_by_approval(Exchange& exchange) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  const std::string_view approval = request.message.text(38);
  const auto latest = latest_named(approval, exchange.answer.sequence);
  for (ledger::Sequence sequence = latest.value_or(0); sequence != 0;
       sequence = sequence > kApprovals ? sequence - kApprovals : 0) {
    auto candidate = ledger::read_transaction(draft, sequence);
    if (candidate && candidate->head.kind == ledger::TransactionKind::purchase &&
        approval == std::string_view(candidate->head.approval.data(), approval.size()) &&
        is_named_by(request, *candidate))
      return candidate;
  }
  return find_completion(exchange);
}

}  // namespace

Refusal refund(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  const std::int64_t amount = request.amount_won;
  if (amount == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;

  const auto original =
      request.message.has(90) ? find_by_original(exchange) : find_by_approval(exchange);
  if (!original || !can_be_refunded(original->head)) return Refusal::original_not_found;
  if (!names_same_card(exchange, original->head)) return Refusal::another_cards_original;
  const ledger::Sequence purchase = original->head.sequence;
  ledger::UndoneRecord undone = ledger::read_undone(context.draft, purchase);
  const std::int64_t refundable = left_won(original->head, undone) - undone.refunded_won;
  if (refundable == 0) return Refusal::nothing_left;
  if (amount > refundable) return Refusal::more_than_is_left;

  ledger::CardRecord card;
  if (const Refusal refusal = find_named_card(exchange, card); refusal != Refusal::none)
    return refusal;
  if (card.state == ledger::CardState::closed) return Refusal::refund_to_closed_card;

  adjust_points(exchange, original->head.card, original->head.points_bp, refundable,
                refundable - amount);
  undone.refunded_won += amount;
  ledger::write_undone(context.draft, purchase, undone);
  exchange.decision.entry.move(
      ledger::AccountKey::of(ledger::AccountKind::merchant_payable, request.merchant),
      ledger::AccountKey::card(original->head.card), amount);
  exchange.decision.moved_won = amount;
  exchange.decision.original = purchase;
  count(exchange, &ledger::TotalsRecord::credits, amount);
  card.balance_won += amount;
  add_card_balances(exchange.answer, card);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
