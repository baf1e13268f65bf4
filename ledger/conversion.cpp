#include "ledger/conversion.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "ledger/records.hpp"

namespace ledger {
namespace {

/// The first 48 bytes of a card's record; all of it in version 1.
constexpr std::size_t kCardBytes1 = offsetof(CardRecord, verifier);

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

CardFileHead1 head_of(Table table, std::string_view key, std::string_view bytes) {
  const auto head = record_from<CardFileHead1>(bytes);
  if (!head) throw DamagedRecord(table, key, "it is too short for a card file of version 1");
  return *head;
}

CardRecord converted(std::string_view card, const CardFileHead1& file) {
  CardRecord to{};
  std::memcpy(&to, card.data(), kCardBytes1);
  to.verifier = file.verifier;
  to.password_key = file.password_key;
  return to;
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

/// The reader sees the tables as they were, whatever the writer has put already.
int convert_cards(const LmdbReader& reader, LmdbWriter& writer, std::uint64_t& cards) {
  int error = 0;
  LmdbCursor at(reader, Table::cards);
  for (bool found = at.seek({}); found && error == 0; found = at.next()) {
    const auto file = reader.get(Table::card_files, at.key());
    if (!file || at.value().size() != kCardBytes1)
      throw DamagedRecord(Table::cards, at.key(), "it is no card of version 1 with its file");
    const CardRecord card = converted(at.value(), head_of(Table::card_files, at.key(), *file));
    error = writer.put(Table::cards, at.key(), bytes_of(card));
    ++cards;
  }
  return error;
}

int convert_files(const LmdbReader& reader, LmdbWriter& writer) {
  int error = 0;
  LmdbCursor at(reader, Table::card_files);
  for (bool found = at.seek({}); found && error == 0; found = at.next()) {
    std::string value(bytes_of(converted(head_of(Table::card_files, at.key(), at.value()))));
    value += at.value().substr(sizeof(CardFileHead1));
    error = writer.put(Table::card_files, at.key(), value);
  }
  return error;
}

std::uint64_t convert_all(LmdbFile& file) {
  const LmdbReader reader(file);
  LmdbWriter writer(file);
  std::uint64_t cards = 0;
  int error = writer.begin();
  if (error == 0 && file.version() == 1) error = convert_cards(reader, writer, cards);
  if (error == 0 && file.version() == 1) error = convert_files(reader, writer);
  if (error == 0) error = writer.set_version(kFormatVersion);
  if (error == 0) error = writer.commit();
  if (error != 0) throw std::runtime_error(lmdb_error_text(error));
  return cards;
}

}  // namespace

std::uint64_t convert_to_this_version(LmdbFile& file) {
  try {
    return convert_all(file);
  } catch (const std::exception& failure) {
    throw std::runtime_error(
        "the data cannot be brought from format version " + std::to_string(file.version()) +
        " to version " + std::to_string(kFormatVersion) + ": " + std::string(failure.what()) +
        "; nothing was changed: make room or mend what is damaged, then start again, or start the "
        "program that wrote it");
  }
}

}  // namespace ledger
