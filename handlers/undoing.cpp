#include "handlers/undoing.hpp"

#include <vector>

#include "base/assert.hpp"
#include "handlers/originals.hpp"
#include "handlers/spending.hpp"
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
  auto of_purchase = ledger::read_undone(draft, head.original);
  of_purchase.refunded_won -= amount_won;
  ledger::write_undone(draft, head.original, of_purchase);
  exchange.decision.entry.move(
      AccountKey::card(head.card),
      AccountKey::of(AccountKind::merchant_payable, exchange.request.merchant), amount_won);
  count(exchange, &ledger::TotalsRecord::credit_reversals, amount_won);
  return Refusal::none;
}

/// What was paid in must still be there, on the card or in the prefund.
Refusal undo_deposit(Exchange& exchange, const StoredTransaction& deposit,
                     std::int64_t amount_won) {
  if (amount_won == 0) return Refusal::none;
  ledger::Draft& draft = exchange.context.draft;
  const ledger::TransactionView view = deposit.view();
  const AccountKey bank = AccountKey::of(AccountKind::bank_receivable, exchange.request.merchant);
  const AccountKey receiver =
      view.posting(0).account == bank ? view.posting(1).account : view.posting(0).account;
  if (receiver.kind == AccountKind::card) {
    const auto card = ledger::read_card_at(draft, receiver.card_id(), exchange.context.now);
    CP_ASSERT(card.has_value());
    if (amount_won > card->available_won()) return Refusal::not_enough_balance;
  } else if (amount_won > ledger::account_balance_won(draft, receiver)) {
    return Refusal::over_prefund;
  }
  exchange.decision.entry.move(receiver, bank, amount_won);
  count(exchange, &ledger::TotalsRecord::credit_reversals, amount_won);
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

/// A hold's first part or a raise: so much less is reserved.
Refusal undo_hold(Exchange& exchange, const ledger::TransactionHead& part,
                  std::int64_t amount_won) {
  ledger::Draft& draft = exchange.context.draft;
  if (amount_won == 0) return Refusal::none;
  const ledger::Sequence number = part.original != 0 ? part.original : part.sequence;
  (void)ledger::read_card_at(draft, part.card, exchange.context.now);
  const auto hold = ledger::read_hold(draft, number);
  CP_ASSERT(hold.has_value());
  if (hold->state == ledger::HoldState::completed) return Refusal::no_longer_to_be_undone;
  ledger::release_part(draft, number, amount_won, exchange.answer.sequence);
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
    case TransactionKind::hold:
      return undo_hold(exchange, original.head, what.amount_won);
    default:
      return Refusal::no_longer_to_be_undone;
  }
}

}  // namespace handlers
