#include "switch/lot_file.hpp"

#include <stdexcept>

#include "base/new_file.hpp"
#include "crypto/printer_file.hpp"
#include "crypto/random.hpp"

namespace core {

namespace {

using crypto::Chunk;
using crypto::KeyUse;

ledger::LotRecord lot_of(ledger::Snapshot& snapshot, std::uint32_t number) {
  const auto bytes = snapshot.get(ledger::Table::lots, ledger::lot_key(number));
  const auto lot = bytes ? ledger::record_from<ledger::LotRecord>(*bytes) : std::nullopt;
  if (!lot) throw std::runtime_error("the lot cannot be read: run `cpctl check`");
  return *lot;
}

crypto::PrinterFileHead head_of(const LotFileOrder& order, std::uint16_t key_id) {
  crypto::PrinterFileHead head;
  head.lot = order.lot;
  head.key_id = key_id;
  head.face_won = order.face_won;
  head.made_s = order.now / base::kMicrosPerSecond;
  return head;
}

}  // namespace

LotFileOutcome write_lot_file(
    ledger::Snapshot& snapshot, crypto::CardVault& vault, const LotFileOrder& order,
    const std::function<void(std::uint64_t done, std::uint64_t of)>& progress) {
  LotFileOutcome outcome;
  outcome.key_id = vault.keys().current_id(KeyUse::printer);
  crypto::SystemRandom random;
  crypto::PrinterFileWriter writer(*vault.keys().storage_key(KeyUse::printer, outcome.key_id),
                                   head_of(order, outcome.key_id), random);
  base::NewFile file(order.file);
  const auto put = [&](const std::string& bytes) {
    file.write(bytes);
    outcome.bytes += bytes.size();
  };
  put(writer.head());
  ledger::LotVisits visits;
  visits.progress = progress;
  visits.card = [&](const ledger::CardSecrets& card) {
    if (writer.has_chunk()) put(writer.seal(Chunk::more));
    writer.add(card.number, card.pin, card.initial_password);
    ++outcome.cards;
  };
  outcome.sold = ledger::visit_lot(snapshot, vault, lot_of(snapshot, order.lot), visits);
  put(writer.seal(Chunk::last));
  file.keep();
  return outcome;
}

}  // namespace core
