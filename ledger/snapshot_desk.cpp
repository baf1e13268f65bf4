#include "ledger/snapshot_desk.hpp"

#include <sys/resource.h>

#include <exception>
#include <utility>

#include "base/time.hpp"

namespace ledger {
namespace {

constexpr int kNiceness = 10;

}  // namespace

SnapshotDesk::SnapshotDesk(LmdbFile& file, StoreEvents& events, std::function<void()> wake)
    : file_(file), events_(events), wake_(std::move(wake)) {}

SnapshotDesk::~SnapshotDesk() {
  if (snapshot_) snapshot_->expire();
  if (thread_.joinable()) thread_.join();
}

bool SnapshotDesk::request(SnapshotRequest request) {
  if (busy_.exchange(true)) return false;
  {
    const std::lock_guard lock(mutex_);
    request_ = std::move(request);
    waits_ = true;
  }
  wake_();
  return true;
}

bool SnapshotDesk::can_serve(std::uint64_t applied_to) const {
  const std::lock_guard lock(mutex_);
  return request_ && request_->sequence <= applied_to;
}

std::optional<SnapshotRequest> SnapshotDesk::take() {
  waits_ = false;
  return std::exchange(request_, std::nullopt);
}

void SnapshotDesk::refuse(const SnapshotRequest& request, const std::string& why) {
  events_.report(StoreEvent::snapshot_aborted, "no snapshot can be opened: " + why);
  busy_ = false;
  if (request.refused) request.refused(why);
}

void SnapshotDesk::serve(std::uint64_t applied_to) {
  std::optional<SnapshotRequest> request;
  {
    const std::lock_guard lock(mutex_);
    if (!request_ || request_->sequence > applied_to) return;
    // Nothing of the next window is in LMDB yet, and the last one's mark is.
    request = take();
  }
  if (done_) let_go();
  try {
    snapshot_ = std::make_shared<SettledSnapshot>(file_, base::steady_now() + request->limit_us);
    if (request->opened) request->opened(file_.mark());
  } catch (const std::exception& error) {
    return refuse(*request, error.what());
  }
  told_ = false;
  thread_ = std::thread([this, user = std::move(request->use)] { use(user); });
}

void SnapshotDesk::use(const DurableStore::SnapshotUser& user) {
  // Of this thread alone (0): it may take its time, who waits for an answer may not.
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
  try {
    user(*snapshot_, snapshot_->sequence());
  } catch (const SnapshotExpired&) {
    tell_expired();
  } catch (const std::exception& error) {
    events_.report(StoreEvent::snapshot_aborted,
                   std::string("the snapshot's user ended: ") + error.what());
  }
  snapshot_->expire();
  done_ = true;
  busy_ = false;  // who was told the outcome may ask for the next one at once
  wake_();
}

void SnapshotDesk::watch() {
  std::optional<SnapshotRequest> late;
  {
    const std::lock_guard lock(mutex_);
    if (request_ && base::steady_now() > request_->deadline_us) late = take();
  }
  if (late) refuse(*late, "what the journal holds was not applied to the data file in time");
  if (!snapshot_) return;
  if (done_) {
    let_go();
  } else if (base::steady_now() > snapshot_->deadline_us() && !snapshot_->expired()) {
    snapshot_->expire();
    tell_expired();
  }
}

void SnapshotDesk::let_go() {
  thread_.join();
  snapshot_.reset();
  done_ = false;
}

/// Once, whether its user or the watch found out first.
void SnapshotDesk::tell_expired() {
  if (!told_.exchange(true))
    events_.report(StoreEvent::snapshot_aborted,
                   "a snapshot was open longer than allowed and has been ended");
}

}  // namespace ledger
