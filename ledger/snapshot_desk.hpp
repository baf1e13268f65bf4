#pragma once
/// Opens one settled snapshot at a time for whoever asked, and ends it when its time is over.
///
///   request() → the apply's thread at a window's end: serve() → the user, in a thread of its own
///   the apply's thread, again and again: watch() → refused too late, expired, or done
///
/// Nobody waits for a snapshot's user but the destructor.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "ledger/durable_store.hpp"
#include "ledger/lmdb_file.hpp"
#include "ledger/settled_snapshot.hpp"

namespace ledger {

struct SnapshotRequest {
  DurableStore::SnapshotUser use;
  /// Called at the window's end that it is opened at, before anything behind it is applied.
  std::function<void(const AppliedMark&)> opened;
  DurableStore::SnapshotRefused refused;
  std::uint64_t sequence = 0;  ///< it must hold this batch
  std::int64_t deadline_us = 0;
  std::int64_t limit_us = 0;  ///< its longest life
};

class SnapshotDesk {
 public:
  /// `wake`: there is something for the apply's thread to do. Called by any thread.
  SnapshotDesk(LmdbFile& file, StoreEvents& events, std::function<void()> wake);
  /// Ends an open snapshot and waits for its user.
  ~SnapshotDesk();
  SnapshotDesk(const SnapshotDesk&) = delete;
  SnapshotDesk& operator=(const SnapshotDesk&) = delete;

  // Any thread.
  /// False, and nothing is called, while another one is asked for or open.
  bool request(SnapshotRequest request);
  /// One was asked for that is not served yet: the window should end.
  bool waits() const { return waits_.load(std::memory_order_relaxed); }

  // The apply's thread.
  /// LMDB at a window's end with this batch as its last has what was asked for.
  bool can_serve(std::uint64_t applied_to) const;
  /// Only at a window's end; nothing where can_serve() says no.
  void serve(std::uint64_t applied_to);
  /// The user has ended, and watch() has not yet seen it.
  bool is_done() const { return done_; }
  void watch();

 private:
  std::optional<SnapshotRequest> take();  // with the lock held
  void refuse(const SnapshotRequest& request, const std::string& why);
  void use(const DurableStore::SnapshotUser& user);
  void let_go();
  void tell_expired();

  LmdbFile& file_;
  StoreEvents& events_;
  const std::function<void()> wake_;

  mutable std::mutex mutex_;                // of the request
  std::optional<SnapshotRequest> request_;  // asked for, not yet served
  std::shared_ptr<SettledSnapshot> snapshot_;
  std::atomic<bool> waits_{false}, busy_{false}, done_{false}, told_{false};
  std::thread thread_;
};

}  // namespace ledger
