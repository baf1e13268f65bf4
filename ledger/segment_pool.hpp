#pragma once
/// Keeps journal segments ready, so that the ledger's thread never waits for one.
///
///   new      zero-written under a name that is no segment's, synced → renamed in, folder synced
///   retired  (a synced mark is past its last record) → renamed away, header of a new epoch
///            written and synced → renamed in, folder synced
///
/// Under a segment's name there is therefore never a half-written one. Bounds: kReady segments
/// ahead; all segments together at most `journal_bytes`. At the bound none is made until one is
/// retired, and the journal has no room.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ledger/file_layer.hpp"
#include "ledger/store_events.hpp"

namespace ledger {

/// A segment that may be written from its second block on.
struct Segment {
  std::filesystem::path path;
  std::uint64_t epoch = 0;
  std::unique_ptr<File> file;
};

struct SegmentPoolOptions {
  std::filesystem::path folder;
  std::uint64_t segment_bytes = 0;
  std::uint64_t journal_bytes = 0;
  std::int64_t retry_us = 0;  ///< between tries when the disk is full or broken
};

class SegmentPool {
 public:
  static constexpr std::size_t kReady = 2;

  /// `spare`: segments of the folder that hold nothing needed. `needed`: how many others there are.
  SegmentPool(FileLayer& files, SegmentPoolOptions options, StoreEvents& events,
              std::vector<std::filesystem::path> spare, std::size_t needed,
              std::uint64_t next_epoch);
  ~SegmentPool();
  SegmentPool(const SegmentPool&) = delete;
  SegmentPool& operator=(const SegmentPool&) = delete;

  /// Prepares the first segments in the caller's thread, finding out about O_DIRECT, then starts
  /// the pool's. Throws when the disk does not let it have one; more than one are as many as it
  /// gets.
  void start(std::size_t wanted);

  // The ledger's thread.

  /// The next segment, if one is ready.
  std::optional<Segment> take();
  bool is_ready() const { return ready_count_.load(std::memory_order_acquire) > 0; }
  /// Gives a segment back: LMDB holds all its records for good.
  void retire(std::filesystem::path path);
  /// False: writes must be followed by sync(). Settled by start().
  bool direct() const { return direct_; }
  /// Segment files there are, of any kind. Any thread.
  std::size_t segments() const { return total_.load(std::memory_order_relaxed); }

 private:
  void run();
  int prepare(Segment& segment);
  void add_ready(Segment segment);
  int make(const std::filesystem::path& unfinished, bool fresh, std::uint64_t epoch);
  int write_whole(File& file, bool fresh, std::uint64_t epoch);
  bool has_right_size(const std::filesystem::path& spare);
  void remove_unfinished();
  bool may_make_one() const;
  void report_failure(int error);

  FileLayer& files_;
  const SegmentPoolOptions options_;
  StoreEvents& events_;
  std::uint64_t next_epoch_;
  bool direct_ = true;
  bool failing_ = false;  // told once, until it works again

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Segment> ready_;
  std::deque<std::filesystem::path> spare_;
  std::atomic<std::size_t> ready_count_{0}, total_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace ledger
