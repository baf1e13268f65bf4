/// Card files against their cards, the two indexes of numbers, and what is sealed.

#include <algorithm>

#include "ledger/cards.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

using crypto::Secret;

constexpr std::size_t kLongestCustomer = 20, kLongestHint = 60;
constexpr std::size_t kShortestPassword = 4, kLongestPassword = 12;

std::string_view key_of(const crypto::IndexHash& hash) { return base::as_text(hash); }

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Of a lot: never sold, or sold from stock. Everything else was made by its sale.
bool is_of_lot(const CardSums& sums) { return sums.state == kNeverSold || sums.sold_from_stock; }

/// Kept until a new card is activated; a lot card's is erased by its sale.
bool has_initial(const CardSums& sums) {
  return is_of_lot(sums) ? sums.sold_day == 0 : sums.state == CardState::sold;
}

std::string file_complaint(CardId id, const CardFile& file, const CardSums& sums) {
  const CardFileHead& head = file.head;
  if (head.id != id) return "holds another number than its key";
  if (!sums.has_record) return "it belongs to no card";
  if (head.sold_by != sums.sold_by)
    return "says that transaction " + std::to_string(head.sold_by) + " sold it; it was " +
           std::to_string(sums.sold_by);
  if (head.product != sums.product) return "its product is not its card's";
  if (head.from_lot != (is_of_lot(sums) ? 1 : 0))
    return "whether it is of a lot is not what its sale says";
  if (head.has_initial != (has_initial(sums) ? 1 : 0))
    return head.has_initial != 0 ? "its initial password should have been erased"
                                 : "its initial password is not there";
  if (head.seal_key == 0 || head.index_key == 0) return "it names no key";
  if (file.customer.size() > kLongestCustomer || file.hint.size() > kLongestHint)
    return "customer id or hint is too long";
  if (head.reserved != decltype(head.reserved){}) return "its reserved bytes are not zero";
  if (is_of_lot(sums) != (head.initial_password_key != 0))
    return "only a card of a lot keeps its initial verifier's key";
  if (!is_of_lot(sums) && head.initial_verifier != crypto::PasswordVerifier{})
    return "only a card of a lot keeps its initial verifier";
  return "";
}

/// Sealed texts open, are what they should be, and are found under their hash.
std::string opened_complaint(crypto::CardVault& vault, const CardFile& file) {
  const CardFileHead& head = file.head;
  // Throws where the key is not there, as opening does.
  if (head.initial_password_key != 0) (void)vault.verifier(head.id, head.initial_password_key, "");
  const auto number = vault.open(Secret::card_number, head.id, head.seal_key, head.number);
  if (!number) return "its sealed card number does not open";
  if (number->view().size() != kCardNumberSize || !is_digits(*number) || !has_valid_luhn(*number))
    return "its card number is none";
  if (vault.index_hash(Secret::card_number, *number, head.index_key) != head.number_hash)
    return "its card number is not the one it is found by";
  const auto pin = vault.open(Secret::pin_number, head.id, head.seal_key, head.pin);
  if (!pin) return "its sealed PIN# does not open";
  if (pin->view().size() != kPinNumberSize || !is_digits(*pin)) return "its PIN# is none";
  if (vault.index_hash(Secret::pin_number, *pin, head.index_key) != head.pin_hash)
    return "its PIN# is not the one it is found by";
  if (head.has_initial == 0) return "";
  const auto initial = vault.open(Secret::initial_password, head.id, head.seal_key, file.initial);
  if (!initial) return "its sealed initial password does not open";
  if (initial->view().size() < kShortestPassword || initial->view().size() > kLongestPassword ||
      !is_digits(*initial))
    return "its initial password is none";
  return "";
}

/// Whether the card has the password that its file, which was found right, says.
std::string stored_password_complaint(crypto::CardVault& vault, const CardRecord& card,
                                      const CardFile& file) {
  const CardFileHead& head = file.head;
  (void)vault.verifier(head.id, card.password_key, "");
  if (head.has_initial == 0) return "";
  const auto initial = vault.open(Secret::initial_password, head.id, head.seal_key, file.initial);
  const bool is_right = initial && password_is_right(vault, head.id, card, *initial);
  return is_right ? "" : "its initial password is not its password";
}

/// What the complaint is, or that a key is missing.
template <class Complaint>
std::string complaint_with_keys(Complaint&& complaint) {
  try {
    return complaint();
  } catch (const std::runtime_error&) {
    return "a key that it names is not in the key file";
  }
}

void check_password(Source& source, crypto::CardVault* vault, const CardFile& file) {
  const auto key = number_key(file.head.id);
  const auto found = source.get(Table::cards, key);
  const auto card = found.there() ? record_from<CardRecord>(found.value) : std::nullopt;
  if (!card) return;  // told where cards are looked at
  const bool in_stock = file.head.from_lot != 0 && card->state == CardState::stock;
  std::string what;
  if (in_stock && (card->verifier != file.head.initial_verifier ||
                   card->password_key != file.head.initial_password_key)) {
    what = "a card in stock has its initial password";
    source.add(Table::card_files, key, what + "; which of the two is wrong cannot be told");
  }
  if (what.empty() && vault != nullptr) what = password_complaint(*vault, *card, file);
  if (!what.empty()) source.add(Table::cards, key, std::move(what));
}

/// Which records of one index do not agree with the card files.
void look_at_index(Source& source, Table table, crypto::IndexHash CardFileHead::*hash) {
  source.for_each(table, [&](std::string_view key, std::string_view value) {
    const auto reference = record_from<CardReference>(value);
    if (!reference || key.size() != sizeof(crypto::IndexHash)) return;
    const auto found = source.get(Table::card_files, number_key(reference->card));
    const auto file = found.there() ? decode_card_file(found.value) : std::nullopt;
    if (found.absent()) source.add(table, key, "its card is not there");
    if (file && key_of(file->head.*hash) != key)
      source.add(table, key, "its card is found by another number");
  });
  source.for_each(Table::card_files, [&](std::string_view card, std::string_view value) {
    const auto file = decode_card_file(value);
    if (!file || std::string_view(number_key(file->head.id)) != card) return;
    const auto found = source.get(table, key_of(file->head.*hash));
    const auto reference = found.there() ? record_from<CardReference>(found.value) : std::nullopt;
    const std::string name = "card " + std::to_string(file->head.id);
    if (found.absent())
      source.add(table, key_of(file->head.*hash), "is missing: " + name + " is found by it");
    else if (reference && reference->card != file->head.id)
      source.add(table, key_of(file->head.*hash), "should lead to " + name);
  });
}

void check_index(Source& source, Table table, crypto::IndexHash CardFileHead::*hash,
                 Fingerprint left) {
  source.for_each(table, [&](std::string_view key, std::string_view value) {
    if (key.size() != sizeof(crypto::IndexHash))
      source.add(table, key, "the key is no hash of a number");
    const auto reference = source.record<CardReference>(table, key, value);
    if (reference) left -= mark_of(key, reference->card);
  });
  if (left != 0) look_at_index(source, table, hash);
}

}  // namespace

void check_card_files(Source& source, State& state, crypto::CardVault* vault) {
  source.for_each_number(Table::card_files, state.last_card,
                         [&](CardId id, std::string_view value) {
                           CardSums* const sums = state.card(id);
                           const auto add = [&](std::string what) {
                             source.add(Table::card_files, number_key(id), std::move(what));
                           };
                           if (sums == nullptr) return add("it belongs to no card");
                           sums->has_file = true;
                           const auto file = decode_card_file(value);
                           if (!file) return add("its length is not that of its parts");
                           state.card_numbers += mark_of(key_of(file->head.number_hash), id);
                           state.pin_numbers += mark_of(key_of(file->head.pin_hash), id);
                           std::string what = file_complaint(id, *file, *sums);
                           if (what.empty()) what = lot_complaint(source, state, file->head);
                           if (what.empty() && vault != nullptr)
                             what = ledger::sealed_complaint(*vault, *file);
                           if (what.empty() && file->customer.empty() == sums->registered) {
                             what = "whether it has an owner, card and file say otherwise";
                             source.add(Table::cards, number_key(id), what);
                           }
                           if (what.empty())
                             check_password(source, vault, *file);
                           else
                             add(std::move(what));
                         });
  for (CardId id = 1; id <= state.cards.size(); ++id) {
    const CardSums& sums = state.cards[id - 1];
    if (sums.has_record && !sums.has_file && source.get(Table::card_files, number_key(id)).absent())
      source.add(Table::card_files, number_key(id), "is missing");
  }
}

void check_card_indexes(Source& source, State& state) {
  check_index(source, Table::card_numbers, &CardFileHead::number_hash, state.card_numbers);
  check_index(source, Table::pin_numbers, &CardFileHead::pin_hash, state.pin_numbers);
}

}  // namespace ledger::checking

namespace ledger {

std::string sealed_complaint(crypto::CardVault& vault, const CardFile& file) {
  return checking::complaint_with_keys([&] { return checking::opened_complaint(vault, file); });
}

std::string password_complaint(crypto::CardVault& vault, const CardRecord& card,
                               const CardFile& file) {
  return checking::complaint_with_keys(
      [&] { return checking::stored_password_complaint(vault, card, file); });
}

}  // namespace ledger
