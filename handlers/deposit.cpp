/// 0200/21: a bank pays into a card (DE 2), or into an agent's prefund (DE 103).

#include "handlers/approval.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/originals.hpp"
#include "handlers/spending.hpp"

namespace handlers {
namespace {

using ledger::AccountKey;
using ledger::AccountKind;

/// The account that gets the deposit.
Refusal find_receiver(Exchange& exchange, AccountKey& receiver) {
  const Request& request = exchange.request;
  if (!request.names_card()) {
    const std::string_view id = request.message.text(103);
    const auto agent = ledger::MerchantId::of(id);
    const ledger::MerchantRecord* const party = exchange.context.directory.merchant(agent);
    if (id.size() > sizeof agent || party == nullptr || party->kind != ledger::PartyKind::agent)
      return Refusal::unknown_merchant;
    receiver = AccountKey::of(AccountKind::prefund, agent);
    const std::int64_t before_won = ledger::account_balance_won(exchange.context.draft, receiver);
    return before_won + request.amount_won > ledger::kMostToldWon ? Refusal::over_cap
                                                                  : Refusal::none;
  }
  GateRules rules;
  rules.asks_password = false;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, rules, in_hand); refusal != Refusal::none)
    return refusal;
  receiver = AccountKey::card(in_hand.id);
  return check_cap(exchange, in_hand.card, request.amount_won);
}

}  // namespace

Refusal deposit(Exchange& exchange) {
  const Request& request = exchange.request;
  if (request.amount_won == 0) return Refusal::amount_zero;
  if (request.names_foreign_card(exchange.context.rules.bin)) return Refusal::no_route;
  if (was_reversed_before(exchange)) return Refusal::original_was_reversed;
  AccountKey receiver{};
  if (const Refusal refusal = find_receiver(exchange, receiver); refusal != Refusal::none)
    return refusal;
  exchange.decision.entry.move(AccountKey::of(AccountKind::bank_receivable, request.merchant),
                               receiver, request.amount_won);
  exchange.decision.moved_won = request.amount_won;
  count(exchange, &ledger::TotalsRecord::credits, request.amount_won);
  exchange.answer.approval = approval_of(exchange.answer.sequence);
  return Refusal::none;
}

}  // namespace handlers
