/// Cards against their postings, holds, sale and product.

#include <algorithm>

#include "ledger/cards.hpp"
#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"
#include "ledger/draft.hpp"

namespace ledger::checking {
namespace {

/// Cards sold at their product's face value and validity, and those that were not: when most were
/// not, it is the product that was changed.
struct ProductTally {
  std::uint64_t agree = 0, differ = 0;
  std::vector<CardId> differing;  // the first of them
  std::string what;
};
constexpr std::size_t kDifferingKept = 100;

class Cards {
 public:
  Cards(Source& source, State& state, CheckReport& report)
      : source_(source), state_(state), report_(report), stored_(source) {}

  void visit(CardId id, std::string_view value);
  void finish();

 private:
  std::string complaint(CardId id, const CardRecord& card, const CardSums& sums);
  std::string sums_complaint(CardId id, const CardRecord& card, const CardSums& sums);
  std::string state_complaint(const CardRecord& card, const CardSums& sums);
  void compare_with_product(CardId id, const CardRecord& card, const CardSums& sums);
  base::Date paid_day(const CardSums& sums);
  void add(CardId id, std::string what) {
    source_.add(Table::cards, number_key(id), std::move(what));
  }

  Source& source_;
  State& state_;
  CheckReport& report_;
  StoredReader stored_;
  std::map<std::uint8_t, ProductTally> tallies_;
};

void Cards::visit(CardId id, std::string_view value) {
  ++report_.cards;
  const auto card = source_.record<CardRecord>(Table::cards, number_key(id), value);
  CardSums* const sums = state_.card(id);
  if (sums == nullptr) return add(id, "its number was never given");
  sums->has_record = true;
  if (!card) return;
  add_won(report_.cards_won, card->balance_won);
  add_won(report_.all_points, card->points);
  sums->product = card->product;
  sums->registered = card->registered != 0;
  if (const std::string what = complaint(id, *card, *sums); !what.empty()) add(id, what);
  compare_with_product(id, *card, *sums);
}

std::string Cards::complaint(CardId id, const CardRecord& card, const CardSums& sums) {
  if (std::string what = sums_complaint(id, card, sums); !what.empty()) return what;
  if (std::string what = state_complaint(card, sums); !what.empty()) return what;
  if (card.blocked > kBlockReasons) return "it is blocked for no reason that there is";
  if ((card.blocked & ~kBlockedByPassword) != sums.blocked)
    return "owner and operator blocked it otherwise";
  const bool by_password = (card.blocked & kBlockedByPassword) != 0;
  if (card.wrong_passwords > kWrongPasswordsToBlock) return "too many wrong passwords";
  if (card.wrong_passwords == kWrongPasswordsToBlock && !by_password)
    return "the fifth wrong password did not block it";
  if (card.wrong_passwords < kWrongPasswordsToBlock && by_password)
    return "it is blocked without five wrong passwords";
  if (card.password_key == 0) return "it names no key";
  if (card.registered > 1) return "whether it has an owner is neither yes nor no";
  bool absent = false;
  (void)state_.parties.product(source_, card.product, absent);
  return absent ? "its product is not there" : "";
}

std::string Cards::sums_complaint(CardId id, const CardRecord& card, const CardSums& sums) {
  const auto says = [](std::int64_t is, std::int64_t should) {
    return std::to_string(is) + " and should be " + std::to_string(should);
  };
  if (card.balance_won != sums.balance_won)
    return "holds " + won(card.balance_won) + "; its postings sum to " + won(sums.balance_won);
  if (card.balance_won < 0) return "its balance is below zero";
  const HeldOnCard& held = state_.holds.on_card(id);
  if (card.held_won != held.amount_won) return "held is " + says(card.held_won, held.amount_won);
  if (card.holds_end_s != held.first_end_s)
    return "the end of its first hold is " + says(card.holds_end_s, held.first_end_s);
  if (card.points != sums.points)
    return "has " + std::to_string(card.points) + " points; its postings sum to " +
           std::to_string(sums.points);
  if (card.last_recharge != sums.last_recharge) return "its latest recharge is another";
  if ((card.had_hold != 0) != sums.had_hold || card.had_hold > 1)
    return "whether it had a hold is not as the register has it";
  if (card.held_won > card.balance_won) return "its holds exceed its balance";
  if (card.posting_count != sums.postings)
    return "the number of postings is " + says(card.posting_count, sums.postings);
  if (card.last_sequence != sums.last_sequence)
    return "the latest transaction is " + says(static_cast<std::int64_t>(card.last_sequence),
                                               static_cast<std::int64_t>(sums.last_sequence));
  if (card.spent_day != sums.spent_day)
    return "the day of spending is " + says(card.spent_day, sums.spent_day);
  if (card.spent_won != sums.spent_won)
    return "what was spent that day is " + says(card.spent_won, sums.spent_won);
  return "";
}

std::string Cards::state_complaint(const CardRecord& card, const CardSums& sums) {
  const CardState wanted = sums.state == kNeverSold ? CardState::stock : sums.state;
  if (card.state != wanted)
    return "its state is " + std::to_string(static_cast<int>(card.state)) + " and should be " +
           std::to_string(static_cast<int>(wanted));
  if (card.state == CardState::stock)
    return card.balance_won == 0 && card.last_day == 0 ? "" : "a card in stock has no value";
  return card.state == CardState::closed && card.balance_won != 0 ? "a closed card has no value"
                                                                  : "";
}

/// Of the newest recharge that is not wholly undone, else of the sale.
base::Date Cards::paid_day(const CardSums& sums) {
  for (Sequence sequence = sums.last_recharge; sequence != 0;) {
    const Stored* const recharge = stored_.read(sequence);
    if (recharge == nullptr || recharge->head.previous_recharge >= sequence) break;
    const auto found = source_.get(Table::undone, number_key(sequence));
    const auto undone = record_from<UndoneRecord>(found.value).value_or(UndoneRecord{});
    if (recharge->head.moved_won > undone.reversed_won)
      return base::seoul_date(recharge->head.time_us);
    sequence = recharge->head.previous_recharge;
  }
  return sums.sold_day;
}

void Cards::compare_with_product(CardId id, const CardRecord& card, const CardSums& sums) {
  bool absent = false;
  const auto* const product = state_.parties.product(source_, card.product, absent);
  if (sums.sold_day == 0 || card.state == CardState::stock || product == nullptr) return;
  const base::Date last_day =
      base::add_days(paid_day(sums), static_cast<int>(product->validity_days));
  ProductTally& tally = tallies_[card.product];
  std::string what;
  if (product->face_won != sums.sold_won) what = "was sold at " + won(sums.sold_won);
  if (card.last_day != last_day)
    what = "ends on " + std::to_string(card.last_day) + ", by its product on " +
           std::to_string(last_day);
  if (what.empty()) {
    ++tally.agree;
    return;
  }
  ++tally.differ;
  if (tally.differing.size() < kDifferingKept) tally.differing.push_back(id);
  tally.what = std::move(what);
}

void Cards::finish() {
  for (const auto& [number, tally] : tallies_) {
    if (tally.differ > tally.agree)
      source_.add(
          Table::products, bytes_of(number),
          std::to_string(tally.differ) + " cards were sold at another face value or validity");
    if (tally.differ <= tally.agree || tally.differ == 1)
      for (const CardId id : tally.differing)
        add(id, tally.differing.size() == 1 ? tally.what
                                            : "face value or validity is not its product's");
  }
  for (CardId id = 1; id <= state_.cards.size(); ++id)
    if (!state_.cards[id - 1].has_record && source_.get(Table::cards, number_key(id)).absent())
      add(id, "is missing");
}

}  // namespace

void count_cards(Source& source, State& state) {
  // A number far beyond those counted so far is that of a damaged key or counter.
  constexpr std::uint64_t kGap = 1'000;
  std::uint64_t counted = 0;
  source.for_each_number(Table::cards, state.card_counter, [&](CardId id, std::string_view) {
    ++counted;
    if (id <= 2 * counted + kGap) state.last_card = id;
  });
  if (state.card_counter != kUnknownCounter && state.card_counter != state.last_card)
    source.add(Table::meta, kCardCounter,
               "says " + std::to_string(state.card_counter) + ", but the last card is " +
                   std::to_string(state.last_card));
  if (state.card_counter <= 2 * counted + kGap)
    state.last_card = std::max(state.last_card, state.card_counter);
  state.cards.resize(state.last_card);
}

void check_cards(Source& source, State& state, CheckReport& report) {
  Cards pass(source, state, report);
  source.for_each_number(Table::cards, state.last_card,
                         [&](CardId id, std::string_view value) { pass.visit(id, value); });
  pass.finish();
}

}  // namespace ledger::checking
