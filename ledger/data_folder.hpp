#pragma once
/// The data folder: what lies where, and what it is opened with.

#include <filesystem>

#include "ledger/durable_store.hpp"
#include "ledger/file_layer.hpp"

namespace ledger {

inline std::filesystem::path data_file(const std::filesystem::path& folder) {
  return folder / "ledger.mdb";
}
inline std::filesystem::path journal_folder(const std::filesystem::path& folder) {
  return folder / "journal";
}

/// There from the beginning of a restore into this folder to its end.
inline std::filesystem::path restore_mark(const std::filesystem::path& folder) {
  return folder / "restoring";
}

/// Throws std::runtime_error where the folder is a backup, or a restore into it has not come to its
/// end: nobody may work with either.
void refuse_unfit_folder(const std::filesystem::path& folder);

/// Throws std::runtime_error that says which setting is wrong.
void check_options(const StoreOptions& options);

/// Whether `inner` is `outer` or lies in it, however they are written.
bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer);

/// Makes the folder and the journal's in it, their names on disk. Throws std::runtime_error.
void make_data_folder(FileLayer& files, const std::filesystem::path& folder);

}  // namespace ledger
