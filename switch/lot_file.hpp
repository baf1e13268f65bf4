#pragma once
/// The file of a lot for the card printer, made from a settled snapshot: docs/printer_file.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "crypto/card_vault.hpp"
#include "ledger/lots.hpp"
#include "ledger/store.hpp"

namespace core {

struct LotFileOrder {
  std::uint32_t lot = 0;
  std::int64_t face_won = 0;
  std::filesystem::path file;  ///< complete; must not be there
  base::TimeUs now = 0;
};

struct LotFileOutcome {
  std::uint32_t cards = 0;  ///< in the file
  std::uint32_t sold = 0;   ///< left out: sold before the file was made
  std::uint64_t bytes = 0;
  std::uint16_t key_id = 0;
};

/// Sealed under the present printer key of the vault's key store, which must have one; for its
/// owner only, and on disk when this returns. Throws std::runtime_error with a sentence, and what
/// `progress` throws; then there is no file, or one that only lacks the last sync. Any thread.
LotFileOutcome write_lot_file(
    ledger::Snapshot& snapshot, crypto::CardVault& vault, const LotFileOrder& order,
    const std::function<void(std::uint64_t done, std::uint64_t of)>& progress);

}  // namespace core
