#include "ledger/memory_store.hpp"

#include <utility>

#include "base/assert.hpp"

namespace ledger {

/// Reads the visible image in place.
class MemorySnapshot : public Snapshot {
 public:
  explicit MemorySnapshot(MemoryStore& store) : store_(store) {}
  std::optional<std::string_view> get(Table table, std::string_view key) override {
    return store_.get(table, key);
  }
  void for_each(Table table,
                const std::function<bool(std::string_view, std::string_view)>& visit) override {
    store_.scan(table, {}, SIZE_MAX, visit);
  }

 private:
  MemoryStore& store_;
};

MemoryStore::MemoryStore(const MemoryStoreOptions& options)
    : options_(options), random_(options.seed) {}

std::optional<std::string_view> MemoryStore::get(Table table, std::string_view key) {
  CP_ASSERT(!pending_ && !crashed_);
  const Key wanted(table, key);
  if (damaged_.contains(wanted)) throw DamagedRecord(table, key, "damaged by the simulation");
  const auto found = visible_.find(wanted);
  if (found == visible_.end()) return std::nullopt;
  return found->second;
}

void MemoryStore::scan(Table table, std::string_view first, std::size_t limit,
                       const std::function<bool(std::string_view, std::string_view)>& visit) {
  CP_ASSERT(!pending_ && !crashed_);
  for (auto at = visible_.lower_bound(Key(table, first));
       limit > 0 && at != visible_.end() && at->first.first == table; ++at, --limit) {
    if (damaged_.contains(at->first))
      throw DamagedRecord(table, at->first.second, "damaged by the simulation");
    if (!visit(at->first.second, at->second)) return;
  }
}

Writable MemoryStore::writable() const {
  if (poisoned_) return Writable::poisoned;
  return full_ ? Writable::full : Writable::yes;
}

void MemoryStore::commit(const WriteSet& batch, const Done& done) {
  CP_ASSERT(!pending_ && !crashed_);
  if (batch.empty()) return done(CommitOutcome::committed);
  if (writable() != Writable::yes) return done(CommitOutcome::refused);

  doubtful_.clear();
  batch.for_each_live([&](Table table, std::string_view key, std::string_view value, bool erased) {
    doubtful_[Key(table, key)] =
        erased ? std::nullopt : std::optional<std::string>(std::string(value));
  });
  // All are drawn each time, so that changing one probability moves no other draw.
  const bool refused = happens(options_.refused), unknown = happens(options_.unknown);
  const bool delayed = happens(options_.delayed) && options_.max_delay > 0;
  pending_outcome_ = refused   ? CommitOutcome::refused
                     : unknown ? CommitOutcome::unknown
                               : CommitOutcome::committed;
  done_ = done;
  pending_ = true;
  if (delayed) {
    const auto range = static_cast<std::uint64_t>(options_.max_delay);
    due_ = now_ + 1 + static_cast<base::TimeUs>(random_() % range);
    return;
  }
  finish(pending_outcome_);
}

void MemoryStore::finish(CommitOutcome outcome) {
  if (outcome == CommitOutcome::committed) {
    apply(durable_, doubtful_);
    apply(visible_, doubtful_);
    for (const auto& [key, value] : doubtful_) damaged_.erase(key);
    ++commits_;
  }
  if (outcome == CommitOutcome::unknown) {
    in_doubt_ = true;  // doubtful_ keeps the batch until crash() decides
    poisoned_ = true;
  } else {
    doubtful_.clear();
  }
  pending_ = false;
  // done may commit the next batch, and that one's done must not destroy the one that runs.
  const Done done = std::exchange(done_, nullptr);
  done(outcome);
}

void MemoryStore::tick() { CP_ASSERT(!pending_ && !crashed_); }

void MemoryStore::run_until(base::TimeUs now) {
  CP_ASSERT(now >= now_);
  // A done may commit again, and that may be due by now as well.
  while (pending_ && due_ <= now) {
    now_ = due_;
    finish(pending_outcome_);
  }
  now_ = now;
}

bool MemoryStore::crash() {
  CP_ASSERT(!crashed_);
  // A refused batch wrote nothing, whether its done was heard or not.
  const bool doubt = in_doubt_ || (pending_ && pending_outcome_ != CommitOutcome::refused);
  const bool survives = doubt && happens(0.5);
  if (survives) {
    apply(durable_, doubtful_);
    for (const auto& [key, value] : doubtful_) damaged_.erase(key);
    ++commits_;
  }
  doubtful_.clear();
  done_ = nullptr;
  visible_.clear();
  pending_ = in_doubt_ = poisoned_ = false;
  crashed_ = true;
  return survives;
}

void MemoryStore::recover() {
  CP_ASSERT(crashed_);
  visible_ = durable_;
  crashed_ = false;
}

void MemoryStore::set_options(const MemoryStoreOptions& options) { options_ = options; }

void MemoryStore::damage(Table table, std::string_view key) { damaged_.insert(Key(table, key)); }

std::unique_ptr<Snapshot> MemoryStore::snapshot() {
  return std::make_unique<MemorySnapshot>(*this);
}

bool MemoryStore::happens(double probability) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

void MemoryStore::apply(Image& image, const std::map<Key, std::optional<std::string>>& batch) {
  for (const auto& [key, value] : batch) {
    if (value)
      image[key] = *value;
    else
      image.erase(key);
  }
}

}  // namespace ledger
