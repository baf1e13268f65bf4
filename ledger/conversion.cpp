#include "ledger/conversion.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "ledger/damaged_record.hpp"
#include "ledger/records.hpp"

namespace ledger {
namespace {

/// The first 48 bytes of a card's record; all of it in version 1. In versions 2 and 3 it ended
/// before the points.
constexpr std::size_t kCardBytes1 = offsetof(CardRecord, verifier);
constexpr std::size_t kCardBytes3 = offsetof(CardRecord, points);

/// What stood at the front of a card's file in version 1.
struct CardFileHead1 {
  CardId id;
  Sequence sold_by;
  crypto::IndexHash number_hash, pin_hash;
  crypto::PasswordVerifier verifier, initial_verifier;
  crypto::Sealed number, pin;
  std::uint16_t seal_key, index_key, password_key, initial_password_key;
  std::uint8_t product, from_lot, has_initial, customer_size, hint_size;
  std::array<std::uint8_t, 5> reserved;
};
static_assert(sizeof(CardFileHead1) == 192);

/// A transaction's, up to version 3.
struct TransactionHead3 {
  Sequence sequence;
  base::TimeUs time_us;
  CardId card;
  std::int64_t amount_won, moved_won;
  Sequence original, previous_original, previous_reference;
  std::uint64_t unknown_card;
  base::Date business_day;
  std::uint32_t processing_code;
  std::uint16_t mti;
  StationId station;
  std::array<char, 2> code;
  std::array<char, 6> approval;
  TransactionKind kind;
  CardForm card_form;
  std::uint16_t answer_size;
  std::uint32_t posting_count, lasts_s;
};
static_assert(sizeof(TransactionHead3) == 104);
constexpr std::size_t kHoldBytes3 = offsetof(HoldRecord, rate);
constexpr std::size_t kProductBytes3 = offsetof(ProductRecord, ended);

template <class Record>
Record read_old(Table table, std::string_view key, std::string_view bytes, const char* what) {
  const auto record = record_from<Record>(bytes);
  if (!record) throw DamagedRecord(table, key, "it is too short for " + std::string(what));
  return *record;
}

CardFileHead converted(const CardFileHead1& from) {
  CardFileHead to{};
  to.id = from.id;
  to.sold_by = from.sold_by;
  to.number_hash = from.number_hash;
  to.pin_hash = from.pin_hash;
  to.initial_verifier = from.initial_verifier;
  to.number = from.number;
  to.pin = from.pin;
  to.seal_key = from.seal_key;
  to.index_key = from.index_key;
  to.initial_password_key = from.initial_password_key;
  to.product = from.product;
  to.from_lot = from.from_lot;
  to.has_initial = from.has_initial;
  to.customer_size = from.customer_size;
  to.hint_size = from.hint_size;
  return to;
}

TransactionHead converted(const TransactionHead3& from) {
  TransactionHead to{};
  to.sequence = from.sequence;
  to.time_us = from.time_us;
  to.card = from.card;
  to.amount_won = from.amount_won;
  to.moved_won = from.moved_won;
  to.original = from.original;
  to.previous_original = from.previous_original;
  to.previous_reference = from.previous_reference;
  to.unknown_card = from.unknown_card;
  to.business_day = from.business_day;
  to.processing_code = from.processing_code;
  to.mti = from.mti;
  to.station = from.station;
  to.code = from.code;
  to.approval = from.approval;
  to.kind = from.kind;
  to.card_form = from.card_form;
  to.answer_size = from.answer_size;
  to.posting_count = from.posting_count;
  to.lasts_s = from.lasts_s;
  return to;
}

/// One table after the other; the reader sees them as they were, whatever was put already.
class Conversion {
 public:
  explicit Conversion(LmdbFile& file) : reader_(file), writer_(file), version_(file.version()) {}

  int run() {
    if (const int error = writer_.begin(); error != 0) return error;
    each(Table::cards, [this](auto key, auto value) { return card(key, value); });
    if (version_ == 1)
      each(Table::card_files, [this](auto key, auto value) { return card_file(key, value); });
    each(Table::holds, [](auto key, auto value) {
      return grown<HoldRecord>(Table::holds, key, value, kHoldBytes3);
    });
    each(Table::products, [](auto key, auto value) {
      return grown<ProductRecord>(Table::products, key, value, kProductBytes3);
    });
    each(Table::merchants, [this](auto key, auto value) { return merchant(key, value); });
    each(Table::transactions, [this](auto key, auto value) { return transaction(key, value); });
    if (error_ == 0) error_ = writer_.set_version(kFormatVersion);
    if (error_ == 0) error_ = writer_.commit();
    return error_;
  }
  std::uint64_t cards() const { return cards_; }

 private:
  struct Chain {
    Sequence last = 0;
    std::int64_t balance_won = 0;
    std::uint32_t count = 0;
  };

  template <class Convert>
  void each(Table table, Convert&& convert) {
    LmdbCursor at(reader_, table);
    for (bool found = at.seek({}); found && error_ == 0; found = at.next())
      error_ = writer_.put(table, at.key(), convert(at.key(), at.value()));
  }

  /// What is new stands behind what was there, and is zero.
  template <class Record>
  static std::string grown(Table table, std::string_view key, std::string_view value,
                           std::size_t old_size) {
    if (value.size() != old_size)
      throw DamagedRecord(table, key, "it is not of its size before version 4");
    std::string record(value);
    record.resize(sizeof(Record), '\0');
    return record;
  }

  std::string card(std::string_view key, std::string_view value) {
    const auto file = reader_.get(Table::card_files, key);
    if (!file || value.size() != (version_ == 1 ? kCardBytes1 : kCardBytes3))
      throw DamagedRecord(Table::cards, key, "it is no card with its file");
    CardRecord to{};
    std::memcpy(&to, value.data(), value.size());
    if (version_ == 1) {
      const auto head =
          read_old<CardFileHead1>(Table::card_files, key, *file, "a card file of version 1");
      to.verifier = head.verifier;
      to.password_key = head.password_key;
      to.registered = head.customer_size != 0;
    } else {
      to.registered =
          read_old<CardFileHead>(Table::card_files, key, *file, "a card file").customer_size != 0;
    }
    ++cards_;
    return std::string(bytes_of(to));
  }

  static std::string card_file(std::string_view key, std::string_view value) {
    std::string file(bytes_of(converted(
        read_old<CardFileHead1>(Table::card_files, key, value, "a card file of version 1"))));
    return file.append(value.substr(sizeof(CardFileHead1)));
  }

  std::string merchant(std::string_view key, std::string_view value) {
    const auto record = read_old<MerchantRecord>(Table::merchants, key, value, "a merchant");
    sells_calls_[std::string(key)] = record.mcc == 4812 || record.mcc == 4814;
    return std::string(value);
  }

  std::string transaction(std::string_view key, std::string_view value) {
    const auto old = read_old<TransactionHead3>(Table::transactions, key, value, "a transaction");
    value.remove_prefix(sizeof old);
    const std::size_t postings_size = old.posting_count * sizeof(Posting);
    if (value.size() != postings_size + old.answer_size)
      throw DamagedRecord(Table::transactions, key, "it is not as long as it says");
    TransactionHead head = converted(old);
    std::string lines;
    bool at_telephone = false;
    for (std::size_t i = 0; i < old.posting_count; ++i) {
      const Posting line = *record_from<Posting>(value.substr(i * sizeof(Posting)));
      if (line.account.kind == AccountKind::card) lines += card_line(line, head);
      if (line.account.kind == AccountKind::merchant_payable)
        at_telephone = sells_calls_[std::string(line.account.name.data(), 15)];
    }
    if (!lines.empty()) head.entry = entry_kind(head.kind, at_telephone);
    std::string to(bytes_of(head));
    to += value.substr(0, postings_size);
    to += lines;
    return to.append(value.substr(postings_size));
  }

  std::string card_line(const Posting& posting, const TransactionHead& head) {
    const CardId id = posting.account.card_id();
    Chain& chain = chains_[id];
    CardLine line{chain.last, chain.balance_won + posting.amount_won, chain.count + 1, 0};
    chain = {head.sequence, line.balance_won, line.number};
    if (line.number % kMilestoneEvery == 0 && error_ == 0)
      error_ = writer_.put(Table::card_milestones, milestone_key(id, line.number / kMilestoneEvery),
                           bytes_of(MilestoneRecord{head.sequence, head.time_us}));
    return std::string(bytes_of(line));
  }

  const LmdbReader reader_;
  LmdbWriter writer_;
  const std::uint32_t version_;
  int error_ = 0;
  std::uint64_t cards_ = 0;
  std::unordered_map<std::string, bool> sells_calls_;  // by merchant
  std::unordered_map<CardId, Chain> chains_;
};

}  // namespace

std::uint64_t convert_to_this_version(LmdbFile& file) {
  try {
    Conversion conversion(file);
    if (const int error = conversion.run(); error != 0)
      throw std::runtime_error(lmdb_error_text(error));
    return conversion.cards();
  } catch (const std::exception& failure) {
    throw std::runtime_error(
        "the data cannot be brought from format version " + std::to_string(file.version()) +
        " to version " + std::to_string(kFormatVersion) + ": " + std::string(failure.what()) +
        "; nothing was changed: make room or mend what is damaged, then start again, or start the "
        "program that wrote it");
  }
}

}  // namespace ledger
