#pragma once
/// One process a data folder.

#include <filesystem>

namespace ledger {

/// Holds the folder's lock as long as it lives; the system lets go of it when the process dies.
class DataLock {
 public:
  /// Throws std::runtime_error naming the process that holds it. `reading`: for one who must not
  /// change the folder; works on a read-only disk too.
  DataLock(const std::filesystem::path& folder, bool reading);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  int fd_ = -1;  // -1: a read-only disk, which nobody can write anyway
};

}  // namespace ledger
