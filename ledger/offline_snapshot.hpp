#pragma once
/// The data of a folder that no switch has open: LMDB, and over it what the journal holds beyond
/// its mark. Changes nothing; holds the folder's lock as long as it lives.

#include <filesystem>

#include "ledger/data_lock.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/overlay.hpp"
#include "ledger/recovery.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// One thread. Until replay() it shows LMDB alone, which may be in the middle of a window.
class OfflineSnapshot : public Snapshot {
 public:
  /// Throws std::runtime_error: no ledger there, a process holds the lock, no LMDB file.
  explicit OfflineSnapshot(const std::filesystem::path& folder);

  /// Once. Throws as read_journal does; after JournalDamaged it shows everything before the damage.
  RecoveryReport replay(FileLayer& files);

  std::optional<std::string_view> get(Table table, std::string_view key) override;
  void for_each(Table table,
                const std::function<bool(std::string_view, std::string_view)>& visit) override;

 private:
  const std::filesystem::path folder_;
  DataLock lock_;
  LmdbFile file_;
  LmdbReader reader_;
  Overlay overlay_;
};

}  // namespace ledger
