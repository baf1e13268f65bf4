/// 0400, 0401, 0420, 0421: undoes exactly the named original, once, whole or (DE 95) in part;
/// before, during or after the original arrived.

#include <algorithm>
#include <array>

#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/undoing.hpp"

namespace handlers {
namespace {

using ledger::StoredTransaction;

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

/// By DE 11 12 13, which leave the class open: the latest of this terminal.
Named find_by_request(Exchange& exchange) {
  ledger::Sequence latest = 0;
  for (const std::uint16_t mti : std::array<std::uint16_t, 3>{100, 200, 220}) {
    ledger::RequestKey key = exchange.request.keys.request;
    key.mti = mti;
    const auto found =
        ledger::find_duplicate(exchange.context.draft, key, exchange.context.age_now);
    if (found) latest = std::max(latest, found->sequence);
  }
  if (latest == 0) return {};
  return {ledger::read_transaction(exchange.context.draft, latest), {}};
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
    const Refusal refusal = take_back(exchange, original, undone, {left - real, real != 0});
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
