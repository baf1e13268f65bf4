#pragma once
/// Makes a data folder from a backup, as of its end or of a transaction in its journal.
///
///   read_backup (every byte's checksum) → restore_backup → open_restored (to be proved by whoever
///   restores) → finish_restore
///
/// From the first moment to finish_restore() the new folder is marked: no switch starts on it, and
/// another restore begins it anew. Its journal begins in an epoch that no other folder of this data
/// has ever used, so that a segment from elsewhere is never taken for one of its own.
///
/// One thread. What goes wrong is a std::runtime_error with a sentence that says what to do.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/backup_folder.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// Done of all, 0 to 1000.
using RestoreProgress = std::function<void(int per_mille, std::string_view doing)>;

struct RestoreOptions {
  std::filesystem::path backup;
  std::filesystem::path target;                  ///< absent, or empty but for its key files
  std::vector<std::filesystem::path> key_files;  ///< of the target: what may be there already
  std::optional<Sequence> to_sequence;  ///< the last transaction; nothing: the backup's last
  std::uint64_t map_bytes = 0;
  base::TimeUs time_us = 0;  ///< real time: the epoch's beginning
};

struct RestoreReport {
  Sequence last_sequence = 0;  ///< in the new folder
  std::uint64_t last_batch = 0;
};

/// Reads the manifest and compares every file with it.
Manifest read_backup(FileLayer& files, const std::filesystem::path& backup,
                     const RestoreProgress& progress);

/// `manifest` is read_backup's. A batch is whole or not there: the transactions of the batch that
/// `to_sequence` is in come with it, also those with higher numbers.
RestoreReport restore_backup(FileLayer& files, const Manifest& manifest,
                             const RestoreOptions& options);

/// The restored folder, though it is still marked.
std::unique_ptr<Snapshot> open_restored(const std::filesystem::path& folder);

/// From now on a switch may start on it.
void finish_restore(FileLayer& files, const std::filesystem::path& folder);

}  // namespace ledger
