#pragma once
/// The whole switch without sockets, on a store that delays, refuses, does not know and crashes.
///
///   submit() … → begin() → pending()? wait() or restart() : ended → batch()
///
/// One thread; everything is repeated from one seed.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/card_vault.hpp"
#include "ledger/directory.hpp"
#include "ledger/memory_store.hpp"
#include "plant.hpp"
#include "switch/engine.hpp"
#include "wire.hpp"

namespace simulation {

/// One request that was sent, and what became of it.
struct Sent {
  int number = 0;
  model::Request request;
  base::TimeUs sent_at = 0;
  std::optional<Reply> reply;
  bool failed = false;              ///< its connection was closed without an answer
  std::vector<std::uint8_t> frame;  ///< until it is answered
};

/// What one flush handled.
struct Batch {
  std::vector<Sent*> sent;
  base::TimeUs now = 0;
  bool writable = true;
  std::optional<ledger::CommitOutcome> outcome;  ///< none: still on its way
};

class SwitchUnderTest {
 public:
  SwitchUnderTest(const ledger::LimitsRecord& limits, const ledger::MemoryStoreOptions& options,
                  base::TimeUs now, const std::vector<model::RateTable>& rates);
  ~SwitchUnderTest();

  /// The number of the station's connection now; another one after each time it was closed.
  int connection(const std::string& station) const;
  /// `sent` must stay where it is until it was answered.
  void submit(Sent& sent);
  bool has_work() const { return engine_->has_work(); }
  /// Handles what waits.
  void begin(base::TimeUs now);
  /// Ends holds whose time is over; then pending(), or it is done.
  void sweep_holds(base::TimeUs now);
  bool pending() const { return store_.pending(); }
  /// Lets the commit that is on its way end; returns how long that took.
  base::TimeUs wait();
  /// What connections that were closed had still waiting goes with them. After a batch.
  void forget_closed();
  /// The latest flush.
  const Batch& batch() const { return batch_; }
  void set_full(bool full) { store_.set_full(full); }
  bool poisoned() const { return store_.writable() == ledger::Writable::poisoned; }
  /// The process dies and starts again; true when a batch in doubt is there.
  bool restart();

  /// What a card has.
  struct Wealth {
    model::Won balance = 0, points = 0;
    bool operator==(const Wealth&) const = default;
  };
  /// Of the cards in the order in which they were made, and balances of the accounts by kind and
  /// name.
  std::vector<Wealth> cards();
  Wealth card(int number);
  std::map<std::string, model::Won> account_balances();
  /// What the ledger's own check complains about, empty: nothing.
  std::string check();

 private:
  class Connection;
  class Watch;
  void start();
  void keep_rates(const model::RateTable& table);

  const Plant& plant_;
  handlers::Rules rules_;
  ledger::MemoryStore store_;
  std::unique_ptr<Watch> watch_;
  SeededRandom random_;
  crypto::CardVault vault_;
  ledger::Directory directory_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;
  std::unique_ptr<core::Engine> engine_;
  std::deque<Sent*> waiting_;    ///< submitted, not in a batch yet
  std::size_t next_answer_ = 0;  ///< of the batch
  Batch batch_;
  int connections_made_ = 0;
  base::TimeUs waited_until_ = 0;  ///< the store's own clock
};

}  // namespace simulation
