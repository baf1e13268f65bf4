#include "ledger/check_message.hpp"

#include <algorithm>

#include "codec/de48.hpp"

namespace ledger::checking {
namespace {

template <std::size_t Size>
std::array<char, Size> digits_or_blanks(const codec::Message& message, int element) {
  std::array<char, Size> digits;
  if (message.has(element))
    message.digits(element, digits);
  else
    digits.fill(' ');
  return digits;
}

bool is_known(TransactionKind kind) {
  return kind >= TransactionKind::opening && kind <= kLastTransactionKind;
}

/// The first element that the keys need and the answer does not have; 0 when it has all.
int missing_element(const Stored& stored) {
  for (const int element : {7, 11, 39, 41, 42})
    if (!stored.answer.has(element)) return element;
  if (stored.head.kind == TransactionKind::reversal) return 0;
  for (const int element : {12, 13, 37})
    if (!stored.answer.has(element)) return element;
  return 0;
}

}  // namespace

std::string read_stored(std::string_view bytes, Stored& stored) {
  const auto view = decode_transaction(bytes);
  if (!view) return "its length is not that of its head, postings and answer";
  stored.view = *view;
  stored.head = view->head;
  stored.has_answer = stored.head.kind != TransactionKind::opening;
  if (!is_known(stored.head.kind)) return "its kind is none that there is";
  if (!stored.has_answer) return stored.view.answer.empty() ? "" : "an opening has no answer";
  const auto read = codec::read_message(codec::kIso87Binary, stored.view.answer, stored.answer);
  if (!read) return "its answer cannot be read: " + read.error().describe();
  if (const int element = missing_element(stored); element != 0)
    return "its answer has no DE " + std::to_string(element);
  stored.terminal = TerminalId::of(stored.answer.text(41));
  stored.merchant = MerchantId::of(stored.answer.text(42));
  return "";
}

RequestKey Stored::request_key() const {
  RequestKey key{};
  key.local_date = digits_or_blanks<4>(answer, 13);
  key.local_time = digits_or_blanks<6>(answer, 12);
  if (!answer.has(12) || !answer.has(13)) {  // a reversal's: DE 7 instead
    const auto transmitted = digits_or_blanks<10>(answer, 7);
    std::copy_n(transmitted.begin(), 4, key.local_date.begin());
    std::copy_n(transmitted.begin() + 4, 6, key.local_time.begin());
  }
  key.stan = digits_or_blanks<6>(answer, 11);
  key.station = head.station;
  key.mti = head.mti;
  key.terminal = terminal;
  key.merchant = merchant;
  return key;
}

OriginalKey Stored::original_key() const {
  OriginalKey key{};
  key.transmitted = digits_or_blanks<10>(answer, 7);
  key.stan = digits_or_blanks<6>(answer, 11);
  key.station = head.station;
  key.mti = head.mti;
  key.merchant = merchant;
  return key;
}

ReferenceKey Stored::reference() const {
  return reference_key(head.station, merchant, terminal, answer.text(37));
}

EarlyKey Stored::early_key() const {
  if (answer.has(90)) {
    const auto digits = digits_or_blanks<42>(answer, 90);
    OriginalKey named = original_key();
    std::copy_n(digits.begin() + 4, named.stan.size(), named.stan.begin());
    std::copy_n(digits.begin() + 10, named.transmitted.size(), named.transmitted.begin());
    std::uint16_t mti = 0;
    for (std::size_t i = 0; i < 4; ++i)
      mti = static_cast<std::uint16_t>(mti * 10 + digits[i] - '0');
    named.mti = codec::Mti{mti}.without_repeat().value;
    return ledger::early_key(named, terminal);
  }
  if (answer.has(37)) return ledger::early_key(head.station, answer.text(37), terminal, merchant);
  return ledger::early_key(request_key());
}

std::optional<std::string_view> Stored::order() const {
  if (!answer.has(48)) return std::nullopt;
  const auto tags = codec::TagList::read(answer.text(48));
  return tags ? tags->find(2) : std::nullopt;
}

std::optional<TotalsMark> totals_mark(const Stored& stored, const Stored* original) {
  const TransactionHead& head = stored.head;
  const bool counts_without_money = head.kind == TransactionKind::completion;  // of no seconds
  if (!head.approved() || (head.moved_won == 0 && !counts_without_money)) return std::nullopt;
  unsigned column = 0;
  switch (head.kind) {
    case TransactionKind::purchase:
    case TransactionKind::completion:
      column = 0;
      break;
    case TransactionKind::refund:
    case TransactionKind::sale:
    case TransactionKind::deposit:
    case TransactionKind::recharge:
      column = 2;
      break;
    case TransactionKind::reversal:
      if (original == nullptr || original->head.kind == TransactionKind::hold ||
          original->head.kind == TransactionKind::points_exchange)
        return std::nullopt;
      column = is_spending(original->head) ? 1 : 3;
      break;
    default:
      return std::nullopt;
  }
  return TotalsMark{totals_key(head.business_day, head.station, stored.merchant, stored.terminal),
                    column};
}

const Stored* StoredReader::read(Sequence sequence, bool* absent) {
  const auto found = source_.get(Table::transactions, number_key(sequence));
  if (absent != nullptr) *absent = found.absent();
  if (!found.there()) return nullptr;
  bytes_ = found.value;
  return read_stored(bytes_, stored_).empty() && stored_.has_answer ? &stored_ : nullptr;
}

void for_each_stored(Source& source, Sequence last,
                     const std::function<void(const Stored& stored)>& visit) {
  Stored stored;
  source.for_each_number(Table::transactions, last,
                         [&](std::uint64_t number, std::string_view bytes) {
                           if (number > last || !read_stored(bytes, stored).empty()) return;
                           if (stored.has_answer && stored.head.sequence == number) visit(stored);
                         });
}

}  // namespace ledger::checking
