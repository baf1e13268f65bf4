#include "handlers/undoing.hpp"

#include <vector>

#include "base/assert.hpp"
#include "handlers/originals.hpp"
#include "handlers/points.hpp"
#include "handlers/rated_call.hpp"
#include "handlers/spending.hpp"
#include "handlers/validity.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

using ledger::AccountKey;
using ledger::AccountKind;
using ledger::StoredTransaction;
using ledger::TransactionKind;

/// Of a completion too: the hold it ended does not come back.
Refusal undo_purchase(Exchange& exchange, const ledger::TransactionHead& head,
                      const ledger::UndoneRecord& undone, std::int64_t amount_won) {
  if (amount_won == 0) return Refusal::none;  // a partial reversal repeated
  if (undone.refunded_won > 0) return Refusal::no_longer_to_be_undone;
  give_back_to_day(exchange.context.draft, head, amount_won);
  const std::int64_t left = left_won(head, undone);
  adjust_points(exchange, head.card, head.points_bp, left, left - amount_won);
  exchange.decision.entry.move(
      AccountKey::of(AccountKind::merchant_payable, exchange.request.merchant),
      AccountKey::card(head.card), amount_won);
  count(exchange, &ledger::TotalsRecord::debit_reversals, amount_won);
  return Refusal::none;
}

/// What the refund gave must still be there.
Refusal undo_refund(Exchange& exchange, const ledger::TransactionHead& head,
                    std::int64_t amount_won) {
  if (amount_won == 0) return Refusal::none;
  ledger::Draft& draft = exchange.context.draft;
  const auto card = ledger::read_card_at(draft, head.card, exchange.context.now);
  CP_ASSERT(card.has_value());
  if (amount_won > card->available_won()) return Refusal::not_enough_balance;
  const auto purchase = ledger::read_transaction(draft, head.original);
  CP_ASSERT(purchase.has_value());
  auto of_purchase = ledger::read_undone(draft, head.original);
  const std::int64_t left = left_won(purchase->head, of_purchase) - of_purchase.refunded_won;
  adjust_points(exchange, head.card, purchase->head.points_bp, left, left + amount_won);
  of_purchase.refunded_won -= amount_won;
  ledger::write_undone(draft, head.original, of_purchase);
  exchange.decision.entry.move(
      AccountKey::card(head.card),
      AccountKey::of(AccountKind::merchant_payable, exchange.request.merchant), amount_won);
  count(exchange, &ledger::TotalsRecord::credit_reversals, amount_won);
  return Refusal::none;
}

/// The account that gave for a deposit, recharge or exchange, and the one that got; in won.
struct PaidIn {
  AccountKey giver{}, receiver{};
};
PaidIn paid_in(const StoredTransaction& transaction) {
  PaidIn result;
  const ledger::TransactionView view = transaction.view();
  for (std::size_t i = 0; i < view.head.posting_count; ++i) {
    const ledger::Posting line = view.posting(i);
    if (ledger::is_in_points(line.account.kind)) continue;
    (line.amount_won < 0 ? result.giver : result.receiver) = line.account;
  }
  return result;
}

/// What was paid in must still be there, on the card or in the prefund.
Refusal check_still_there(Exchange& exchange, const AccountKey& receiver, std::int64_t amount_won) {
  ledger::Draft& draft = exchange.context.draft;
  if (receiver.kind != AccountKind::card)
    return amount_won > ledger::account_balance_won(draft, receiver) ? Refusal::over_prefund
                                                                     : Refusal::none;
  const auto card = ledger::read_card_at(draft, receiver.card_id(), exchange.context.now);
  CP_ASSERT(card.has_value());
  return amount_won > card->available_won() ? Refusal::not_enough_balance : Refusal::none;
}

Refusal undo_deposit(Exchange& exchange, const StoredTransaction& deposit,
                     std::int64_t amount_won) {
  if (amount_won == 0) return Refusal::none;
  const PaidIn paid = paid_in(deposit);
  if (const Refusal refusal = check_still_there(exchange, paid.receiver, amount_won);
      refusal != Refusal::none)
    return refusal;
  exchange.decision.entry.move(paid.receiver, paid.giver, amount_won);
  count(exchange, &ledger::TotalsRecord::credit_reversals, amount_won);
  return Refusal::none;
}

/// A recharge that is wholly undone takes the validity with it that it gave.
Refusal undo_recharge(Exchange& exchange, const StoredTransaction& recharge,
                      std::int64_t amount_won, bool in_part) {
  if (const Refusal refusal = undo_deposit(exchange, recharge, amount_won);
      refusal != Refusal::none || in_part)
    return refusal;
  take_back_validity(exchange, recharge.head);
  return Refusal::none;
}

/// The points come back.
Refusal undo_exchange(Exchange& exchange, const StoredTransaction& points,
                      std::int64_t amount_won) {
  if (amount_won == 0) return Refusal::none;
  const AccountKey card = AccountKey::card(points.head.card);
  if (const Refusal refusal = check_still_there(exchange, card, amount_won);
      refusal != Refusal::none)
    return refusal;
  ledger::Entry& entry = exchange.decision.entry;
  entry.move(card, AccountKey::promotion_expense(), amount_won);
  entry.move(AccountKey::points_expense(), AccountKey::card_points(points.head.card), amount_won);
  return Refusal::none;
}

std::vector<ledger::CardId> cards_of_sale(const StoredTransaction& sale) {
  std::vector<ledger::CardId> cards;
  const ledger::TransactionView view = sale.view();
  for (std::size_t i = 0; i < view.head.posting_count; ++i) {
    const AccountKey account = view.posting(i).account;
    if (account.kind == AccountKind::card) cards.push_back(account.card_id());
  }
  return cards;
}

/// A card sold from stock can go back to it when nothing happened to it since.
bool can_be_unsold(const ledger::CardRecord& card, const ledger::CardFile& file,
                   ledger::Sequence sale) {
  if (card.state == ledger::CardState::sold) return true;
  return card.state == ledger::CardState::active && file.head.from_lot != 0 &&
         card.last_sequence == sale && card.had_hold == 0;
}

void unsell(ledger::Draft& draft, ledger::CardId id, ledger::CardRecord card,
            ledger::CardFile file) {
  if (file.head.from_lot != 0) {
    card.state = ledger::CardState::stock;
    card.last_day = 0;
    ledger::forget_wrong_passwords(card);
    card.verifier = file.head.initial_verifier;
    card.password_key = file.head.initial_password_key;
    card.registered = 0;
    file.head.sold_by = 0;
    file.customer.clear();
    file.hint.clear();
  } else {
    card.state = ledger::CardState::closed;
    file.head.has_initial = 0;
  }
  ledger::write_card(draft, id, card);
  ledger::write_card_file(draft, file);
}

Refusal undo_sale(Exchange& exchange, const StoredTransaction& sale, bool in_part) {
  ledger::Draft& draft = exchange.context.draft;
  if (in_part) return Refusal::reversed_in_part_only_whole;
  const auto cards = cards_of_sale(sale);
  for (const ledger::CardId id : cards) {
    const auto card = ledger::read_card(draft, id);
    const auto file = ledger::read_card_file(draft, id);
    CP_ASSERT(card.has_value() && file.has_value());
    if (!can_be_unsold(*card, *file, sale.head.sequence)) return Refusal::no_longer_to_be_undone;
  }
  const AccountKey prefund = AccountKey::of(AccountKind::prefund, exchange.request.merchant);
  for (const ledger::CardId id : cards) {
    const auto card = ledger::read_card(draft, id);
    exchange.decision.entry.move(AccountKey::card(id), prefund, card->balance_won);
    unsell(draft, id, *card, *ledger::read_card_file(draft, id));
  }
  count(exchange, &ledger::TotalsRecord::credit_reversals, sale.head.moved_won);
  return Refusal::none;
}

/// A hold's first part or a raise: so much less is reserved. The seconds of a call's grant go only
/// with the whole of it, since a part of its money is no part of its seconds.
Refusal undo_hold(Exchange& exchange, const StoredTransaction& message, std::int64_t amount_won) {
  const ledger::TransactionHead& part = message.head;
  ledger::Draft& draft = exchange.context.draft;
  if (amount_won == 0) return Refusal::none;
  const ledger::Sequence number = part.original != 0 ? part.original : part.sequence;
  (void)ledger::read_card_at(draft, part.card, exchange.context.now);
  const auto hold = ledger::read_hold(draft, number);
  CP_ASSERT(hold.has_value());
  if (hold->state == ledger::HoldState::completed) return Refusal::no_longer_to_be_undone;
  const bool is_whole = amount_won == part.moved_won;
  ledger::release_part(draft, number, amount_won, exchange.answer.sequence,
                       is_whole ? granted_s(message) : 0);
  return Refusal::none;
}

}  // namespace

Refusal take_back(Exchange& exchange, const StoredTransaction& original,
                  const ledger::UndoneRecord& undone, const TakenBack& what) {
  switch (original.head.kind) {
    case TransactionKind::purchase:
    case TransactionKind::completion:
      return undo_purchase(exchange, original.head, undone, what.amount_won);
    case TransactionKind::refund:
      return undo_refund(exchange, original.head, what.amount_won);
    case TransactionKind::sale:
      return undo_sale(exchange, original, what.in_part);
    case TransactionKind::deposit:
      return undo_deposit(exchange, original, what.amount_won);
    case TransactionKind::recharge:
      return undo_recharge(exchange, original, what.amount_won, what.in_part);
    case TransactionKind::points_exchange:
      return undo_exchange(exchange, original, what.amount_won);
    case TransactionKind::hold:
      return undo_hold(exchange, original, what.amount_won);
    default:
      return Refusal::no_longer_to_be_undone;
  }
}

}  // namespace handlers
