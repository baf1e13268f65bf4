#include "switch/restoring.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "crypto/card_vault.hpp"
#include "crypto/key_store.hpp"
#include "ledger/check.hpp"
#include "ledger/records.hpp"
#include "ledger/restore.hpp"
#include "switch/key_loading.hpp"

namespace core {
namespace {

void tell(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
}

/// A line at each tenth of each part.
class Teller {
 public:
  void operator()(int per_mille, std::string_view doing) {
    const int tenth = per_mille / 100;
    if (doing == doing_ && tenth == tenth_) return;
    doing_ = doing;
    tenth_ = tenth;
    tell(fmt::format("{}: {} %", doing, 10 * tenth));
  }

 private:
  std::string doing_;
  int tenth_ = -1;
};

/// The storage keys beside the new data, or null where there are none yet. Not having one of the
/// needed ids is told before anything is written.
std::shared_ptr<const crypto::FileKeyStore> load_keys(const config::Settings& settings,
                                                      const ledger::NeededKeys& needed) {
  if (!std::filesystem::exists(settings.key_file)) return nullptr;
  std::shared_ptr<const crypto::FileKeyStore> keys;
  if (crypto::FileKeyStore::is_wrapped(settings.key_file))
    keys = read_key_file(settings);
  else
    keys = crypto::FileKeyStore::load_clear(settings.key_file);
  const auto need = [&](crypto::KeyUse use, std::string_view name,
                        const std::set<std::uint16_t>& ids) {
    for (const std::uint16_t id : ids)
      if (keys->storage_key(use, id) == nullptr)
        throw std::runtime_error(
            fmt::format("the data needs the storage key {} {}, which is not in {}; bring back the "
                        "key file that belongs to this data",
                        name, id, settings.key_file.string()));
  };
  need(crypto::KeyUse::card_index, "card_index", needed.card_index);
  need(crypto::KeyUse::card_seal, "card_seal", needed.card_seal);
  need(crypto::KeyUse::password, "password", needed.password);
  return keys;
}

base::Date business_day(ledger::Snapshot& snapshot, ledger::Sequence sequence) {
  const auto bytes = snapshot.get(ledger::Table::transactions, ledger::number_key(sequence));
  const auto transaction = bytes ? ledger::decode_transaction(*bytes) : std::nullopt;
  return transaction ? transaction->head.business_day : 0;
}

/// Reads the new folder as a start would, and proves it.
std::string prove(const std::filesystem::path& folder, const crypto::KeyStore* keys,
                  const ledger::RestoreReport& restored) {
  const auto snapshot = ledger::open_restored(folder);
  std::unique_ptr<crypto::CardVault> vault;
  if (keys != nullptr) vault = std::make_unique<crypto::CardVault>(*keys);
  const ledger::CheckReport report = ledger::check_books(*snapshot, vault.get(), Teller());
  if (!report.right()) {
    tell(ledger::to_text(report));
    throw std::runtime_error(
        "what was restored is not right, see above; with another data's key file every card is "
        "wrong: bring back the right one. Otherwise take another backup");
  }
  return fmt::format(
      "restored to transaction #{} (batch {}), business day {}: {} transactions, {} "
      "cards holding {} won; the books are right",
      restored.last_sequence, restored.last_batch, business_day(*snapshot, restored.last_sequence),
      report.transactions, report.cards, report.cards_won);
}

}  // namespace

void restore_data(const config::CommandLine& command) {
  const config::Settings settings = config::load_settings(command);
  ledger::FileLayer& files = ledger::system_files();
  const ledger::Manifest manifest = ledger::read_backup(files, *command.restore, Teller());
  tell(fmt::format("a backup of {} by {}, restorable from transaction #{} to #{}",
                   base::iso_seoul(manifest.time_us), manifest.program, manifest.first_sequence,
                   manifest.last_sequence));
  const auto keys = load_keys(settings, manifest.keys);
  tell("writing " + settings.data_folder.string());
  const ledger::RestoreReport restored = ledger::restore_backup(
      files, manifest,
      {.backup = *command.restore,
       .target = settings.data_folder,
       .key_files = {settings.key_file, settings.data_folder / settings.master_key},
       .to_sequence = command.to_sequence,
       .map_bytes = settings.ledger.map_bytes,
       .time_us = base::system_now()});
  const std::string outcome = prove(settings.data_folder, keys.get(), restored);
  ledger::finish_restore(files, settings.data_folder);
  if (command.to_sequence && restored.last_sequence > *command.to_sequence)
    tell(fmt::format("#{} was committed in one batch with those up to #{}, which are there too",
                     *command.to_sequence, restored.last_sequence));
  if (!keys)
    tell(
        fmt::format("not looked at: card numbers, PIN#s and passwords, for there is no key file "
                    "{}; put the one of this data there before the start",
                    settings.key_file.string()));
  tell(outcome);
}

}  // namespace core
