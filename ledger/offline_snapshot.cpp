#include "ledger/offline_snapshot.hpp"

#include <array>
#include <stdexcept>

#include "ledger/data_folder.hpp"
#include "ledger/merged_scan.hpp"

namespace ledger {
namespace {

/// Before the lock, which would make a file in a folder that is none of ours.
const std::filesystem::path& with_ledger(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(data_file(folder)))
    throw std::runtime_error("there is no ledger in " + folder.string() +
                             "; name the folder that the switch was started with");
  return folder;
}

}  // namespace

OfflineSnapshot::OfflineSnapshot(const std::filesystem::path& folder)
    : folder_(with_ledger(folder)),
      lock_(folder, true),
      file_({.file = data_file(folder), .map_bytes = kDefaultMapBytes, .read_only = true}),
      reader_(file_) {}

RecoveryReport OfflineSnapshot::replay(FileLayer& files) {
  return read_journal(files, journal_folder(folder_), reader_.mark(),
                      [this](std::uint64_t, const JournalEntry& entry) {
                        overlay_.put(entry.table, HashedKey(entry.key), entry.value, entry.erased);
                      });
}

std::optional<std::string_view> OfflineSnapshot::get(Table table, std::string_view key) {
  Overlay::Found found;
  if (!overlay_.find(table, HashedKey(key), found)) return reader_.get(table, key);
  if (found.erased) return std::nullopt;
  return found.value;
}

void OfflineSnapshot::for_each(
    Table table, const std::function<bool(std::string_view, std::string_view)>& visit) {
  const std::array<const Overlay*, 1> overlays{&overlay_};
  scan_merged(overlays, reader_, table, {}, SIZE_MAX, visit);
}

std::unique_ptr<Snapshot> open_offline(const std::filesystem::path& folder) {
  refuse_unfit_folder(folder);
  auto snapshot = std::make_unique<OfflineSnapshot>(folder);
  snapshot->replay(system_files());
  return snapshot;
}

}  // namespace ledger
