/// 0400, 0401, 0420, 0421: undoes exactly the named original, once, whole or (DE 95) in part;
/// before, during or after the original arrived.

#include <array>
#include <vector>

#include "base/assert.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"

namespace handlers {
namespace {

using ledger::AccountKey;
using ledger::AccountKind;
using ledger::StoredTransaction;
using ledger::TransactionKind;

/// What the message names.
struct Named {
  std::optional<StoredTransaction> original;
  std::optional<StoredTransaction> undone;  ///< by DE 37: all are undone, this is the latest
};

bool is_same_place(const Exchange& exchange, const StoredTransaction& candidate) {
  const Origin origin = origin_of(candidate);
  return origin.terminal == exchange.request.terminal &&
         origin.merchant == exchange.request.merchant;
}

/// By DE 37: the latest of this terminal that is not yet undone.
Named find_by_reference(Exchange& exchange) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  Named named;
  named.original =
      find_in_chain(draft, Chain::reference,
                    ledger::latest_reference(draft, request.keys.request, request.keys.reference),
                    [&](const StoredTransaction& candidate) {
                      const auto undone = ledger::read_undone(draft, candidate.head.sequence);
                      if (undone.reversals == 0 || left_won(candidate.head, undone) > 0)
                        return true;
                      if (!named.undone) named.undone = candidate;
                      return false;
                    });
  return named;
}

/// By DE 11 12 13, which leave the class open.
Named find_by_request(Exchange& exchange) {
  for (const std::uint16_t mti : std::array<std::uint16_t, 3>{200, 220, 100}) {
    ledger::RequestKey key = exchange.request.keys.request;
    key.mti = mti;
    const auto found =
        ledger::find_duplicate(exchange.context.draft, key, exchange.context.age_now);
    if (found && found->sequence != 0)
      return {ledger::read_transaction(exchange.context.draft, found->sequence), {}};
  }
  return {};
}

Named find_original(Exchange& exchange) {
  const codec::Message& message = exchange.request.message;
  if (message.has(90)) {
    ledger::Draft& draft = exchange.context.draft;
    const auto key = named_original(exchange.request);
    return {
        find_in_chain(draft, Chain::original, ledger::latest_original(draft, key),
                      [&](const auto& candidate) { return is_same_place(exchange, candidate); }),
        {}};
  }
  return message.has(37) ? find_by_reference(exchange) : find_by_request(exchange);
}

/// Answered 00 all the same; the original, should it still come, is declined.
void remember_early(Exchange& exchange) {
  const Request& request = exchange.request;
  const auto key =
      request.message.has(90)   ? ledger::early_key(named_original(request), request.terminal)
      : request.message.has(37) ? ledger::early_key(request.station.id, request.keys.reference,
                                                    request.terminal, request.merchant)
                                : ledger::early_key(request.keys.request);
  ledger::remember_early_reversal(exchange.context.draft, key, exchange.answer.sequence,
                                  exchange.context.now);
}

/// DE 2 and 4, where the reversal carries them, are the original's.
bool agrees(Exchange& exchange, const ledger::TransactionHead& head) {
  const Request& request = exchange.request;
  return (!request.names_card() || names_same_card(exchange, head)) &&
         (!request.message.has(4) || request.amount_won == head.amount_won);
}

/// What the transaction really was, from DE 95; 0 without it.
std::int64_t real_amount_won(const codec::Message& message) {
  if (!message.has(95)) return 0;
  std::int64_t amount = 0;
  for (const char digit : message.text(95).substr(0, 12)) amount = amount * 10 + (digit - '0');
  return amount;
}

/// Purchases of the same business day count less against the day's limit.
void give_back_to_day(ledger::Draft& draft, const ledger::TransactionHead& purchase,
                      std::int64_t amount_won) {
  auto card = ledger::read_card(draft, purchase.card);
  CP_ASSERT(card.has_value());
  if (card->spent_day != purchase.business_day) return;
  card->spent_won -= amount_won;
  ledger::write_card(draft, purchase.card, *card);
}

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
  const auto card = ledger::read_card(draft, head.card);
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
         card.last_sequence == sale && card.held_won == 0;
}

void unsell(ledger::Draft& draft, ledger::CardId id, ledger::CardRecord card,
            ledger::CardFile file) {
  if (file.head.from_lot != 0) {
    card.state = ledger::CardState::stock;
    card.last_day = 0;
    card.wrong_passwords = 0;
    card.blocked = static_cast<std::uint8_t>(card.blocked & ~ledger::kBlockedByPassword);
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

Refusal undo_sale(Exchange& exchange, const StoredTransaction& sale) {
  ledger::Draft& draft = exchange.context.draft;
  if (real_amount_won(exchange.request.message) != 0) return Refusal::reversed_in_part_only_whole;
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

/// One more reversal of it was answered 00, after which it cannot come again.
void count_reversal(Exchange& exchange, ledger::Sequence original) {
  ledger::Draft& draft = exchange.context.draft;
  ledger::UndoneRecord undone = ledger::read_undone(draft, original);
  undone.reversed_won += exchange.decision.moved_won;
  ++undone.reversals;
  ledger::write_undone(draft, original, undone);
  exchange.decision.original = original;
}

Refusal undo(Exchange& exchange, const StoredTransaction& original) {
  const ledger::TransactionHead& head = original.head;
  ledger::Draft& draft = exchange.context.draft;
  const ledger::UndoneRecord undone = ledger::read_undone(draft, head.sequence);
  const std::int64_t left = left_won(head, undone);
  const std::int64_t real = real_amount_won(exchange.request.message);
  if (head.approved() && real > left) return Refusal::more_than_is_left;
  const bool anything_left = head.approved() && (left > 0 || undone.reversals == 0);
  if (anything_left) {
    Refusal refusal = Refusal::no_longer_to_be_undone;
    if (head.kind == TransactionKind::purchase)
      refusal = undo_purchase(exchange, head, undone, left - real);
    else if (head.kind == TransactionKind::refund)
      refusal = undo_refund(exchange, head, left - real);
    else if (head.kind == TransactionKind::sale)
      refusal = undo_sale(exchange, original);
    if (refusal != Refusal::none) return refusal;
    exchange.decision.moved_won = left - real;
  }
  count_reversal(exchange, head.sequence);
  return Refusal::none;
}

}  // namespace

Refusal reverse(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  if (request.message.has(90) && !names_a_transaction(named_original(request)))
    return Refusal::no_longer_to_be_undone;
  const Named named = find_original(exchange);
  const auto& meant = named.original ? named.original : named.undone;
  if (!meant) {
    remember_early(exchange);
    return Refusal::none;
  }
  if (!agrees(exchange, meant->head)) return Refusal::another_cards_original;
  return undo(exchange, *meant);
}

}  // namespace handlers
