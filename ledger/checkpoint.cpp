#include "ledger/checkpoint.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/time.hpp"
#include "ledger/purge.hpp"

namespace ledger {
namespace {

/// Less than the smallest commit may need.
bool is_full(const std::filesystem::path& folder) {
  constexpr std::uintmax_t kLeastBytes = std::uintmax_t{1} << 20;
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  return !error && space.available < kLeastBytes;
}

/// The rest of the window is for what comes unevenly.
constexpr double kShareOfWindow = 0.85;
/// However few pages they dirty: bounds the time a slice holds LMDB's lock.
constexpr std::size_t kMostEntriesInSlice = 4096;
/// When the apply is late, or nobody is waiting for the journal.
constexpr std::uint32_t kLateFactor = 4;
constexpr std::uint32_t kHurryPages = 512;
/// A window of so few entries is applied without pauses: it dirties a slice or two for each table.
constexpr std::uint64_t kSmallWindow = 256;
/// While it waits it looks this often at how full the active overlay is.
constexpr auto kLookEvery = std::chrono::milliseconds(20);

}  // namespace

struct Checkpoint::Window {
  std::int64_t begun_us = 0;
  std::uint64_t purged = 0;
  std::uint64_t slices = 0;
};

/// The purge's hands: each sweep is cut into slices as the apply is.
class Sweeper : public PurgeScope {
 public:
  Sweeper(Checkpoint& checkpoint, Checkpoint::Window& window, std::uint64_t budget)
      : checkpoint_(checkpoint), window_(window), budget_(budget) {}

  bool sweep(Table table, std::string_view first, const Judge& judge) override {
    std::string next(first);
    while (budget_ > 0) {
      Pass pass;
      const std::int64_t begun_us = base::steady_now();
      const bool done = checkpoint_.slice(window_, [&](LmdbWriter& writer) {
        pass = Pass{.next = next};
        const int error = run(writer, table, judge, pass);
        pass.pages = writer.pages();
        return error;
      });
      if (!done) return false;
      budget_ -= std::min<std::uint64_t>(budget_, pass.looked);
      checkpoint_.pace_.purged(pass.looked, pass.pages);
      window_.purged += pass.erased;
      if (pass.ended) return true;
      next = pass.next;
      // How much there is to purge is a guess: whatever it was, the disk rests half of the time.
      if (!checkpoint_.rest(base::steady_now() - begun_us) || !checkpoint_.pace(window_))
        return false;
    }
    return false;
  }

 private:
  struct Pass {
    std::uint64_t looked = 0, erased = 0, pages = 0;
    bool ended = false;
    std::string next;
  };

  int run(LmdbWriter& writer, Table table, const Judge& judge, Pass& pass) {
    const std::uint64_t most = std::min<std::uint64_t>(budget_, kMostEntriesInSlice);
    bool found = false;
    int error = writer.seek(table, pass.next, found);
    while (error == 0 && pass.looked < most && writer.pages() < checkpoint_.slice_pages(window_)) {
      const Verdict verdict = found ? judged(writer, judge) : Verdict::stop;
      if (verdict == Verdict::stop) {
        pass.ended = true;
        return 0;
      }
      ++pass.looked;
      pass.next.assign(writer.key()).push_back('\0');
      if (verdict == Verdict::erase) ++pass.erased;
      error = verdict == Verdict::erase ? writer.erase_and_next(found) : writer.next(found);
    }
    return error;
  }

  Verdict judged(LmdbWriter& writer, const Judge& judge) {
    std::string_view value;
    try {
      value = writer.value();
    } catch (const DamagedRecord& damaged) {
      checkpoint_.events_.report(StoreEvent::apply_failed,
                                 std::string("the purge keeps a ") + damaged.what());
      return Verdict::keep;
    }
    return judge(writer.key(), value);
  }

  Checkpoint& checkpoint_;
  Checkpoint::Window& window_;
  std::uint64_t budget_;
};

Checkpoint::Checkpoint(LmdbFile& file, const StoreOptions& options, StoreEvents& events,
                       bool settled)
    : file_(file),
      options_(options),
      events_(events),
      applied_to_(file.mark().sequence),
      settled_(settled),
      snapshots_(file, events, [this] { wake(); }) {
  thread_ = std::thread([this] { run(); });
}

Checkpoint::~Checkpoint() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Checkpoint::begin(Overlay& frozen, const AppliedMark& mark) {
  CP_ASSERT(state() == State::idle);
  overlay_ = &frozen;
  mark_ = mark;
  backlog_ = frozen.entries();
  {
    const std::lock_guard lock(mutex_);
    state_.store(State::applying, std::memory_order_release);
  }
  changed_.notify_all();
}

void Checkpoint::release() {
  CP_ASSERT(state() == State::applied);
  {
    const std::lock_guard lock(mutex_);
    state_.store(State::clearing, std::memory_order_release);
  }
  changed_.notify_all();
}

void Checkpoint::set_hurry(bool hurry) {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = hurry;
  }
  changed_.notify_all();
}

bool Checkpoint::has_work() const {
  const State now = state();
  return stop_ || now == State::applying || now == State::clearing ||
         (settled_ && snapshots_.can_serve(applied_to_)) || snapshots_.is_done();
}

/// With the lock, so that it cannot fall between the thread's look and its wait.
void Checkpoint::wake() {
  { const std::lock_guard lock(mutex_); }
  changed_.notify_all();
}

void Checkpoint::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return has_work(); });
    lock.unlock();
    if (state() == State::clearing) {
      overlay_->clear();
      state_.store(State::idle, std::memory_order_release);
    }
    // A window's end: before an apply, which may just have been asked for, changes anything.
    if (settled_) snapshots_.serve(applied_to_);
    snapshots_.watch();
    if (state() == State::applying) {
      settled_ = false;
      settled_ = apply_window();
      if (settled_) state_.store(State::applied, std::memory_order_release);
    }
    lock.lock();
  }
}

bool Checkpoint::apply_window() {
  Window window;
  window.begun_us = base::steady_now();
  ApplyPace::EntryCounts entries;
  for (int number = 1; number <= kTableCount; ++number)
    entries[static_cast<std::size_t>(number) - 1] = overlay_->entries(static_cast<Table>(number));
  pace_.begin(entries);
  for (int number = 1; number <= kTableCount; ++number)
    if (!apply_table(window, static_cast<Table>(number))) return false;
  return finish(window);
}

bool Checkpoint::apply_table(Window& window, Table table) {
  std::vector<OverlayEntry> entries;
  overlay_->collect(table, {}, entries);
  for (std::size_t at = 0; at < entries.size();) {
    std::size_t end = at;
    std::uint64_t written_pages = 0;
    const auto fill = [&](LmdbWriter& writer) {
      const std::size_t most = std::min(entries.size(), at + kMostEntriesInSlice);
      const std::uint32_t pages = slice_pages(window);
      int error = 0;
      for (end = at; end < most && error == 0 && writer.pages() < pages; ++end) {
        const OverlayEntry& entry = entries[end];
        error = entry.erased ? writer.erase(table, entry.key)
                             : writer.put(table, entry.key, entry.value);
      }
      written_pages = writer.pages();
      return error;
    };
    if (!slice(window, fill)) return false;
    pace_.wrote(table, end - at, written_pages);
    backlog_.fetch_sub(end - at, std::memory_order_relaxed);
    at = end;
    if (!pace(window)) return false;
  }
  return true;
}

bool Checkpoint::finish(Window& window) {
  if (options_.purge) {
    Sweeper sweeper(*this, window, options_.purge_entries);
    try {
      options_.purge(sweeper);
    } catch (const std::exception& error) {
      events_.report(StoreEvent::apply_failed, std::string("the purge ended: ") + error.what());
    }
    if (stopping()) return false;
  }
  if (!slice(window, [this](LmdbWriter& writer) { return writer.set_mark(mark_); })) return false;
  file_.unmap_pages();
  applied_to_.store(mark_.sequence, std::memory_order_release);
  const std::int64_t took_us = base::steady_now() - window.begun_us;
  window_us_.record(took_us);
  last_window_us_.set(base::system_now());
  std::string text = std::to_string(overlay_->entries()) + " entries to sequence " +
                     std::to_string(mark_.sequence) + " applied in " +
                     std::to_string(window.slices) + " slices, " + std::to_string(took_us / 1000) +
                     " ms";
  if (window.purged > 0) text += "; " + std::to_string(window.purged) + " old entries purged";
  events_.report(StoreEvent::apply_finished, text);
  return true;
}

bool Checkpoint::slice(Window& window, const std::function<int(LmdbWriter&)>& fill) {
  for (;;) {
    if (stopping()) return false;
    int error;
    {
      LmdbWriter writer(file_);
      error = writer.begin();
      if (error == 0) error = fill(writer);
      if (error == 0) error = writer.commit();
    }
    if (error == 0) break;
    if (!wait_after(error)) return false;
  }
  ++window.slices;
  if (std::exchange(failing_, false)) {
    stuck_ = false;
    events_.report(StoreEvent::disk_room_again, "the apply goes on");
  }
  return true;
}

bool Checkpoint::wait_after(int error) {
  stuck_ = true;
  if (!std::exchange(failing_, true)) {
    const std::string what = "the apply waits: " + lmdb_error_text(error);
    // LMDB makes an input/output error of a write that the full disk cut short.
    if (lmdb_no_room(error) || (error == EIO && is_full(options_.folder)))
      events_.report(StoreEvent::disk_full,
                     what + (lmdb_map_full(error)
                                 ? "; the data has outgrown ledger.map-gib: set it higher and "
                                   "start again; batches are taken until the overlay is full"
                                 : "; make room: batches are taken until the overlay is full"));
    else
      events_.report(StoreEvent::apply_failed,
                     what + (lmdb_must_restart(error) ? "; it takes a restart to go on"
                                                      : "; it is tried again"));
  }
  snapshots_.watch();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::microseconds(options_.full_retry_us),
                    [this] { return stop_.load(); });
  return !stop_;
}

double Checkpoint::due(const Window& window) const {
  const auto span = static_cast<double>(options_.window_us) * kShareOfWindow;
  const double by_time = static_cast<double>(base::steady_now() - window.begun_us) / span;
  const double by_fill = fill_.load(std::memory_order_relaxed) / kShareOfWindow;
  return std::max(by_time, by_fill);
}

std::uint32_t Checkpoint::slice_pages(const Window& window) const {
  if (hurry_.load(std::memory_order_relaxed)) return kHurryPages;
  // Some slices behind is usual after a stall of the disk; a twentieth of the window is not.
  return options_.slice_pages * (due(window) > pace_.progress() + 0.05 ? kLateFactor : 1);
}

bool Checkpoint::pace(const Window& window) {
  snapshots_.watch();
  const double progress = pace_.progress();
  if (progress >= 1 || pace_.entries() <= kSmallWindow) return !stopping();
  while (!hurry_ && !stopping()) {
    const double ahead = progress - due(window);
    if (ahead <= 0) break;
    const auto ahead_us =
        static_cast<std::int64_t>(ahead * kShareOfWindow * static_cast<double>(options_.window_us));
    std::unique_lock lock(mutex_);
    changed_.wait_for(
        lock,
        std::min<std::chrono::microseconds>(std::chrono::microseconds(ahead_us + 1), kLookEvery),
        [this] { return stop_ || hurry_; });
  }
  return !stopping();
}

bool Checkpoint::rest(std::int64_t time_us) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::microseconds(time_us), [this] { return stop_ || hurry_; });
  return !stop_;
}

}  // namespace ledger
