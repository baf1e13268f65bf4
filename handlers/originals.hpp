#pragma once
/// Finding what a refund or reversal means, and what has been done to it since.

#include <optional>
#include <stdexcept>
#include <string>

#include "handlers/catalogue.hpp"

namespace handlers {

/// A reversal of this very message was answered before it came.
bool was_reversed_before(const Exchange& exchange);

/// Counts in the day's totals of the message's terminal.
void count(Exchange& exchange, ledger::TotalsColumn column, std::int64_t amount_won);

/// DE 90 taken apart, as the key its original is found by, at this station and merchant.
ledger::OriginalKey named_original(const Request& request);
/// DE 90 names an 01xx or 02xx; nothing else can be undone.
bool names_a_transaction(const ledger::OriginalKey& original);

/// Of the same station and merchant, with the request's DE 37.
bool is_named_by(const Request& request, const ledger::StoredTransaction& transaction);

/// The hold of this merchant that DE 38 and DE 37 name, in whatever state.
std::optional<ledger::Sequence> find_hold(Exchange& exchange);

/// DE 41, DE 42 and DE 37 of a transaction.
struct Origin {
  ledger::TerminalId terminal;
  ledger::MerchantId merchant;
  std::string reference;
};
Origin origin_of(const ledger::StoredTransaction& transaction);

/// Walks the transactions under one key, newest first, until `matches` says yes. Throws, which is
/// answered 96, at the chain's bound: what lies behind it may be the one that is meant.
enum class Chain : std::uint8_t { original, reference };
template <class Matches>
std::optional<ledger::StoredTransaction> find_in_chain(ledger::Draft& draft, Chain chain,
                                                       ledger::Sequence latest, Matches&& matches) {
  ledger::Sequence sequence = latest;
  for (int i = 0; sequence != 0; ++i) {
    if (i == ledger::kChainLimit) throw std::length_error("too many transactions under one key");
    auto transaction = ledger::read_transaction(draft, sequence);
    if (!transaction) return std::nullopt;
    if (matches(*transaction)) return transaction;
    sequence = chain == Chain::original ? transaction->head.previous_original
                                        : transaction->head.previous_reference;
  }
  return std::nullopt;
}

/// DE 2 of the message names the transaction's card (or the same unknown one).
bool names_same_card(Exchange& exchange, const ledger::TransactionHead& head);

/// What is left of a purchase or refund after its reversals (refunds not counted).
inline std::int64_t left_won(const ledger::TransactionHead& head,
                             const ledger::UndoneRecord& undone) {
  return head.moved_won - undone.reversed_won;
}

}  // namespace handlers
