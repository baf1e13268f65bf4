#include "ledger/segment_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "ledger/aligned_buffer.hpp"
#include "ledger/journal_format.hpp"

namespace ledger {
namespace {

/// Zeros go to disk in pieces with a pause between them: a journal write must not queue behind
/// 64 MiB. Without pauses only while the ledger has no segment ahead.
constexpr std::size_t kZeroPieceBytes = std::size_t{256} << 10;
constexpr auto kPause = std::chrono::milliseconds(2);

}  // namespace

SegmentPool::SegmentPool(FileLayer& files, SegmentPoolOptions options, StoreEvents& events,
                         std::vector<std::filesystem::path> spare, std::size_t needed,
                         std::uint64_t next_epoch)
    : files_(files),
      options_(std::move(options)),
      events_(events),
      next_epoch_(next_epoch),
      spare_(spare.begin(), spare.end()),
      total_(spare.size() + needed) {}

SegmentPool::~SegmentPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SegmentPool::start(std::size_t wanted) {
  Segment first;
  int error = prepare(first);
  if (error == EINVAL) {
    direct_ = false;
    events_.report(StoreEvent::no_direct_io,
                   "the file system of " + options_.folder.string() +
                       " has no O_DIRECT: journal writes go through the page cache and fdatasync");
    error = prepare(first);
  }
  if (error != 0)
    throw std::runtime_error("a journal segment cannot be prepared in " + options_.folder.string() +
                             ": " + error_text(error) +
                             "; make room or mend the disk, then start again");
  // Only now: until there is a new segment, an unfinished one may be all that tells the epoch.
  remove_unfinished();
  add_ready(std::move(first));
  // What does not succeed here is tried again, and told, by the thread.
  for (Segment next; ready_.size() < wanted && may_make_one() && prepare(next) == 0;)
    add_ready(std::move(next));
  thread_ = std::thread([this] { run(); });
}

void SegmentPool::remove_unfinished() {
  std::vector<std::string> names;
  files_.list(options_.folder, names);
  for (const std::string& name : names)
    if (name.starts_with(kUnfinishedPrefix)) files_.remove(options_.folder / name);
}

std::optional<Segment> SegmentPool::take() {
  std::optional<Segment> taken;
  {
    const std::lock_guard lock(mutex_);
    if (ready_.empty()) return std::nullopt;
    taken = std::move(ready_.front());
    ready_.pop_front();
    ready_count_.store(ready_.size(), std::memory_order_release);
  }
  changed_.notify_one();
  return taken;
}

void SegmentPool::retire(std::filesystem::path path) {
  {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(path));
  }
  changed_.notify_one();
}

bool SegmentPool::may_make_one() const {
  return ready_.size() < kReady &&
         (!spare_.empty() || (total_ + 1) * options_.segment_bytes <= options_.journal_bytes);
}

void SegmentPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || may_make_one(); });
    if (stop_) return;
    lock.unlock();
    Segment segment;
    const int error = prepare(segment);
    if (error == 0 && std::exchange(failing_, false))
      events_.report(StoreEvent::disk_room_again, "journal segments can be prepared again");
    if (error != 0 && error != ECANCELED) report_failure(error);
    lock.lock();
    if (error != 0) {
      changed_.wait_for(lock, std::chrono::microseconds(options_.retry_us),
                        [this] { return stop_.load(); });
      continue;
    }
    add_ready(std::move(segment));
  }
}

void SegmentPool::add_ready(Segment segment) {
  ready_.push_back(std::move(segment));
  ready_count_.store(ready_.size(), std::memory_order_release);
}

void SegmentPool::report_failure(int error) {
  if (std::exchange(failing_, true)) return;
  events_.report(is_no_room(error) ? StoreEvent::disk_full : StoreEvent::segment_failed,
                 "a journal segment cannot be prepared: " + error_text(error) +
                     "; tried again until it can; without one no money moves");
}

/// Makes the oldest spare, or a new file, a whole segment of a new epoch. A spare that fails on the
/// way is a spare again, under the name that it has by then.
int SegmentPool::prepare(Segment& segment) {
  std::optional<std::filesystem::path> spare, obsolete;
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      spare = std::move(spare_.front());
      spare_.pop_front();
    }
  }
  if (spare && !has_right_size(*spare)) obsolete = std::exchange(spare, std::nullopt);
  const std::uint64_t epoch = next_epoch_++;
  const std::filesystem::path unfinished = options_.folder / unfinished_name(epoch);
  std::filesystem::path place = spare ? *spare : unfinished;
  const auto move_to = [&](const std::filesystem::path& name) {
    const int error = files_.rename(place, name);
    if (error != 0) return error;
    place = name;
    return files_.sync_folder(options_.folder);
  };
  int error = spare ? move_to(unfinished) : 0;
  if (error == 0) error = make(unfinished, !spare, epoch);
  segment.epoch = epoch;
  segment.path = options_.folder / segment_name(epoch);
  if (error == 0) error = move_to(segment.path);
  if (error == 0)
    segment.file =
        files_.open(segment.path, {.write = true, .direct = direct_, .durable = direct_}, error);
  if (error != 0) {
    spare ? retire(std::move(place)) : static_cast<void>(files_.remove(place));
    if (obsolete) retire(std::move(*obsolete));
    return error;
  }
  if (!spare) ++total_;
  if (obsolete && files_.remove(*obsolete) == 0) --total_;
  return 0;
}

bool SegmentPool::has_right_size(const std::filesystem::path& spare) {
  int error = 0;
  const auto file = files_.open(spare, {}, error);
  return file && file->size() == static_cast<std::int64_t>(options_.segment_bytes);
}

int SegmentPool::make(const std::filesystem::path& unfinished, bool fresh, std::uint64_t epoch) {
  int error = 0;
  const auto file =
      files_.open(unfinished, {.write = true, .create = fresh, .direct = direct_}, error);
  return file ? write_whole(*file, fresh, epoch) : error;
}

int SegmentPool::write_whole(File& file, bool fresh, std::uint64_t epoch) {
  const AlignedBuffer buffer = make_aligned_buffer(kZeroPieceBytes);
  const auto write = [&](std::size_t bytes, std::uint64_t at) {
    const std::int64_t written = file.write(buffer.get(), bytes, at);
    if (written < 0) return static_cast<int>(-written);
    return static_cast<std::size_t>(written) == bytes ? 0 : ENOSPC;
  };
  if (fresh) {
    std::memset(buffer.get(), 0, kZeroPieceBytes);
    if (const int error = file.reserve(options_.segment_bytes); error != 0) return error;
    for (std::uint64_t at = 0; at < options_.segment_bytes; at += kZeroPieceBytes) {
      const auto piece = static_cast<std::size_t>(
          std::min<std::uint64_t>(kZeroPieceBytes, options_.segment_bytes - at));
      if (const int error = write(piece, at); error != 0) return error;
      if (stop_) return ECANCELED;
      if (is_ready()) std::this_thread::sleep_for(kPause);
    }
  }
  encode_segment_header({epoch, options_.segment_bytes, !fresh}, buffer.get());
  if (const int error = write(kBlockBytes, 0); error != 0) return error;
  return file.sync();
}

}  // namespace ledger
