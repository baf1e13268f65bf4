#pragma once
/// The seam between the ledger and its engine: read, commit a batch, look at a settled whole.
///
///   get/scan see every committed batch → the ledger lays its WriteSet over them
///   → commit(batch, done) → done(committed | refused | unknown), perhaps later
///
/// Shaped so that a replicated engine fits: a commit is asynchronous; scans are bounded; whoever
/// computed a batch can compute it again.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/tables.hpp"
#include "ledger/write_set.hpp"

namespace ledger {

enum class CommitOutcome : std::uint8_t {
  committed,  ///< durable and visible
  refused,    ///< nothing was written; may be tried again
  unknown,    ///< perhaps durable: nothing of the batch may be answered; only recovery decides
};

enum class Writable : std::uint8_t {
  yes,
  full,      ///< the overlay's bound is reached: no room until the apply goes on
  poisoned,  ///< an outcome was unknown: no more writes until a restart has decided
};

/// Keys and values are bytes in a string_view, compared as unsigned bytes.
class Store {
 public:
  virtual ~Store() = default;

  // The ledger's thread only, one batch at a time: after commit() no other call but done's.

  /// The committed value; valid until the next commit() or tick().
  virtual std::optional<std::string_view> get(Table table, std::string_view key) = 0;

  /// Visits committed entries from `first` on in key order until visit returns false or `limit`
  /// were visited. For small tables: costs the size of the table's part of the overlay.
  virtual void scan(
      Table table, std::string_view first, std::size_t limit,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;

  virtual Writable writable() const = 0;

  /// Makes the batch's live entries durable and visible. `done` is called exactly once, perhaps
  /// before commit() returns; the batch stays as it is until then. An empty batch is committed.
  using Done = std::function<void(CommitOutcome)>;
  virtual void commit(const WriteSet& batch, const Done& done) = 0;

  /// Called when a batch is over and at least every 100 ms: starts a window's apply, frees what an
  /// ended one no longer needs.
  virtual void tick() = 0;
};

/// A look at all tables at one sequence, for checks and copies; any one thread.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual std::optional<std::string_view> get(Table table, std::string_view key) = 0;
  /// All entries of a table in key order, until visit returns false.
  virtual void for_each(
      Table table,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
};

}  // namespace ledger
