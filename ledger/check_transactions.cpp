/// One pass over the register in order: each transaction by itself, and what all add up to.

#include <set>

#include "ledger/check_kinds.hpp"
#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"
#include "ledger/draft.hpp"

namespace ledger::checking {
namespace {

constexpr Table kRegister = Table::transactions;
/// A number so far ahead belongs to a damaged key.
constexpr std::uint64_t kLongestGap = std::uint64_t{1} << 32;

class Register {
 public:
  Register(Source& source, State& state, CheckReport& report)
      : source_(source), state_(state), report_(report), originals_(source) {}

  void visit(Sequence sequence, std::string_view bytes);

 private:
  bool take_number(Sequence sequence);
  void complain(std::string what) {
    source_.add(kRegister, number_key(stored_.head.sequence), std::move(what));
  }
  /// Whether it was not said of this record before.
  bool complain_once(Table table, std::string_view key, std::string what) {
    const bool is_first = complained_.emplace(table, key).second;
    if (is_first) source_.add(table, key, std::move(what));
    return is_first;
  }
  const Stored* read_original();
  void check_place();
  void check_party(PartyKind wanted, const MerchantRecord& merchant);
  void post();
  void post_line(const Posting& line);
  void take_names();
  void take_effects(const Stored* original);
  void take_sale(bool reversed, const TransactionHead& sale);
  void take_spending(const Stored* original);
  void take_recharge();
  void take_hold(const Stored* original);
  void take_blocking();
  void take_undone(const Stored* original);
  void take_totals(const Stored* original);
  void take_early();
  void check_told_balances();

  Source& source_;
  State& state_;
  CheckReport& report_;
  Stored stored_;
  StoredReader originals_;
  std::size_t next_line_ = 0;  // of the transaction's CardLines
  std::set<std::pair<Table, std::string>> complained_;
};

/// Numbers have no gaps; one far beyond the rest is that of a damaged key.
bool Register::take_number(Sequence sequence) {
  const Sequence expected = state_.last_transaction + 1;
  if (sequence != expected) {
    if (source_.get(kRegister, number_key(expected)).absent())
      source_.add(kRegister, number_key(expected),
                  sequence - 1 == expected
                      ? "is missing"
                      : "is missing, and those after it up to " + std::to_string(sequence - 1));
    if (sequence > state_.sequence_counter || sequence - expected > kLongestGap) {
      source_.add(kRegister, number_key(sequence), "its number was never given");
      return false;
    }
  }
  state_.last_transaction = sequence;
  return true;
}

void Register::visit(Sequence sequence, std::string_view bytes) {
  if (!take_number(sequence)) return;
  ++report_.transactions;
  stored_.head = {};
  stored_.view = {};
  const std::string damage = read_stored(bytes, stored_);
  const bool has_number = stored_.head.sequence == sequence;
  stored_.head.sequence = sequence;
  if (!damage.empty()) {
    complain(damage);
    return post();  // as far as it could be taken apart
  }
  if (!has_number) complain("holds another number than its key");
  if (const std::string what = head_complaint(stored_, state_); !what.empty()) complain(what);
  const Stored* const original = read_original();
  if (const std::string what = movement_complaint(source_, stored_, original, state_);
      !what.empty())
    complain(what);
  if (const std::string what = points_complaint(source_, stored_, original, state_); !what.empty())
    complain(what);
  if (stored_.has_answer) check_place();
  post();
  if (is_plausible_time(stored_.head.time_us))
    state_.newest_us = std::max(state_.newest_us, stored_.head.time_us);
  if (stored_.has_answer) take_names();
  if (stored_.has_answer && stored_.head.approved()) take_effects(original);
}

const Stored* Register::read_original() {
  const Sequence sequence = stored_.head.original;
  if (sequence == 0) return nullptr;
  if (sequence >= stored_.head.sequence) {
    complain("its original is not before it");
    return nullptr;
  }
  bool absent = false;
  const Stored* const original = originals_.read(sequence, &absent);
  if (absent) complain("its original is not there");
  return original;
}

// ---------------------------------------------------------------------------------------- place

void Register::check_place() {
  bool no_merchant = false, no_terminal = false;
  const auto* const merchant =
      state_.parties.merchant(source_, stored_.merchant.view(), no_merchant);
  const auto* const terminal =
      state_.parties.terminal(source_, stored_.terminal.view(), no_terminal);
  const std::string by = "transaction " + std::to_string(stored_.head.sequence) + " ";
  if (no_merchant &&
      complain_once(Table::merchants, stored_.merchant.view(), "is missing: " + by + "names it"))
    complain("its merchant is not there");
  if (no_terminal &&
      complain_once(Table::terminals, stored_.terminal.view(), "is missing: " + by + "names it"))
    complain("its terminal is not there");
  if (merchant == nullptr || terminal == nullptr) return;
  const StationId station = stored_.head.station;
  const StationId of_merchant = merchant->station, of_terminal = terminal->station;
  if (of_merchant != station && of_terminal == of_merchant)
    return complain("it came from another station than its merchant and terminal have");
  if (of_merchant != station)
    complain_once(Table::merchants, stored_.merchant.view(),
                  by + "came from another station than its own");
  if (of_terminal != station)
    complain_once(Table::terminals, stored_.terminal.view(),
                  by + "came from another station than its own");
  if (terminal->merchant != stored_.merchant)
    complain_once(Table::terminals, stored_.terminal.view(),
                  by + "names another merchant than it has");
  if (is_spending(stored_.head) || stored_.head.kind == TransactionKind::refund ||
      stored_.head.kind == TransactionKind::hold)
    check_party(PartyKind::merchant, *merchant);
  if (stored_.head.kind == TransactionKind::sale || stored_.head.kind == TransactionKind::recharge)
    check_party(PartyKind::agent, *merchant);
  if (stored_.head.kind == TransactionKind::deposit) check_party(PartyKind::bank, *merchant);
}

void Register::check_party(PartyKind wanted, const MerchantRecord& merchant) {
  if (merchant.kind != wanted)
    complain_once(
        Table::merchants, stored_.merchant.view(),
        "transaction " + std::to_string(stored_.head.sequence) + " needs another kind of party");
}

// -------------------------------------------------------------------------------------- postings

void Register::post() {
  std::int64_t sum = 0, points = 0;
  next_line_ = 0;
  const std::size_t count = stored_.view.postings.size() / sizeof(Posting);
  for (std::size_t i = 0; i < count; ++i) {
    const Posting line = stored_.view.posting(i);
    add_won(is_in_points(line.account.kind) ? points : sum, line.amount_won);
    post_line(line);
  }
  report_.postings += count;
  if (sum != 0) complain("its postings sum to " + won(sum) + ", not to zero");
  if (points != 0)
    complain("its postings sum to " + std::to_string(points) + " points, not to zero");
}

void Register::post_line(const Posting& line) {
  const auto kind = static_cast<std::uint8_t>(line.account.kind);
  if (kind == 0 || kind > kLastAccountKind) return complain("it posts to an account of no kind");
  const bool is_cards =
      line.account.kind == AccountKind::card || line.account.kind == AccountKind::card_points;
  if (!is_cards) {
    AccountSums& account = state_.accounts[line.account];
    add_won(account.balance_won, line.amount_won);
    account.last_sequence = stored_.head.sequence;
    if (line.account.kind == AccountKind::prefund && account.balance_won < 0)
      complain("it takes a prefund below zero");
    return;
  }
  CardSums* const card = state_.card(line.account.card_id());
  const CardId id = line.account.card_id();
  const bool in_points = line.account.kind == AccountKind::card_points;
  if (card == nullptr ||
      line.account != (in_points ? AccountKey::card_points(id) : AccountKey::card(id)))
    return complain("it posts to a card that is not there");
  if (in_points) return add_won(card->points, line.amount_won);
  const CardLine right{card->last_sequence, card->balance_won + line.amount_won, card->postings + 1,
                       0};
  const auto said =
      record_from<CardLine>(stored_.view.lines.substr(next_line_++ * sizeof(CardLine)));
  if (said)
    if (std::string what =
            state_.entries.take(source_, stored_.head, id, line.amount_won, *said, right);
        !what.empty())
      complain(std::move(what));
  add_won(card->balance_won, line.amount_won);
  card->last_sequence = stored_.head.sequence;
  ++card->postings;
  if (card->balance_won < 0) complain("it takes a card below zero");
}

// ------------------------------------------------------------------------------------- its names

/// Adds the marks of the records by which it must be found.
void Register::take_names() {
  const TransactionHead& head = stored_.head;
  const std::uint64_t value = head.sequence ^ scramble(static_cast<std::uint64_t>(head.time_us));
  state_.duplicates[head.time_us / kMicrosPerHour] += mark_of(stored_.request_key().key(), value);
  if (!stored_.can_be_original()) return;
  const auto original = stored_.original_key().key();
  const auto reference = stored_.reference();
  // Each is reached from the latest or from one later than it, so that all but the latest cancel.
  state_.originals += mark_of(original, head.sequence);
  if (head.previous_original != 0) state_.originals -= mark_of(original, head.previous_original);
  state_.references += mark_of(reference, head.sequence);
  if (head.previous_reference != 0)
    state_.references -= mark_of(reference, head.previous_reference);
}

// --------------------------------------------------------------------------------------- effects

void Register::take_effects(const Stored* original) {
  const TransactionHead& head = stored_.head;
  take_undone(original);
  take_totals(original);
  take_spending(original);
  take_hold(original);
  take_blocking();
  if (head.kind == TransactionKind::sale) {
    take_sale(false, head);
    if (const auto order = stored_.order()) state_.orders += mark_of(*order, head.sequence);
  }
  if (head.kind == TransactionKind::recharge) take_recharge();
  if (head.kind == TransactionKind::activation) {
    if (CardSums* const card = state_.card(head.card)) card->state = CardState::active;
  }
  if (head.kind == TransactionKind::reversal) {
    if (head.original == 0)
      take_early();
    else if (original != nullptr && original->head.kind == TransactionKind::sale &&
             head.moved_won != 0)
      take_sale(true, original->head);
  }
  check_told_balances();
}

/// Sold, or no longer: those cards that the transaction posts to.
void Register::take_sale(bool reversed, const TransactionHead& sale) {
  const bool from_stock = sale.card != 0;
  for (std::size_t i = 0; i < stored_.head.posting_count; ++i) {
    const Posting line = stored_.view.posting(i);
    if (line.account.kind != AccountKind::card) continue;
    CardSums* const card = state_.card(line.account.card_id());
    if (card == nullptr) continue;
    if (reversed) {
      card->state = from_stock ? CardState::stock : CardState::closed;
      if (from_stock) card->sold_by = 0;
      continue;
    }
    card->state = from_stock ? CardState::active : CardState::sold;
    card->sold_from_stock = from_stock;
    card->had_hold = false;
    card->sold_by = sale.sequence;
    card->sold_won = static_cast<std::int32_t>(line.amount_won);
    card->sold_day = is_plausible_time(sale.time_us) ? base::seoul_date(sale.time_us) : 0;
  }
}

/// Purchases of the card's latest business day; their reversals give back, refunds do not.
void Register::take_spending(const Stored* original) {
  const TransactionHead& head = stored_.head;
  if (is_spending(head)) {
    CardSums* const card = state_.card(head.card);
    if (card == nullptr) return;
    if (card->spent_day != head.business_day) card->spent_won = 0;
    card->spent_day = head.business_day;
    add_won(card->spent_won, head.moved_won);
  } else if (head.kind == TransactionKind::reversal && original != nullptr &&
             is_spending(original->head)) {
    CardSums* const card = state_.card(original->head.card);
    if (card != nullptr && card->spent_day == original->head.business_day)
      add_won(card->spent_won, negative(head.moved_won));
  }
}

/// A card's recharges form a chain, newest first.
void Register::take_recharge() {
  CardSums* const card = state_.card(stored_.head.card);
  if (card == nullptr) return;
  if (stored_.head.previous_recharge != card->last_recharge)
    complain("its card's recharge before is another");
  card->last_recharge = stored_.head.sequence;
}

/// A hold, what raises or completes it, what releases it.
void Register::take_hold(const Stored* original) {
  const TransactionHead& head = stored_.head;
  const bool is_part =
      head.kind == TransactionKind::hold || head.kind == TransactionKind::completion;
  const bool begins = is_part && head.original == 0;
  std::string call;
  if (is_part && !begins) call = check_call(source_, state_, stored_, original);
  if (std::string what = state_.holds.take(stored_, original, stored_rate(source_, stored_));
      !what.empty())
    complain(std::move(what));
  if (begins) call = check_call(source_, state_, stored_, nullptr);
  if (!call.empty()) complain(std::move(call));
}

/// Blocks by owner or operator, and what ends them; a hold leaves its mark until the next sale.
void Register::take_blocking() {
  const TransactionHead& head = stored_.head;
  CardSums* const card = state_.card(head.card);
  if (card == nullptr) return;
  if (head.kind == TransactionKind::unblock) card->blocked = 0;
  if (head.kind == TransactionKind::hold) card->had_hold = true;
  if (head.kind != TransactionKind::block) return;
  bool absent = false;
  const auto* const party = state_.parties.merchant(source_, stored_.merchant.view(), absent);
  if (party != nullptr)
    card->blocked |= party->kind == PartyKind::operating ? kBlockedByOperator : kBlockedByOwner;
}

void Register::take_undone(const Stored* original) {
  const TransactionHead& head = stored_.head;
  if (head.original == 0) return;
  const auto weight = [](Sequence sequence, unsigned column) {
    return weight_of(hash_of(number_key(sequence)), column);
  };
  const auto moved = static_cast<std::uint64_t>(head.moved_won);
  if (head.kind == TransactionKind::refund) state_.undone += weight(head.original, 1) * moved;
  if (head.kind != TransactionKind::reversal) return;
  state_.undone += weight(head.original, 0) * moved + weight(head.original, 2);
  if (original != nullptr && original->head.kind == TransactionKind::refund)
    state_.undone -= weight(original->head.original, 1) * moved;
}

void Register::take_totals(const Stored* original) {
  const auto mark = totals_mark(stored_, original);
  if (!mark) return;
  const std::uint64_t key = hash_of(mark->key);
  state_.totals[stored_.head.business_day] +=
      weight_of(key, 2 * mark->column) +
      weight_of(key, 2 * mark->column + 1) * static_cast<std::uint64_t>(stored_.head.moved_won);
}

void Register::take_early() {
  const TransactionHead& head = stored_.head;
  while (!state_.early.empty() && state_.early.front().time_us < state_.newest_us - kMustBeThereUs)
    state_.early.pop_front();
  state_.early.push_back({std::string(stored_.early_key()), head.sequence, head.time_us});
}

/// DE 54 told the balances that the books then had. What was available depended on holds that are
/// gone: it is only known not to have been more.
void Register::check_told_balances() {
  if (!stored_.answer.has(54)) return;
  const CardSums* const card = state_.card(stored_.head.card);
  const auto prefund = state_.accounts.find(AccountKey::of(AccountKind::prefund, stored_.merchant));
  for (std::string_view groups = stored_.answer.text(54); !groups.empty();) {
    const std::string_view group = groups.substr(0, 20);
    groups.remove_prefix(group.size());
    const bool is_of_card = group.starts_with("00"), is_of_prefund = group.starts_with("3002");
    if (group.size() != 20 || group.substr(4, 3) != "410" || (!is_of_card && !is_of_prefund) ||
        (group[7] != 'C' && group[7] != 'D'))
      return complain("its DE 54 is none");
    std::int64_t told = 0;
    for (const char digit : group.substr(8)) told = told * 10 + (digit - '0');
    if (group[7] == 'D') told = -told;
    if (is_of_prefund && (prefund == state_.accounts.end() ||
                          std::min(prefund->second.balance_won, kMostToldWon) != told))
      complain("it was answered with another balance than the prefund had");
    if (!is_of_card || card == nullptr) continue;
    const std::string_view type = group.substr(2, 2);
    if (type != "01" && type != "02" && type != "90") complain("its DE 54 is none");
    if (type == "01"   ? card->balance_won != told
        : type == "02" ? card->balance_won < told
                       : card->points != told)
      complain("it was answered with another balance than the card had");
  }
}

}  // namespace

void check_transactions(Source& source, State& state, CheckReport& report) {
  state.entries.read_summaries(source);
  Register pass(source, state, report);
  source.for_each_number(
      kRegister, state.sequence_counter,
      [&](std::uint64_t number, std::string_view bytes) { pass.visit(number, bytes); });
  state.entries.finish(source);
  if (state.sequence_counter == kUnknownCounter) return;
  if (state.last_transaction != state.sequence_counter)
    source.add(Table::meta, kSequenceCounter,
               "says " + std::to_string(state.sequence_counter) + ", but the last transaction is " +
                   std::to_string(state.last_transaction));
  if (state.last_transaction < state.sequence_counter &&
      source.get(kRegister, number_key(state.last_transaction + 1)).absent())
    source.add(kRegister, number_key(state.last_transaction + 1), "is missing");
}

}  // namespace ledger::checking
