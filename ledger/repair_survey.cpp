/// JournalRepair::survey: what lies behind the damage, as far as it can be read.

#include <algorithm>
#include <map>
#include <set>

#include "codec/describe.hpp"
#include "ledger/check_message.hpp"
#include "ledger/crc32c.hpp"
#include "ledger/journal_format.hpp"
#include "ledger/repair.hpp"

namespace ledger {
namespace {

using checking::Stored;

/// Behind the damage no record tells where the next one begins: every block may be one's first.
class Survey {
 public:
  Survey(const JournalDamage& damage, Snapshot& books, crypto::CardVault* vault,
         const JournalRepair::Visit& visit)
      : books_(books), vault_(vault), visit_(visit) {
    losses_.first_batch = losses_.last_batch = damage.first_lost;
  }

  void look_at(const std::vector<std::uint8_t>& bytes, std::uint64_t epoch, std::uint64_t from) {
    for (std::uint64_t at = from; at + kBlockBytes <= bytes.size();) {
      const auto header = decode_record_header(bytes.data() + at, epoch);
      at += kBlockBytes;
      if (!header || header->sequence < losses_.first_batch) continue;
      if (header->kind == RecordKind::start) {
        starts_.insert(header->sequence);
        continue;
      }
      losses_.last_batch = std::max(losses_.last_batch, header->sequence);
      const std::uint64_t payload_at = at - kBlockBytes + kRecordHeaderBytes;
      if (header->payload_bytes > bytes.size() - payload_at) continue;
      const std::string_view payload(reinterpret_cast<const char*>(bytes.data() + payload_at),
                                     header->payload_bytes);
      if (header->payload_crc != crc32c(epoch_seed(epoch), payload.data(), payload.size()))
        continue;
      take_batch(*header, payload);
    }
  }

  JournalLosses losses() {
    const auto starts = std::distance(starts_.begin(), starts_.upper_bound(losses_.last_batch));
    const std::uint64_t all = losses_.last_batch - losses_.first_batch + 1;
    const std::uint64_t seen = losses_.whole_batches + static_cast<std::uint64_t>(starts);
    losses_.unreadable_batches = all - std::min(all, seen);
    return losses_;
  }

 private:
  void take_batch(const RecordHeader& header, std::string_view payload) {
    ++losses_.whole_batches;
    std::vector<std::string_view> transactions;
    while (const auto entry = take_entry(payload)) {
      if (entry->table == Table::transactions) transactions.push_back(entry->value);
      // A card that was sold behind the damage is in no table.
      if (entry->table == Table::card_files) cards_[std::string(entry->key)] = entry->value;
    }
    for (const std::string_view bytes : transactions) take_transaction(header.sequence, bytes);
  }

  void take_transaction(std::uint64_t batch, std::string_view bytes) {
    Stored stored;
    if (!checking::read_stored(bytes, stored).empty()) return;
    LostTransaction lost;
    lost.batch = batch;
    lost.head = stored.head;
    if (stored.has_answer) {
      lost.terminal = stored.terminal.trimmed();
      lost.merchant = stored.merchant.trimmed();
      lost.stan = stored.answer.digits<6>(11).view();
    }
    lost.card = masked_card(stored.head);
    ++losses_.transactions;
    losses_.last_transaction = std::max(losses_.last_transaction, stored.head.sequence);
    visit_(lost);
  }

  std::string masked_card(const TransactionHead& head) {
    if (head.card == 0 || vault_ == nullptr) return "";
    const auto file = card_file(head.card);
    if (!file) return "";
    const bool by_pin = head.card_form == CardForm::pin;
    const auto digits =
        vault_->open(by_pin ? crypto::Secret::pin_number : crypto::Secret::card_number, head.card,
                     file->head.seal_key, by_pin ? file->head.pin : file->head.number);
    return digits ? codec::mask_card(digits->view()) : "";
  }

  std::optional<CardFile> card_file(CardId id) {
    const auto key = number_key(id);
    const auto found = cards_.find(std::string(std::string_view(key)));
    if (found != cards_.end()) return decode_card_file(found->second);
    try {
      const auto bytes = books_.get(Table::card_files, key);
      return bytes ? decode_card_file(*bytes) : std::nullopt;
    } catch (const DamagedRecord&) {
      return std::nullopt;  // the check names it
    }
  }

  Snapshot& books_;
  crypto::CardVault* vault_;
  const JournalRepair::Visit& visit_;
  JournalLosses losses_;
  std::set<std::uint64_t> starts_;  // their sequences; a start that came to nothing shares its own
  std::map<std::string, std::string> cards_;  // bounded by the journal
};

}  // namespace

JournalLosses JournalRepair::survey(crypto::CardVault* vault, const Visit& visit) {
  Survey survey(*damage_, snapshot_, vault, visit);
  for (const Segment& segment : segments_from_damage()) {
    // Where only the frame of a segment is damaged, its own records are behind the damage too.
    const bool cut_there =
        segment.path == damage_->segment && damage_->kind == JournalDamage::Kind::record;
    survey.look_at(load(segment.path), segment.epoch, cut_there ? damage_->offset : kBlockBytes);
  }
  return survey.losses();
}

}  // namespace ledger
