#include "ledger/check_kinds.hpp"

#include <algorithm>

namespace ledger::checking {
namespace {

constexpr std::string_view kNoApproval = "      ";

std::string_view text_of(const auto& characters) { return {characters.data(), characters.size()}; }

/// First two digits of DE 3 of each kind; -1: any.
int operation_of(TransactionKind kind) {
  switch (kind) {
    case TransactionKind::purchase:
      return 0;
    case TransactionKind::refund:
      return 20;
    case TransactionKind::sale:
      return 90;
    case TransactionKind::activation:
      return 92;
    case TransactionKind::hold:
    case TransactionKind::completion:
      return 0;
    case TransactionKind::password_change:
      return 93;
    case TransactionKind::registration:
      return 94;
    case TransactionKind::block:
      return 96;
    case TransactionKind::unblock:
      return 98;
    case TransactionKind::deposit:
      return 21;
    case TransactionKind::recharge:
      return 28;
    case TransactionKind::points_exchange:
      return 97;
    default:
      return -1;
  }
}

bool mti_agrees(const TransactionHead& head) {
  if (head.kind == TransactionKind::reversal) return head.mti == 400 || head.mti == 420;
  const std::uint16_t mti = head.kind == TransactionKind::hold         ? 100
                            : head.kind == TransactionKind::completion ? 220
                                                                       : 200;
  return head.mti == mti &&
         static_cast<int>(head.processing_code / 10'000) == operation_of(head.kind);
}

bool card_form_agrees(const TransactionHead& head) {
  switch (head.card_form) {
    case CardForm::none:
      return head.card == 0 && head.unknown_card == 0;
    case CardForm::number:
    case CardForm::pin:
      return head.card != 0 && head.unknown_card == 0;
    case CardForm::unknown:
      return head.card == 0 && head.unknown_card != 0;
  }
  return false;
}

/// A business day begins on the evening before, or earlier by order.
bool day_agrees(const TransactionHead& head) {
  const base::Date today = base::seoul_date(head.time_us);
  return head.business_day == today || head.business_day == base::add_days(today, 1);
}

std::uint64_t number_or_zero(const codec::Message& answer, int element) {
  return answer.has(element) ? answer.number(element) : 0;
}

std::string answer_complaint(const Stored& stored) {
  const TransactionHead& head = stored.head;
  const codec::Message& answer = stored.answer;
  if (answer.mti() != codec::Mti{head.mti}.answer()) return "its answer has another MTI";
  if (answer.has(2) || answer.has(64) || answer.has(128))
    return "its answer holds what is never stored";
  if (number_or_zero(answer, 3) != head.processing_code) return "its answer has another DE 3";
  const bool tells_posted = head.kind == TransactionKind::completion && head.approved();
  if (number_or_zero(answer, 4) !=
      static_cast<std::uint64_t>(tells_posted ? head.moved_won : head.amount_won))
    return "its answer has another DE 4";
  if (number_or_zero(answer, 15) != base::month_day(head.business_day))
    return "its answer has another business day";
  if (answer.text(39) != text_of(head.code)) return "its answer has another DE 39";
  const std::string_view approval = answer.has(38) ? answer.text(38) : kNoApproval;
  return approval == text_of(head.approval) ? "" : "its answer has another DE 38";
}

std::string opening_complaint(const TransactionHead& head) {
  const bool bare = head.card == 0 && head.card_form == CardForm::none && head.unknown_card == 0 &&
                    head.amount_won == 0 && head.original == 0 && head.mti == 0 &&
                    head.station == 0 && head.processing_code == 0 && head.previous_original == 0 &&
                    head.previous_reference == 0 && text_of(head.approval) == kNoApproval;
  return bare && head.approved() ? "" : "an opening has nothing of a message";
}

}  // namespace

std::string head_complaint(const Stored& stored, const State& state) {
  const TransactionHead& head = stored.head;
  const bool is_hold = head.kind == TransactionKind::hold && head.approved();
  if ((head.lasts_s != 0) != is_hold) return "a hold, and nothing else, lasts for some time";
  if (head.reserved != decltype(head.reserved){}) return "its reserved bytes are not zero";
  if (head.entry != EntryKind::none && head.entry != entry_kind(head.kind, false) &&
      head.entry != entry_kind(head.kind, true))
    return "a statement would call it something else";
  if ((head.entry != EntryKind::none) != (stored.view.line_count() != 0))
    return "whether a statement has it is not what it posts";
  if (head.previous_recharge != 0 && !(head.kind == TransactionKind::recharge && head.approved()))
    return "a recharge, and nothing else, has one before it";
  if (!is_plausible_time(head.time_us)) return "its time is none";
  if (!day_agrees(head)) return "its business day is not that of its time";
  if (!stored.has_answer) return opening_complaint(head);
  if (!mti_agrees(head)) return "its MTI or DE 3 is not that of its kind";
  if (!card_form_agrees(head)) return "what it says of its card disagrees with itself";
  if (head.card > state.last_card) return "it names a card that is not there";
  if (head.previous_original >= head.sequence || head.previous_reference >= head.sequence)
    return "an older transaction of the same key cannot be later";
  if (!stored.can_be_original() && (head.previous_original | head.previous_reference) != 0)
    return "a reversal is in no chain";
  return answer_complaint(stored);
}

// ------------------------------------------------------------------------------------- movements

namespace {

/// What the transaction's one line of this account gives it; 0 when it has none.
std::int64_t given_to(const TransactionView& view, const AccountKey& account) {
  for (std::size_t i = 0; i < view.head.posting_count; ++i) {
    const Posting line = view.posting(i);
    if (line.account == account) return line.amount_won;
  }
  return 0;
}

AccountKey payable_of(const Stored& stored) {
  return AccountKey::of(AccountKind::merchant_payable, stored.merchant);
}

/// Lines in won.
std::size_t won_lines(const TransactionView& view) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < view.head.posting_count; ++i)
    if (!is_in_points(view.posting(i).account.kind)) ++count;
  return count;
}

bool posts_nothing(const TransactionHead& head) { return head.posting_count == 0; }

bool moves(const Stored& stored, const AccountKey& from, const AccountKey& to) {
  const std::int64_t moved = stored.head.moved_won;
  return moved > 0 && won_lines(stored.view) == 2 && given_to(stored.view, from) == -moved &&
         given_to(stored.view, to) == moved;
}

CardState state_of(State& state, CardId id) {
  const CardSums* card = state.card(id);
  return card == nullptr ? kNeverSold : card->state;
}

std::string purchase_complaint(const Stored& stored, State& state) {
  const TransactionHead& head = stored.head;
  if (head.moved_won != head.amount_won) return "a purchase moves its whole amount";
  if (!moves(stored, AccountKey::card(head.card), payable_of(stored)))
    return "a purchase takes its amount from its card and gives it to its merchant";
  return state_of(state, head.card) == CardState::active ? ""
                                                         : "its card was not active at the time";
}

/// That its hold was open, and how much it reserved, is for the holds' own check.
std::string hold_complaint(const Stored& stored, const Stored* raised, State& state) {
  const TransactionHead& head = stored.head;
  const std::int64_t asked_won = is_calls(stored, nullptr) ? head.moved_won : head.amount_won;
  if (head.moved_won != asked_won || head.moved_won <= 0 || !posts_nothing(head))
    return "a hold reserves its whole amount and posts nothing";
  if (is_calls(stored, nullptr) && head.amount_won != 0) return "a rated call has no amount";
  if (head.original != 0 &&
      (raised == nullptr || raised->head.kind != TransactionKind::hold ||
       raised->head.original != 0 || raised->head.card != head.card ||
       raised->merchant != stored.merchant || raised->head.approval != head.approval))
    return "it raises no hold of its card and merchant";
  return state_of(state, head.card) == CardState::active ? ""
                                                         : "its card was not active at the time";
}

std::string completion_complaint(const Stored& stored, const Stored* hold, State& state) {
  const TransactionHead& head = stored.head;
  if (hold == nullptr || hold->head.kind != TransactionKind::hold || hold->head.original != 0 ||
      !hold->head.approved() || hold->head.card != head.card || hold->merchant != stored.merchant)
    return "a completion names a hold of its card and merchant";
  const bool is_rated = is_calls(stored, hold);
  const bool whole = head.moved_won == head.amount_won;
  if (is_rated && head.amount_won != 0) return "a rated call has no amount";
  if (!is_rated && (head.moved_won > head.amount_won || whole != (head.code[0] == '0')))
    return "a completion is answered 00 when it moves its whole amount, for less 10";
  const bool is_of_no_seconds = is_rated && head.moved_won == 0;
  if (is_of_no_seconds && (head.code[0] != '0' || !posts_nothing(head)))
    return "a call of no seconds posts nothing";
  if (!is_of_no_seconds && !moves(stored, AccountKey::card(head.card), payable_of(stored)))
    return "a completion takes what it moves from its card and gives it to its merchant";
  return state_of(state, head.card) == CardState::active ? ""
                                                         : "its card was not active at the time";
}

std::string refund_complaint(const Stored& stored, const Stored* original, State& state) {
  const TransactionHead& head = stored.head;
  if (original == nullptr || !is_spending(original->head) || !original->head.approved())
    return "a refund names an approved purchase or completion";
  if (head.card != original->head.card || stored.merchant != original->merchant)
    return "a refund has its purchase's card and merchant";
  if (head.moved_won != head.amount_won) return "a refund moves its whole amount";
  if (!moves(stored, payable_of(stored), AccountKey::card(head.card)))
    return "a refund takes its amount from its merchant and gives it to its card";
  return state_of(state, head.card) == CardState::active ? ""
                                                         : "its card was not active at the time";
}

std::string sale_complaint(const Stored& stored, State& state) {
  const TransactionHead& head = stored.head;
  const auto prefund = AccountKey::of(AccountKind::prefund, stored.merchant);
  if (head.moved_won != head.amount_won || given_to(stored.view, prefund) != -head.moved_won)
    return "a sale takes its whole amount from its agent's prefund";
  if (head.posting_count < 2 || (head.card != 0 && head.posting_count != 2))
    return "a sale gives to the cards it sells";
  for (std::size_t i = 0; i < head.posting_count; ++i) {
    const Posting line = stored.view.posting(i);
    if (line.account == prefund) continue;
    const CardId id = line.account.card_id();
    if (line.account.kind != AccountKind::card || line.amount_won <= 0)
      return "a sale gives to cards only";
    const CardState wanted = head.card == 0 ? kNeverSold : CardState::stock;
    const CardState before = state_of(state, id);
    if (head.card != 0 && id != head.card) return "a sale from stock sells the card it names";
    if (before != wanted && before != kNeverSold) return "it sells a card that was sold already";
  }
  return stored.order() ? "" : "a sale's answer has an order";
}

std::string activation_complaint(const Stored& stored, State& state) {
  if (stored.head.posting_count != 0 || stored.head.moved_won != 0)
    return "an activation moves nothing";
  return state_of(state, stored.head.card) == CardState::sold ? ""
                                                              : "its card was not sold at the time";
}

/// To the card it names, or to a prefund.
std::string deposit_complaint(Source& source, const Stored& stored, State& state) {
  const TransactionHead& head = stored.head;
  const AccountKey bank = AccountKey::of(AccountKind::bank_receivable, stored.merchant);
  if (head.moved_won != head.amount_won || head.posting_count != 2 ||
      given_to(stored.view, bank) != negative(head.moved_won) || head.moved_won <= 0)
    return "a deposit moves its whole amount from its bank";
  for (std::size_t i = 0; i < head.posting_count; ++i) {
    const AccountKey account = stored.view.posting(i).account;
    if (account == bank) continue;
    if (head.card != 0)
      return account == AccountKey::card(head.card) &&
                     state_of(state, head.card) == CardState::active
                 ? ""
                 : "it gives to another than its card, or that was not active";
    bool absent = false;
    (void)state.parties.merchant(source, {account.name.data(), account.name.size()}, absent);
    if (account.kind == AccountKind::prefund && !absent) return "";
  }
  return "a deposit gives to a card or a prefund";
}

std::string to_active_card_complaint(const Stored& stored, const AccountKey& from, State& state) {
  const TransactionHead& head = stored.head;
  if (head.moved_won != head.amount_won || !moves(stored, from, AccountKey::card(head.card)))
    return "it does not move its whole amount to its card";
  return state_of(state, head.card) == CardState::active ? ""
                                                         : "its card was not active at the time";
}

std::string owners_complaint(const Stored& stored, State& state) {
  const TransactionHead& head = stored.head;
  if (!posts_nothing(head) || head.moved_won != 0) return "it moves nothing";
  const bool of_any_state =
      head.kind == TransactionKind::block || head.kind == TransactionKind::unblock;
  if (of_any_state)
    return state_of(state, head.card) == CardState::closed ? "its card was closed at the time" : "";
  return state_of(state, stored.head.card) == CardState::active
             ? ""
             : "its card was not active at the time";
}

/// The original's lines the other way round, with what was given back.
bool undoes(const Stored& stored, const Stored& original) {
  const TransactionView& before = original.view;
  if (won_lines(stored.view) != won_lines(before)) return false;
  const bool whole = original.head.kind == TransactionKind::sale;
  for (std::size_t i = 0; i < before.head.posting_count; ++i) {
    const Posting line = before.posting(i);
    if (is_in_points(line.account.kind)) continue;
    const std::int64_t moved = stored.head.moved_won;
    const std::int64_t wanted = whole                 ? negative(line.amount_won)
                                : line.amount_won > 0 ? negative(moved)
                                                      : moved;
    if (given_to(stored.view, line.account) != wanted) return false;
  }
  return !whole || stored.head.moved_won == original.head.moved_won;
}

bool can_be_undone(TransactionKind kind) {
  return kind == TransactionKind::purchase || kind == TransactionKind::completion ||
         kind == TransactionKind::refund || kind == TransactionKind::sale ||
         kind == TransactionKind::hold || kind == TransactionKind::deposit ||
         kind == TransactionKind::recharge || kind == TransactionKind::points_exchange;
}

std::string reversal_complaint(const Stored& stored, const Stored* original) {
  const TransactionHead& head = stored.head;
  if (head.original != 0 && original == nullptr) return "its original answered no message";
  if (head.moved_won == 0)
    return head.posting_count == 0 ? "" : "it says that it moved nothing, and posts";
  if (original == nullptr || !original->head.approved() || !can_be_undone(original->head.kind))
    return "a reversal that moves money names what it undoes";
  if (head.moved_won < 0 || head.moved_won > original->head.moved_won)
    return "a reversal gives back at most what was moved";
  return undoes(stored, *original) ? "" : "it does not post its original the other way round";
}

std::string opening_movement_complaint(Source& source, const Stored& stored, State& state) {
  std::int64_t given = 0;
  for (std::size_t i = 0; i < stored.head.posting_count; ++i) {
    const Posting line = stored.view.posting(i);
    if (line.account == AccountKey::prefund_received()) continue;
    bool absent = false;
    const std::string_view name(line.account.name.data(), line.account.name.size());
    (void)state.parties.merchant(source, name, absent);
    if (line.account.kind != AccountKind::prefund || absent)
      return "an opening gives to prefunds only";
    add_won(given, line.amount_won);
  }
  return given == stored.head.moved_won ? "" : "an opening moves what it gives to prefunds";
}

/// Lines of one account are one line.
bool names_an_account_twice(const TransactionView& view) {
  std::vector<AccountKey> accounts;
  for (std::size_t i = 0; i < view.head.posting_count; ++i)
    accounts.push_back(view.posting(i).account);
  std::sort(accounts.begin(), accounts.end());
  return std::adjacent_find(accounts.begin(), accounts.end()) != accounts.end();
}

}  // namespace

std::string movement_complaint(Source& source, const Stored& stored, const Stored* original,
                               State& state) {
  const TransactionHead& head = stored.head;
  const bool names_original =
      head.kind == TransactionKind::refund || head.kind == TransactionKind::reversal ||
      head.kind == TransactionKind::hold || head.kind == TransactionKind::completion;
  if (!head.approved())
    return head.posting_count == 0 && head.moved_won == 0 && head.original == 0
               ? ""
               : "it was declined and moves nothing";
  if (head.original != 0 && !names_original) return "it has no original";
  if (head.posting_count > 2 && names_an_account_twice(stored.view))
    return "it has two lines of one account";
  switch (head.kind) {
    case TransactionKind::opening:
      return opening_movement_complaint(source, stored, state);
    case TransactionKind::purchase:
      return purchase_complaint(stored, state);
    case TransactionKind::refund:
      return refund_complaint(stored, original, state);
    case TransactionKind::reversal:
      return reversal_complaint(stored, original);
    case TransactionKind::sale:
      return sale_complaint(stored, state);
    case TransactionKind::activation:
      return activation_complaint(stored, state);
    case TransactionKind::deposit:
      return deposit_complaint(source, stored, state);
    case TransactionKind::recharge:
      return to_active_card_complaint(stored, AccountKey::of(AccountKind::prefund, stored.merchant),
                                      state);
    case TransactionKind::points_exchange:
      return to_active_card_complaint(stored, AccountKey::promotion_expense(), state);
    case TransactionKind::hold:
      return hold_complaint(stored, original, state);
    case TransactionKind::completion:
      return completion_complaint(stored, original, state);
    case TransactionKind::password_change:
    case TransactionKind::registration:
    case TransactionKind::block:
    case TransactionKind::unblock:
      return owners_complaint(stored, state);
  }
  return "";
}

// ---------------------------------------------------------------------------------------- points

namespace {

std::int64_t earned(const TransactionHead& purchase, std::int64_t left_won) {
  return left_won * purchase.points_bp / 10'000;
}

/// What is left of a purchase falls by so much (or grows): the points follow.
std::int64_t points_for(const TransactionHead& purchase, std::int64_t given_back_won,
                        State& state) {
  if (purchase.points_bp == 0) return 0;
  std::int64_t& before_won = state.given_back_won[purchase.sequence];
  const std::int64_t left_won = purchase.moved_won - before_won;
  add_won(before_won, given_back_won);
  return earned(purchase, left_won - given_back_won) - earned(purchase, left_won);
}

std::int64_t points_undone(Source& source, const TransactionHead& reversal, const Stored& original,
                           State& state) {
  if (is_spending(original.head)) return points_for(original.head, reversal.moved_won, state);
  if (original.head.kind == TransactionKind::points_exchange) return reversal.moved_won;
  if (original.head.kind != TransactionKind::refund) return 0;
  StoredReader reader(source);
  const Stored* const purchase = reader.read(original.head.original);
  return purchase == nullptr ? 0 : points_for(purchase->head, negative(reversal.moved_won), state);
}

}  // namespace

std::string points_complaint(Source& source, const Stored& stored, const Stored* original,
                             State& state) {
  const TransactionHead& head = stored.head;
  if (head.points_bp != 0 && !(is_spending(head) && head.approved()))
    return "it earns no points, and has a rate";
  std::int64_t wanted = 0;
  CardId card = head.card;
  if (is_spending(head) && head.approved()) wanted = earned(head, head.moved_won);
  if (head.kind == TransactionKind::points_exchange) wanted = negative(head.moved_won);
  if (head.kind == TransactionKind::refund && original != nullptr)
    wanted = points_for(original->head, head.moved_won, state);
  if (head.kind == TransactionKind::reversal && original != nullptr && head.moved_won != 0) {
    card = original->head.card;
    wanted = points_undone(source, head, *original, state);
  }
  const std::size_t lines = head.posting_count - won_lines(stored.view);
  if (lines != (wanted == 0 ? 0u : 2u) ||
      given_to(stored.view, AccountKey::card_points(card)) != wanted ||
      given_to(stored.view, AccountKey::points_expense()) != negative(wanted))
    return "it does not move the " + std::to_string(wanted) + " points that it should";
  return "";
}

}  // namespace ledger::checking
