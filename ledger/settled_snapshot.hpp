#pragma once
/// A look at LMDB alone, opened at a window's end, with a limit to its life.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "ledger/lmdb_file.hpp"
#include "ledger/store.hpp"

namespace ledger {

/// Used by one thread, ended by any: what it hands out is copied, so that ending it can never take
/// memory from under the user. Entries are copied some hundred at a time, the reader's lock is
/// never held while the user is called.
class SettledSnapshot : public Snapshot {
 public:
  SettledSnapshot(const LmdbFile& file, std::int64_t deadline_us);

  std::optional<std::string_view> get(Table table, std::string_view key) override;
  void for_each(Table table,
                const std::function<bool(std::string_view, std::string_view)>& visit) override;

  std::uint64_t sequence() const { return sequence_; }
  /// Ends the LMDB transaction; later calls throw SnapshotExpired.
  void expire();
  bool expired() const;
  std::int64_t deadline_us() const { return deadline_us_; }

 private:
  const LmdbReader& reader() const;  // with the lock held

  const std::int64_t deadline_us_;
  mutable std::mutex mutex_;
  std::optional<LmdbReader> reader_;
  std::uint64_t sequence_ = 0;
  std::string value_;
};

}  // namespace ledger
