#pragma once
/// The simulation's store: memory only, one thread, every delay and failure drawn from one seed.
///
///   commit → decided from the seed: now, later, refused or unknown
///   run_until(now) calls the done of a commit whose time has come
///   crash → nothing but what is durable is left; a batch in doubt survives or not
///   recover → what is durable is visible again
///
/// Two images: `durable` is what a restart finds, `visible` what get and scan show.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "ledger/damaged_record.hpp"
#include "ledger/store.hpp"

namespace ledger {

struct MemoryStoreOptions {
  std::uint64_t seed = 1;
  double delayed = 0;          ///< probability that done comes later, from run_until
  base::TimeUs max_delay = 0;  ///< of a delayed commit; uniform from 1
  double refused = 0;          ///< probability that nothing is written
  double unknown = 0;          ///< probability that the outcome is unknown: poisoned until recover
};

class MemoryStore : public Store {
 public:
  explicit MemoryStore(const MemoryStoreOptions& options = {});

  std::optional<std::string_view> get(Table table, std::string_view key) override;
  void scan(Table table, std::string_view first, std::size_t limit,
            const std::function<bool(std::string_view, std::string_view)>& visit) override;
  Writable writable() const override;
  void commit(const WriteSet& batch, const Done& done) override;
  void tick() override;

  /// True from a delayed commit until its done; no other call but run_until, due and crash then.
  bool pending() const { return pending_; }
  /// When the pending commit's done is due.
  base::TimeUs due() const { return due_; }
  /// Sets the store's time and calls done when it is due.
  void run_until(base::TimeUs now);

  /// The process dies: a pending done is never called, the visible image is lost. True when there
  /// was a batch in doubt (pending or unknown) and it survived.
  bool crash();
  /// After crash(): what is durable is visible, writes are taken again.
  void recover();

  /// From now on writable() is full, or again not.
  void set_full(bool full) { full_ = full; }
  void set_options(const MemoryStoreOptions& options);  ///< all but the seed
  /// Makes get throw DamagedRecord for this key until it is written again.
  void damage(Table table, std::string_view key);

  std::uint64_t commits() const { return commits_; }  ///< durable ones, survivors included
  /// Opened at what is visible now; shows later changes too, so do not write while it is in use.
  std::unique_ptr<Snapshot> snapshot();

 private:
  using Key = std::pair<Table, std::string>;
  using Image = std::map<Key, std::string>;
  friend class MemorySnapshot;

  bool happens(double probability);
  static void apply(Image& image, const std::map<Key, std::optional<std::string>>& batch);
  void finish(CommitOutcome outcome);

  MemoryStoreOptions options_;
  std::mt19937_64 random_;
  base::TimeUs now_ = 0, due_ = 0;
  Image durable_, visible_;
  std::map<Key, std::optional<std::string>> doubtful_;  // pending or unknown; nullopt: erased
  std::set<Key> damaged_;
  CommitOutcome pending_outcome_{};
  Done done_;
  bool pending_ = false, in_doubt_ = false, poisoned_ = false, full_ = false, crashed_ = false;
  std::uint64_t commits_ = 0;
};

}  // namespace ledger
