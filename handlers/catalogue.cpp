#include "handlers/catalogue.hpp"

#include <array>

#include "handlers/number_text.hpp"
#include "handlers/rated_call.hpp"
#include "handlers/tag_values.hpp"

namespace handlers {
namespace {

using ledger::Role;
using ledger::TransactionKind;

constexpr std::uint8_t bit(Role role) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(role));
}
template <class... Roles>
constexpr std::uint8_t roles(Roles... which) {
  return static_cast<std::uint8_t>((bit(which) | ...));
}

constexpr std::array<std::uint8_t, 8> kCardOnly{2, 3, 7, 11, 12, 13, 41, 42};
constexpr std::array<std::uint8_t, 10> kCardAndAmount{2, 3, 4, 7, 11, 12, 13, 41, 42, 49};
constexpr std::array<std::uint8_t, 10> kSale{3, 4, 7, 11, 12, 13, 41, 42, 48, 49};
constexpr std::array<std::uint8_t, 8> kCollect{3, 7, 11, 12, 13, 41, 42, 48};
constexpr std::array<std::uint8_t, 10> kActivation{2, 3, 7, 11, 12, 13, 41, 42, 48, 52};
constexpr std::array<std::uint8_t, 12> kCompletion{2, 3, 4, 7, 11, 12, 13, 37, 38, 41, 42, 49};
constexpr std::array<std::uint8_t, 9> kPasswordChange{2, 3, 7, 11, 12, 13, 41, 42, 48};
constexpr std::array<std::uint8_t, 9> kDeposit{3, 4, 7, 11, 12, 13, 41, 42, 49};
constexpr std::array<std::uint8_t, 11> kExchange{2, 3, 4, 7, 11, 12, 13, 41, 42, 49, 52};
constexpr std::array<std::uint8_t, 9> kStatement{2, 3, 7, 11, 12, 13, 41, 42, 48};
constexpr std::array<std::uint8_t, 4> kReversal{7, 11, 41, 42};

constexpr std::uint8_t kPaying = roles(Role::terminal, Role::telephone, Role::site);
/// The merchants hosted on a site's station sell at once.
constexpr std::uint8_t kHolding = roles(Role::terminal, Role::telephone);
constexpr std::uint8_t kSite = roles(Role::site);
constexpr std::uint8_t kBlocking = roles(Role::site, Role::operating);
constexpr std::uint8_t kUnblocking = roles(Role::operating);
constexpr std::uint8_t kSelling = roles(Role::agent, Role::site);
constexpr std::uint8_t kInquiring =
    roles(Role::terminal, Role::telephone, Role::agent, Role::site, Role::operating);
constexpr std::uint8_t kReversing =
    roles(Role::terminal, Role::telephone, Role::agent, Role::site, Role::bank);

constexpr std::array<CatalogueRow, 19> kRows{{
    {Transaction::verify, 100, 33, kCardOnly, kPaying, false, {}, verify},
    {Transaction::inquiry, 100, 31, kCardOnly, kInquiring, false, {}, inquire},
    {Transaction::collect, 100, 91, kCollect, kSelling, false, {}, collect},
    {Transaction::hold, 100, 0, kCardAndAmount, kHolding, true, TransactionKind::hold, hold},
    {Transaction::completion, 220, 0, kCompletion, kHolding, true, TransactionKind::completion,
     complete},
    {Transaction::purchase, 200, 0, kCardAndAmount, kPaying, true, TransactionKind::purchase,
     purchase},
    {Transaction::refund, 200, 20, kCardAndAmount, kPaying, true, TransactionKind::refund, refund},
    {Transaction::sale, 200, 90, kSale, kSelling, true, TransactionKind::sale, sell},
    {Transaction::activation, 200, 92, kActivation, kSelling, true, TransactionKind::activation,
     activate},
    {Transaction::password_change, 200, 93, kPasswordChange, kSite, true,
     TransactionKind::password_change, change_password},
    {Transaction::registration, 200, 94, kActivation, kSite, true, TransactionKind::registration,
     register_owner},
    {Transaction::block, 200, 96, kCardOnly, kBlocking, true, TransactionKind::block, block},
    {Transaction::unblock, 200, 98, kCardOnly, kUnblocking, true, TransactionKind::unblock,
     unblock},
    {Transaction::deposit, 200, 21, kDeposit, roles(Role::bank), true, TransactionKind::deposit,
     deposit},
    {Transaction::recharge, 200, 28, kCardAndAmount, kSelling, true, TransactionKind::recharge,
     recharge},
    {Transaction::points_exchange, 200, 97, kExchange, kSite, true,
     TransactionKind::points_exchange, exchange_points},
    {Transaction::statement, 100, 38, kStatement, kBlocking, false, {}, make_statement},
    {Transaction::reversal, 400, -1, kReversal, kReversing, true, TransactionKind::reversal,
     reverse},
    {Transaction::reversal, 420, -1, kReversal, kReversing, true, TransactionKind::reversal,
     reverse},
}};

/// The lowest of the elements that were found bad.
class LowestBad {
 public:
  void check(bool good, int element) {
    if (!good && (lowest_ == 0 || element < lowest_)) lowest_ = element;
  }
  int element() const { return lowest_; }

 private:
  int lowest_ = 0;
};

/// Where DE 52 must be there although the row does not say so: for our own cards at a station that
/// requires the password, and from the owner, who has nothing else to show.
bool needs_password(const CatalogueRow& row, const Request& request, const Rules& rules) {
  const Role role = request.station.role;
  if (row.transaction == Transaction::password_change) return !request.tags.find(12);
  if (row.transaction == Transaction::block || row.transaction == Transaction::unblock ||
      row.transaction == Transaction::statement)
    return role != Role::operating;
  if (!request.station.password_required || request.names_foreign_card(rules.bin)) return false;
  switch (row.transaction) {
    case Transaction::verify:
    case Transaction::hold:
    case Transaction::purchase:
      return true;
    case Transaction::inquiry:
      return role == Role::terminal || role == Role::telephone;
    default:
      return false;
  }
}

/// A card or an account, not both.
void check_receiver(const Request& request, LowestBad& bad) {
  const bool names_account = request.message.has(103);
  bad.check(request.names_card() || names_account, 2);
  bad.check(!request.names_card() || !names_account, 103);
}

/// 0010 is a PIN block, 0011 a hint without the password in it, 0012 a customer id.
bool new_password_tags_are_good(const Request& request) {
  const auto password = request.new_password();
  if (!password) return false;
  if (const auto hint = request.tags.find(11)) {
    if (!is_hint(*hint)) return false;
    if (hint->find(password->digits()) != std::string_view::npos) return false;
  }
  const auto customer = request.tags.find(12);
  return !customer || is_customer_id(*customer);
}

bool registration_tags_are_good(const Request& request) {
  const auto customer = request.tags.find(12);
  return customer && is_customer_id(*customer);
}

bool sale_tags_are_good(const Request& request) {
  const auto order = request.tags.find(1);
  const auto customer = request.tags.find(12);
  return order && read_order_lines(*order) && (!customer || is_customer_id(*customer));
}

bool collect_tags_are_good(const Request& request) {
  const auto order = request.tags.find(2);
  const auto which = request.tags.find(3);
  return order && is_order_id(*order) && which && read_card_place(*which);
}

bool statement_tags_are_good(const Request& request) {
  const auto from = request.tags.find(40), to = request.tags.find(41);
  const auto cursor = request.tags.find(42);
  return from && to && read_period(*from, *to) && (!cursor || read_cursor(*cursor));
}

bool tags_are_good(const CatalogueRow& row, const Request& request) {
  switch (row.transaction) {
    case Transaction::sale:
      return sale_tags_are_good(request);
    case Transaction::collect:
      return collect_tags_are_good(request);
    case Transaction::activation:
    case Transaction::password_change:
      return new_password_tags_are_good(request);
    case Transaction::registration:
      return registration_tags_are_good(request);
    case Transaction::statement:
      return statement_tags_are_good(request);
    case Transaction::hold:
      return called_number_is_good(request);
    case Transaction::completion:
      return seconds_used_are_good(request);
    default:
      return true;
  }
}

/// Track 2 begins with the number in DE 2.
bool track_agrees(const Request& request) {
  const auto track = request.message.digits<37>(35);
  return !request.names_card() ||
         track.view().substr(0, track.view().find('=')) == request.card.view();
}

/// A refund and a reversal must say what they mean.
bool names_an_original(const CatalogueRow& row, const codec::Message& message) {
  switch (row.transaction) {
    case Transaction::refund:
      return message.has(90) || (message.has(37) && message.has(38));
    case Transaction::reversal:
      return message.has(90) || message.has(37) || (message.has(12) && message.has(13));
    default:
      return true;
  }
}

/// DE 95: twelve digits of the real amount, the rest zeros.
bool is_replacement_amount(std::string_view text) {
  return is_digits(text) && text.substr(12).find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

const CatalogueRow* find_row(const Request& request) {
  for (const CatalogueRow& row : kRows) {
    if (row.mti == request.mti.value &&
        (row.operation < 0 || row.operation == static_cast<int>(request.operation())) &&
        (!names_a_payer(row.transaction) || request.to_account() == 0))
      return &row;
  }
  return nullptr;
}

int first_bad_element(const CatalogueRow& row, const Request& request, const Rules& rules) {
  const codec::Message& message = request.message;
  LowestBad bad;
  for (const int element : row.mandatory)
    bad.check(element == 2 ? request.names_card() : message.has(element), element);
  if (needs_password(row, request, rules)) bad.check(message.has(52), 52);
  if (row.transaction == Transaction::deposit) check_receiver(request, bad);
  if (message.has(35)) bad.check(track_agrees(request), 35);
  if (message.has(48)) bad.check(tags_are_good(row, request), 48);
  if (message.has(49)) bad.check(message.text(49) == "410", 49);
  bad.check(names_an_original(row, message), 90);
  if (row.transaction == Transaction::reversal && message.has(95))
    bad.check(is_replacement_amount(message.text(95)), 95);
  return bad.element();
}

}  // namespace handlers
