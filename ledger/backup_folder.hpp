#pragma once
/// A backup on disk: what lies where, and the manifest that says that it is whole.
///
///   DIR/ledger.mdb            the tables as of a mark
///   DIR/journal/segment-…     the journal behind the mark, each segment only as long as it is used
///   DIR/manifest.unfinished   from the first moment on; empty
///   DIR/manifest              takes its place last, when everything else is on disk
///
/// docs/ledger_format.md, "A backup", stands beside this file.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ledger/file_layer.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/records.hpp"

namespace ledger {

inline constexpr std::uint32_t kBackupVersion = 1;
inline constexpr std::string_view kManifestName = "manifest";
inline constexpr std::string_view kUnfinishedManifestName = "manifest.unfinished";

/// Ids of the storage keys without which some card of the data cannot be found, read or checked.
struct NeededKeys {
  std::set<std::uint16_t> card_index, card_seal, password;

  void add(const CardFileHead& head);
  void add(const CardRecord& card);
  friend bool operator==(const NeededKeys&, const NeededKeys&) = default;
};

struct BackupFile {
  std::string name;  ///< below the backup's folder, e.g. `journal/segment-0000000000000001`
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;  ///< CRC-32C of all of it
  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct Manifest {
  base::TimeUs time_us = 0;                      ///< when it was asked for, by the switch's clock
  std::string program;                           ///< e.g. `cpswitch 0.1.0`
  std::uint64_t mark_batch = 0, mark_epoch = 0;  ///< of the tables
  std::uint64_t last_batch = 0;                  ///< of the journal; the mark's when it has none
  /// A restore may end at any of these transactions.
  Sequence first_sequence = 0, last_sequence = 0;
  NeededKeys keys;
  std::vector<BackupFile> files;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Lines `name value …`, the last one a checksum over all before it.
std::string to_text(const Manifest& manifest);
/// Throws std::runtime_error that says what to do: unfinished, no backup, damaged, or of another
/// version.
Manifest read_manifest(FileLayer& files, const std::filesystem::path& folder);

/// Whether the folder is a backup, whole or not.
bool is_backup(const std::filesystem::path& folder);

/// Size and checksum of a file; `step` is called now and then with the bytes read since, and may
/// throw. Throws std::runtime_error when it cannot be read.
BackupFile measure_file(FileLayer& files, const std::filesystem::path& folder,
                        const std::string& name,
                        const std::function<void(std::uint64_t bytes)>& step);

/// Makes the file with these bytes, on disk when it returns. Throws std::runtime_error.
void write_small_file(FileLayer& files, const std::filesystem::path& path, std::string_view bytes);

}  // namespace ledger
