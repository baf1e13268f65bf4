#include "ledger/records.hpp"

namespace ledger {

std::string encode(const CardFile& file) {
  CardFileHead head = file.head;
  head.customer_size = static_cast<std::uint8_t>(file.customer.size());
  head.hint_size = static_cast<std::uint8_t>(file.hint.size());
  std::string bytes(bytes_of(head));
  if (head.has_initial)
    bytes.append(reinterpret_cast<const char*>(file.initial.data()), file.initial.size());
  bytes += file.customer;
  bytes += file.hint;
  return bytes;
}

std::optional<CardFile> decode_card_file(std::string_view bytes) {
  const auto head = record_from<CardFileHead>(bytes);
  if (!head) return std::nullopt;
  CardFile file;
  file.head = *head;
  const std::size_t initial_size = head->has_initial ? file.initial.size() : 0;
  bytes.remove_prefix(sizeof(CardFileHead));
  if (bytes.size() != initial_size + head->customer_size + head->hint_size) return std::nullopt;
  std::memcpy(file.initial.data(), bytes.data(), initial_size);
  file.customer = bytes.substr(initial_size, head->customer_size);
  file.hint = bytes.substr(initial_size + head->customer_size);
  return file;
}

std::optional<TransactionView> decode_transaction(std::string_view bytes) {
  const auto head = record_from<TransactionHead>(bytes);
  if (!head) return std::nullopt;
  bytes.remove_prefix(sizeof(TransactionHead));
  const std::size_t postings_size = head->posting_count * sizeof(Posting);
  if (bytes.size() < postings_size + head->answer_size) return std::nullopt;
  TransactionView view;
  view.head = *head;
  view.postings = bytes.substr(0, postings_size);
  view.answer = base::as_bytes(bytes.substr(bytes.size() - head->answer_size));
  view.lines = bytes.substr(postings_size, bytes.size() - postings_size - head->answer_size);
  if (view.lines.size() != view.line_count() * sizeof(CardLine)) return std::nullopt;
  return view;
}

std::size_t TransactionView::line_count() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < head.posting_count; ++i)
    if (posting(i).account.kind == AccountKind::card) ++count;
  return count;
}

std::optional<CardEntry> TransactionView::entry_of(CardId card) const {
  std::size_t place = 0;
  for (std::size_t i = 0; i < head.posting_count; ++i) {
    const Posting line = posting(i);
    if (line.account == AccountKey::card(card))
      return CardEntry{line.amount_won,
                       *record_from<CardLine>(lines.substr(place * sizeof(CardLine)))};
    if (line.account.kind == AccountKind::card) ++place;
  }
  return std::nullopt;
}

EntryKind entry_kind(TransactionKind kind, bool at_telephone_station) {
  switch (kind) {
    case TransactionKind::purchase:
    case TransactionKind::completion:
      return at_telephone_station ? EntryKind::call : EntryKind::purchase;
    case TransactionKind::refund:
      return EntryKind::refund;
    case TransactionKind::reversal:
      return EntryKind::reversal;
    case TransactionKind::sale:
      return EntryKind::sale;
    case TransactionKind::deposit:
      return EntryKind::deposit;
    case TransactionKind::recharge:
      return EntryKind::recharge;
    case TransactionKind::points_exchange:
      return EntryKind::points_exchange;
    default:
      return EntryKind::none;
  }
}

KeyText<43> RequestKey::key() const {
  return KeyText<43>()
      .text({local_date.data(), local_date.size()})
      .text({local_time.data(), local_time.size()})
      .text({stan.data(), stan.size()})
      .number(station)
      .number(mti)
      .text(terminal.view())
      .text(merchant.view());
}

KeyText<35> OriginalKey::key() const {
  return KeyText<35>()
      .text({transmitted.data(), transmitted.size()})
      .text({stan.data(), stan.size()})
      .number(station)
      .number(mti)
      .text(merchant.view());
}

ReferenceKey reference_key(StationId station, const MerchantId& merchant,
                           const TerminalId& terminal, std::string_view reference) {
  return ReferenceKey()
      .number(station)
      .text(merchant.view())
      .text(terminal.view())
      .text(FixedText<12>::of(reference).view());
}

KeyText<29> totals_key(base::Date day, StationId station, const MerchantId& merchant,
                       const TerminalId& terminal) {
  return KeyText<29>().number(day).number(station).text(merchant.view()).text(terminal.view());
}

}  // namespace ledger
