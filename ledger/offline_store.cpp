/// open_offline: a look at a folder that no switch has open.

#include <array>
#include <stdexcept>

#include "ledger/data_folder.hpp"
#include "ledger/data_lock.hpp"
#include "ledger/durable_store.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/merged_scan.hpp"
#include "ledger/overlay.hpp"
#include "ledger/recovery.hpp"

namespace ledger {
namespace {

class OfflineSnapshot : public Snapshot {
 public:
  explicit OfflineSnapshot(const std::filesystem::path& folder)
      : lock_(folder, true),
        file_({.file = data_file(folder), .map_bytes = kDefaultMapBytes, .read_only = true}),
        reader_(file_) {
    read_journal(system_files(), journal_folder(folder), reader_.mark(),
                 [this](std::uint64_t sequence, const JournalEntry& entry) {
                   overlay_.put(entry.table, HashedKey(entry.key), entry.value, entry.erased,
                                sequence);
                 });
  }

  std::optional<std::string_view> get(Table table, std::string_view key) override {
    Overlay::Found found;
    if (!overlay_.find(table, HashedKey(key), found)) return reader_.get(table, key);
    if (found.erased) return std::nullopt;
    return found.value;
  }

  void for_each(Table table,
                const std::function<bool(std::string_view, std::string_view)>& visit) override {
    const std::array<const Overlay*, 1> overlays{&overlay_};
    scan_merged(overlays, reader_, table, {}, SIZE_MAX, visit);
  }

 private:
  DataLock lock_;
  LmdbFile file_;
  LmdbReader reader_;
  Overlay overlay_;
};

}  // namespace

std::unique_ptr<Snapshot> open_offline(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(data_file(folder)))
    throw std::runtime_error("there is no ledger in " + folder.string() +
                             "; name the folder that the switch was started with");
  return std::make_unique<OfflineSnapshot>(folder);
}

}  // namespace ledger
