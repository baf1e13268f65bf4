#pragma once
/// The batch: all requests that are ready are handled in one go, made durable by one commit, and
/// only then answered.
///
///   submit(frame) … submit(frame) → flush() → route() each → store.commit → deliver() each
///
/// One thread. While a commit is on its way, what is submitted waits for the next flush.
///
/// What waits, waits by station. A batch takes it in the order in which it came; but while several
/// stations are there, of each only a few more than all the others have waiting, so that nobody
/// waits behind all that one station may have in flight, and stations of one size do not slow each
/// other down. How much can wait is bounded by the sessions.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/figures.hpp"
#include "base/time.hpp"
#include "codec/frame.hpp"
#include "crypto/card_vault.hpp"
#include "handlers/service.hpp"
#include "ledger/directory.hpp"
#include "ledger/holds.hpp"
#include "ledger/store.hpp"
#include "switch/router.hpp"

namespace core {

/// The engine's view of a connection. Called on the engine's thread only; what is called may
/// submit() and forget(), but not flush().
class Connection {
 public:
  virtual ~Connection() = default;
  /// The station's one, which outlives the connection.
  virtual const StationLink& link() const = 0;
  virtual LinkState& link_state() = 0;
  /// The answer to one submitted frame, durable. `answer` is empty for a dropped message. The bytes
  /// are valid during the call only.
  virtual void deliver(base::ByteView answer, const MessageFacts& facts,
                       base::TimeUs received_us) = 0;
  /// The frame was unreadable, or its outcome is unknown: nothing was answered, the connection must
  /// be closed.
  virtual void fail(std::string_view reason, std::optional<std::uint16_t> offset,
                    base::TimeUs received_us) = 0;
};

struct EngineOptions {
  std::size_t batch_limit = 256;      ///< requests in one batch
  std::size_t station_share = 8;      ///< … of one station beyond what the others have waiting
  std::size_t batch_bytes = 1 << 20;  ///< a batch ends when its write-set is larger
};

/// Bounds of a batch's size, in messages.
inline constexpr std::array<std::int64_t, 10> kBatchBounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 1'024};

/// Counted by the engine's thread, read by any.
struct EngineFigures {
  base::Count requests, answered, dropped, failed, batches, replayed;
  base::Count sweep_failures;  ///< half-minutes whose holds could not be looked at
  base::Histogram<kBatchBounds> batch_messages;
};

class Engine {
 public:
  Engine(ledger::Store& store, const ledger::Directory& directory, crypto::CardVault& vault,
         base::RandomSource& random, handlers::Rules rules, EngineOptions options);

  /// Takes a whole frame. Its bytes and the connection must live until deliver() or fail() was
  /// called for it, or forget() for its connection.
  void submit(Connection& connection, const codec::Frame& frame, base::TimeUs received_us);
  /// The connection is gone: its waiting frames are dropped; what is in a commit is not answered.
  void forget(Connection& connection);
  bool has_work() const { return waiting_count_ != 0; }
  bool committing() const { return committing_; }

  /// Handles what waits, up to the batch's bounds, at this moment. Returns at
  /// once when a commit is on its way. Call again while has_work().
  void flush(const handlers::Moment& moment);

  /// Ends holds whose time is over, a bounded number, in a commit of its own. Returns at once when
  /// a commit is on its way. No message depends on it; the check and whoever reads a backup see
  /// what is held as it was written last.
  void sweep_holds(base::TimeUs now);

  /// For all batches from now on; not while a commit is on its way.
  void use(handlers::Rules rules, EngineOptions options);

  const EngineFigures& figures() const { return figures_; }

 private:
  struct Waiting {
    Connection* connection;
    codec::Frame frame;
    base::TimeUs received_us;
    std::uint64_t number;  // in the order of their coming
  };
  struct Queue {
    std::vector<Waiting> waiting;
    std::size_t taken = 0;  // of `waiting`; not erased one by one, nor is memory given back
    std::size_t size() const { return waiting.size() - taken; }
    void drop_taken() {  // when it is the larger part
      if (2 * taken < waiting.size()) return;
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
      taken = 0;
    }
    base::TimeUs busy_us = 0;  // the last flush at which something waited
  };
  struct Done {
    Connection* connection;
    std::size_t answer_at, answer_size;
    Routed routed;
    base::TimeUs received_us;
    LinkState before;  // of the connection, for when the batch must be routed again
  };
  Queue& queue_of(const StationLink& station);
  bool are_several_there(base::TimeUs now);
  void gather(base::TimeUs now);
  void take(Queue& queue, std::size_t count);
  void put_back(std::size_t from);
  void route_one(const Waiting& waiting, const handlers::Moment& moment, bool write_allowed);
  void finish(ledger::CommitOutcome outcome);
  void take_new_keys();
  void deliver_all();
  void fail_all(std::string_view reason);

  ledger::Store& store_;
  const ledger::Directory& directory_;
  crypto::CardVault& vault_;
  base::RandomSource& random_;
  handlers::Rules rules_;
  EngineOptions options_;
  ledger::WriteSet batch_;
  ledger::HoldSweep hold_sweep_;
  std::vector<Queue> queues_;  // one a station
  std::unordered_map<ledger::StationId, std::size_t> queue_places_;
  std::size_t first_queue_ = 0;  // takes turns
  std::size_t waiting_count_ = 0;
  std::uint64_t last_number_ = 0;
  std::vector<Waiting> in_batch_;
  std::vector<Done> done_;
  std::vector<std::uint8_t> answers_;  // one behind the other up to answers_end_; never shrinks
  std::size_t answers_end_ = 0;
  handlers::Moment batch_moment_ = 0;
  bool committing_ = false;
  EngineFigures figures_;
};

}  // namespace core
