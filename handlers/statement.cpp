/// 0100/38: what was posted to the card in the months asked for, newest first, a page at a time;
/// and on the first page what all its postings add up to.

#include "ledger/statement.hpp"
#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "handlers/card_gate.hpp"
#include "handlers/number_text.hpp"
#include "handlers/originals.hpp"
#include "handlers/tag_values.hpp"

namespace handlers {
namespace {

using ledger::EntryKind;
using ledger::StatementEntry;

constexpr std::size_t kEntriesOnAPage = 6, kEntrySize = 103, kSumSize = 23;

constexpr std::array<std::string_view, ledger::kEntryKinds> kKindNames{
    "", "SA", "RC", "PU", "TE", "RF", "RV", "DP", "PX", "CL", "FE"};

/// Text put together from parts, without heap.
template <std::size_t Capacity>
class Line {
 public:
  Line& add(std::string_view text) {
    CP_ASSERT(size_ + text.size() <= Capacity);
    size_ += text.copy(text_.data() + size_, text.size());
    return *this;
  }
  /// C when the card got it, D when it gave.
  Line& amount(std::int64_t won) { return add(won < 0 ? "D" : "C").won(won < 0 ? -won : won); }
  /// Twelve digits; what is more is told as much as they can.
  Line& won(std::int64_t won) {
    return add(
        number_text<12>(static_cast<std::uint64_t>(std::min(won, ledger::kMostToldWon))).view());
  }
  std::string_view view() const { return {text_.data(), size_}; }
  bool is_empty() const { return size_ == 0; }

 private:
  std::array<char, Capacity> text_;
  std::size_t size_ = 0;
};
using Entries = Line<kEntriesOnAPage * kEntrySize>;
using Summary = Line<ledger::kEntryKinds * kSumSize>;

codec::DigitText<6> time_text(base::TimeUs moment) {
  const base::CivilTime time = base::civil_seoul(moment);
  const int digits = time.hour * 10'000 + time.minute * 100 + time.second;
  return number_text<6>(static_cast<std::uint64_t>(digits));
}

void add_entry(Entries& page, const StatementEntry& entry, const ledger::Directory& directory) {
  const ledger::TransactionHead& head = entry.transaction.head;
  const ledger::MerchantId merchant = origin_of(entry.transaction).merchant;
  const ledger::MerchantRecord* const party = directory.merchant(merchant);
  const ledger::CardLine& line = entry.entry.line;
  page.add(date_text(entry.date()).view())
      .add(time_text(head.time_us).view())
      .add(kKindNames[static_cast<std::size_t>(head.entry)])
      .amount(entry.entry.amount_won)
      .won(line.balance_won)
      .add(number_text<7>(line.number).view())
      .add(merchant.view())
      .add(party != nullptr ? party->name_ko.view() : ledger::FixedText<40>::of("").view());
}

void add_summary(Summary& text, Exchange& exchange, const CardInHand& in_hand) {
  const auto summary = ledger::summarize(exchange.context.draft, in_hand.id, in_hand.card);
  for (std::size_t kind = 1; kind < ledger::kEntryKinds; ++kind) {
    const ledger::EntrySum& sum = summary.sums[kind];
    if (sum.latest != 0)
      text.add(kKindNames[kind]).amount(sum.amount_won).add(date_text(sum.latest).view());
  }
  text.add("BA").amount(in_hand.card.balance_won).add(date_text(exchange.context.today()).view());
}

/// The first entry of the page; a cursor is one that an earlier page gave.
Refusal find_first(Exchange& exchange, const CardInHand& in_hand, const Period& period,
                   std::optional<StatementEntry>& first) {
  ledger::Draft& draft = exchange.context.draft;
  const auto cursor = exchange.request.tags.find(42);
  if (!cursor) {
    first = ledger::newest_entry(draft, in_hand.id, in_hand.card, period.last);
    return Refusal::none;
  }
  first = ledger::read_entry(draft, in_hand.id, *read_cursor(*cursor));
  if (!first || first->date() < period.first) {
    exchange.answer.bad_element = 48;
    return Refusal::format_error;
  }
  if (first->date() <= period.last) return Refusal::none;
  // The page before was of later months; or the clock was set back, and this one does follow.
  auto newest = ledger::newest_entry(draft, in_hand.id, in_hand.card, period.last);
  if (!newest || newest->entry.line.number < first->entry.line.number) first = std::move(newest);
  return Refusal::none;
}

/// The blocked card's owner cannot show his password; the operator needs none.
GateRules gate_rules(ledger::Role role) {
  GateRules rules;
  rules.expired_passes = true;
  if (role == ledger::Role::operating) {
    rules.passing_blocks = ledger::kBlockReasons;
    rules.asks_password = false;
  }
  return rules;
}

}  // namespace

Refusal make_statement(Exchange& exchange) {
  const Request& request = exchange.request;
  Context& context = exchange.context;
  if (request.names_foreign_card(context.rules.bin)) return Refusal::no_route;
  CardInHand in_hand;
  if (const Refusal refusal = pass_gate(exchange, gate_rules(request.station.role), in_hand);
      refusal != Refusal::none)
    return refusal;
  const auto period = read_period(*request.tags.find(40), *request.tags.find(41));
  CP_ASSERT(period.has_value());  // the catalogue has looked
  std::optional<StatementEntry> entry;
  if (const Refusal refusal = find_first(exchange, in_hand, *period, entry);
      refusal != Refusal::none)
    return refusal;

  Entries page;
  std::size_t count = 0;
  while (entry && entry->date() >= period->first && count < kEntriesOnAPage) {
    add_entry(page, *entry, context.directory);
    ++count;
    entry = ledger::read_entry(context.draft, in_hand.id, entry->entry.line.previous);
  }
  Summary summary;
  if (!request.tags.find(42)) add_summary(summary, exchange, in_hand);

  codec::TagWriter tags(exchange.answer.tags);
  if (entry && entry->date() >= period->first)
    tags.add(42, std::to_string(entry->transaction.head.sequence));
  if (!page.is_empty()) tags.add(43, page.view());
  if (!summary.is_empty()) tags.add(44, summary.view());
  exchange.answer.tags_size = tags.content().size();
  return Refusal::none;
}

}  // namespace handlers
