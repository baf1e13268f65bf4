#pragma once
/// Writes a backup of a running store: the tables as of a window's end, then the journal behind it.
///
///   folder made → tables copied, entry by entry → the journal up to now → everything read back
///   → manifest, the last to get its name
///
/// So it holds every batch that was durable before it was asked for, and those that came while the
/// tables were copied; a restore may end at any of them that is behind the tables' mark.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "ledger/backup_folder.hpp"
#include "ledger/store.hpp"

namespace ledger {

class JournalHold;

struct BackupRequest {
  std::filesystem::path folder;  ///< complete; absent, or empty; not in the data folder
  base::TimeUs time_us = 0;      ///< these two are for the manifest
  std::string program;
  /// Done of all, 0 to 1000; called by the backup's thread. What it throws ends the backup.
  std::function<void(int per_mille, std::string_view doing)> progress;
  /// Called once, by the backup's thread or another: a sentence why there is no backup, or none and
  /// what was written.
  std::function<void(const std::string& error, const Manifest& manifest)> done;
};

/// What a backup is made from.
struct BackupSource {
  FileLayer& files;
  const std::filesystem::path& data_folder;
  std::uint64_t map_bytes = 0;
  std::uint64_t data_bytes = 0;  ///< about the size of the tables
  Snapshot& snapshot;            ///< at hold.mark()
  JournalHold& hold;
};

/// The backup's thread. Throws std::runtime_error with a sentence (SnapshotExpired too), and has
/// then removed what it had written.
Manifest write_backup(const BackupSource& source, const BackupRequest& request);

}  // namespace ledger
