#include "ledger/data_folder.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <system_error>

#include "ledger/backup_folder.hpp"
#include "ledger/journal_format.hpp"

namespace ledger {

void check_options(const StoreOptions& options) {
  const auto need = [](bool right, const char* what) {
    if (!right) throw std::runtime_error(std::string("the store's settings are wrong: ") + what);
  };
  need(options.segment_bytes % kBlockBytes == 0, "the segment size must be a multiple of 4 KiB");
  need(options.segment_bytes >= kMinSegmentBytes && options.segment_bytes <= kMaxSegmentBytes,
       "the segment size must be from 16 KiB to 1 GiB");
  need(options.journal_bytes >= 4 * options.segment_bytes,
       "the journal's bound must be four segments or more");
  need(options.overlay_bytes > 0, "the overlay's bound must be more than nothing");
  need(options.max_batch_bytes > 0, "the batch's bound must be more than nothing");
  need(options.window_us > 0, "the window must be longer than nothing");
  need(options.map_bytes % kBlockBytes == 0 && options.map_bytes >= 64 * kBlockBytes,
       "the map must be a multiple of 4 KiB and 256 KiB or more");
  need(options.slice_pages > 0, "a slice must have a page or more");
}

void refuse_unfit_folder(const std::filesystem::path& folder) {
  if (is_backup(folder))
    throw std::runtime_error(folder.string() +
                             " is a backup, no data folder; bring it back into a new folder with "
                             "`cpswitch --restore " +
                             folder.string() + " --data NEW`");
  if (std::filesystem::exists(restore_mark(folder)))
    throw std::runtime_error("a restore into " + folder.string() +
                             " has not come to its end; give the same `cpswitch --restore` "
                             "command again");
}

void make_data_folder(FileLayer& files, const std::filesystem::path& folder) {
  std::error_code failed;
  // Its owner's alone, if it is we who make it.
  if (std::filesystem::create_directories(folder, failed) && !failed)
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  int error = failed.value();
  // The name of the folder itself: not every file system lets its root be synced.
  if (error == 0) files.sync_folder(std::filesystem::absolute(folder).parent_path());
  if (error == 0) error = files.make_folder(journal_folder(folder));
  if (error == 0) error = files.sync_folder(folder);
  if (error != 0)
    throw std::runtime_error("the data folder " + folder.string() +
                             " cannot be made: " + error_text(error) +
                             "; make it and give this user the right to write there");
}

bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  const auto a = std::filesystem::weakly_canonical(inner);
  const auto b = std::filesystem::weakly_canonical(outer);
  return std::mismatch(b.begin(), b.end(), a.begin(), a.end()).first == b.end();
}

}  // namespace ledger
