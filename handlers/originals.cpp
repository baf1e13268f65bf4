#include "handlers/originals.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "handlers/approval.hpp"
#include "ledger/holds.hpp"

namespace handlers {

bool was_reversed_before(const Exchange& exchange) {
  return ledger::was_reversed_early(exchange.context.draft, exchange.request.keys,
                                    exchange.context.age_now);
}

void count(Exchange& exchange, ledger::TotalsColumn column, std::int64_t amount_won) {
  const Request& request = exchange.request;
  ledger::count_in_totals(
      exchange.context.draft,
      {exchange.context.business_day(), request.station.id, request.merchant, request.terminal},
      column, amount_won);
}

ledger::OriginalKey named_original(const Request& request) {
  const auto digits = request.message.digits<42>(90);
  const std::string_view text = digits.view();
  ledger::OriginalKey original = request.keys.original;  // station and merchant are the same
  std::copy_n(text.data() + 4, 6, original.stan.data());
  std::copy_n(text.data() + 10, 10, original.transmitted.data());
  std::uint16_t mti = 0;
  for (const char digit : text.substr(0, 4))
    mti = static_cast<std::uint16_t>(mti * 10 + digit - '0');
  original.mti = codec::Mti{mti}.without_repeat().value;
  return original;
}

bool names_a_transaction(const ledger::OriginalKey& original) {
  const int message_class = codec::Mti{original.mti}.message_class();
  return message_class == 1 || message_class == 2;
}

Origin origin_of(const ledger::StoredTransaction& transaction) {
  codec::Message answer;
  const auto read = codec::read_message(codec::kIso87Binary, transaction.view().answer, answer);
  CP_ASSERT(read.has_value());
  return {ledger::TerminalId::of(answer.text(41)), ledger::MerchantId::of(answer.text(42)),
          std::string(answer.has(37) ? answer.text(37) : "")};
}

bool is_named_by(const Request& request, const ledger::StoredTransaction& transaction) {
  if (transaction.head.station != request.station.id) return false;
  const Origin origin = origin_of(transaction);
  return origin.merchant == request.merchant && origin.reference == request.keys.reference;
}

std::optional<ledger::Sequence> find_hold(Exchange& exchange) {
  const Request& request = exchange.request;
  ledger::Draft& draft = exchange.context.draft;
  const auto latest = latest_named(request.message.text(38), exchange.answer.sequence);
  for (ledger::Sequence number = latest.value_or(0); number != 0;
       number = number > kApprovals ? number - kApprovals : 0) {
    if (!ledger::read_hold(draft, number)) continue;
    const auto first = ledger::read_transaction(draft, number);
    CP_ASSERT(first.has_value());
    if (is_named_by(request, *first)) return number;
  }
  return std::nullopt;
}

bool names_same_card(Exchange& exchange, const ledger::TransactionHead& head) {
  const ledger::CardName name = ledger::find_card(exchange.context.draft, exchange.context.vault,
                                                  exchange.request.card.view());
  return name.id == head.card && name.unknown == head.unknown_card;
}

}  // namespace handlers
