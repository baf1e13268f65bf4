#pragma once
/// Which transactions are served: the one table from MTI and DE 3 to what they need, who may send
/// them and the function that decides them.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "handlers/request.hpp"
#include "ledger/books.hpp"
#include "ledger/cards.hpp"
#include "ledger/parties.hpp"

namespace handlers {

/// What a handler decided, for the register.
struct Decision {
  ledger::CardName card;       ///< form none when the message names no card
  ledger::Entry entry;         ///< postings; none of a refusal
  std::int64_t moved_won = 0;  ///< posted; of a hold: reserved
  ledger::Sequence original = 0;
  std::uint32_t lasts_s = 0;  ///< of a hold
  std::uint16_t points_bp = 0;
  ledger::Sequence previous_recharge = 0;
  std::uint64_t wrong_password = 0;  ///< of this request's key, counted now or before
};

/// A remembered request on its way through its handler.
struct Exchange {
  const Request& request;
  Context& context;
  Answer& answer;
  Decision& decision;
};

/// Returns the refusal, none or approved_for_less when approved. On a refusal it wrote nothing but
/// a counted password.
using Handler = Refusal (*)(Exchange& exchange);

enum class Transaction : std::uint8_t {
  verify,
  inquiry,
  purchase,
  refund,
  sale,
  collect,
  activation,
  hold,
  completion,
  password_change,
  registration,
  block,
  unblock,
  deposit,
  recharge,
  points_exchange,
  statement,
  reversal,
};

struct CatalogueRow {
  Transaction transaction;
  std::uint16_t mti;                        ///< without the repeat bit
  int operation;                            ///< first two digits of DE 3; -1: any
  std::span<const std::uint8_t> mandatory;  ///< elements in ascending order
  std::uint8_t roles;                       ///< bits 1 << Role
  bool remembered;
  ledger::TransactionKind kind;  ///< of what is remembered
  Handler handler;
};

/// The middle pair of DE 3 says where the money comes from.
constexpr bool names_a_payer(Transaction transaction) {
  return transaction == Transaction::sale || transaction == Transaction::recharge;
}

/// The row for this message, or nullptr: no such transaction.
const CatalogueRow* find_row(const Request& request);

/// 30: the lowest element that is missing or holds what it must not; 0 when all is well.
int first_bad_element(const CatalogueRow& row, const Request& request, const Rules& rules);

// The handlers, one file each.
Refusal verify(Exchange& exchange);
Refusal inquire(Exchange& exchange);
Refusal purchase(Exchange& exchange);
Refusal refund(Exchange& exchange);
Refusal sell(Exchange& exchange);
Refusal collect(Exchange& exchange);
Refusal activate(Exchange& exchange);
Refusal hold(Exchange& exchange);
Refusal complete(Exchange& exchange);
Refusal change_password(Exchange& exchange);
Refusal register_owner(Exchange& exchange);
Refusal block(Exchange& exchange);
Refusal unblock(Exchange& exchange);
Refusal deposit(Exchange& exchange);
Refusal recharge(Exchange& exchange);
Refusal exchange_points(Exchange& exchange);
Refusal make_statement(Exchange& exchange);
Refusal reverse(Exchange& exchange);

}  // namespace handlers
