#include "ledger/journal_hold.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ledger {

void JournalHold::begin(const AppliedMark& mark) {
  const std::lock_guard lock(mutex_);
  mark_ = mark;
  lost_.clear();
  held_from_.store(mark.sequence, std::memory_order_release);
}

JournalExtent JournalHold::extent() {
  std::unique_lock lock(mutex_);
  asked_.store(true, std::memory_order_release);
  answered_.wait(lock, [this] { return !asked_ || !lost_.empty(); });
  if (!lost_.empty()) throw std::runtime_error(lost_);
  return std::move(extent_);
}

void JournalHold::check() const {
  const std::lock_guard lock(mutex_);
  if (!lost_.empty()) throw std::runtime_error(lost_);
}

AppliedMark JournalHold::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

void JournalHold::end() {
  const std::lock_guard lock(mutex_);
  asked_ = false;
  held_from_.store(kNothing, std::memory_order_release);
}

/// The segment that ends with the mark itself may be the one that is written now: it is kept too.
std::uint64_t JournalHold::releasable(std::uint64_t applied_to) const {
  const std::uint64_t from = held_from_.load(std::memory_order_acquire);
  return from == 0 ? 0 : std::min(applied_to, from - 1);
}

void JournalHold::answer(JournalExtent extent) {
  {
    const std::lock_guard lock(mutex_);
    extent_ = std::move(extent);
    asked_.store(false, std::memory_order_release);
  }
  answered_.notify_all();
}

void JournalHold::lose(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (lost_.empty()) lost_ = why;
    held_from_.store(kNothing, std::memory_order_release);
  }
  answered_.notify_all();
}

}  // namespace ledger
