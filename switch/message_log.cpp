#include "switch/message_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "switch/log_line.hpp"

namespace core {
namespace {

using config::LogLevel;

/// Lines that wait are written together, at most about this much at once.
constexpr std::size_t kWriteSize = 65'536;
/// So long a line waits for others: nobody needs to wake this thread for them, and it takes the
/// processor from who answers less often.
constexpr std::chrono::milliseconds kLinger{5};

int open_log(const std::filesystem::path& file) {
  if (file.empty()) return STDOUT_FILENO;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0)
    throw std::runtime_error("the log file " + file.string() +
                             " cannot be opened: " + std::strerror(errno));
  return descriptor;
}

/// Gathers lines while more come and writes them with one call. The log thread only.
class GatheringSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit GatheringSink(int descriptor) : descriptor_(descriptor) { text_.reserve(kWriteSize); }
  GatheringSink(const GatheringSink&) = delete;
  GatheringSink& operator=(const GatheringSink&) = delete;
  ~GatheringSink() override {
    flush_();
    close(next_.load());
    close(descriptor_);
  }
  /// Any thread: lines that come from now on are written to this descriptor.
  void change_to(int descriptor) { close(next_.exchange(descriptor)); }
  void set_queue(spdlog::details::thread_pool* queue) { queue_ = queue; }
  std::uint64_t lost_lines() const { return lost_lines_; }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (next_.load(std::memory_order_relaxed) != kNone) take_next();
    text_.append(message.payload.data(), message.payload.size());
    text_ += '\n';
    ++lines_;
    if (text_.size() < kWriteSize && queue_->queue_size() == 0)
      std::this_thread::sleep_for(kLinger);
    if (text_.size() >= kWriteSize || queue_->queue_size() == 0) flush_();
  }
  void flush_() override {
    std::string_view rest = text_;
    while (!rest.empty() && wait_for_room()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written > 0)
        rest.remove_prefix(static_cast<std::size_t>(written));
      else if (errno != EINTR && errno != EAGAIN)
        break;
    }
    if (!rest.empty()) lost_lines_ += lines_;
    text_.clear();
    lines_ = 0;
  }

 private:
  static constexpr int kNone = -1;

  static void close(int descriptor) {
    if (descriptor != kNone && descriptor != STDOUT_FILENO) ::close(descriptor);
  }
  /// What has been gathered was logged before.
  void take_next() {
    flush_();
    close(std::exchange(descriptor_, next_.exchange(kNone)));
  }
  /// Standard output may be somebody's pipe in non-blocking mode.
  bool wait_for_room() const {
    pollfd waiting{descriptor_, POLLOUT, 0};
    return ::poll(&waiting, 1, -1) > 0 || errno == EINTR;
  }

  int descriptor_;
  std::atomic<int> next_ = kNone;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::string text_;
  std::uint64_t lines_ = 0;
  std::atomic<std::uint64_t> lost_lines_ = 0;
};

}  // namespace

struct MessageLog::Backend {
  explicit Backend(const config::LogSettings& settings)
      : sink(std::make_shared<GatheringSink>(open_log(settings.file))),
        queue(std::make_shared<spdlog::details::thread_pool>(settings.queue_lines, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "cyberpass", sink, queue, spdlog::async_overflow_policy::overrun_oldest)) {
    sink->set_queue(queue.get());
    logger->set_level(spdlog::level::trace);
  }
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  /// The queue's thread ends when it has written everything; only then may the sink go.
  ~Backend() { queue.reset(); }

  std::shared_ptr<GatheringSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<spdlog::async_logger> logger;
};

MessageLog::MessageLog(const config::LogSettings& settings, SwitchClock clock)
    : format_(settings.format),
      file_(settings.file),
      clock_(clock),
      level_(settings.level),
      backend_(std::make_unique<Backend>(settings)) {}

MessageLog::~MessageLog() { tick(); }

void MessageLog::reopen() {
  if (!file_.empty()) backend_->sink->change_to(open_log(file_));
}

void MessageLog::message(std::string_view station, const MessageFacts& facts,
                         std::int64_t latency_us) {
  const LogLevel level = facts.code == std::array{'9', '6'} ? LogLevel::warning : LogLevel::info;
  if (level < level_.load(std::memory_order_relaxed)) return;
  LineBuffer line;
  write_line(format_, MessageLine{clock_.now(), level, station, facts, latency_us}, line);
  backend_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void MessageLog::event(LogLevel level, std::string_view event, std::string_view station,
                       std::string_view text) {
  if (level < level_.load(std::memory_order_relaxed)) return;
  LineBuffer line;
  write_line(format_, EventLine{clock_.now(), level, event, station, text}, line);
  backend_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void MessageLog::report(ledger::StoreEvent what, std::string_view text) {
  const LogLevel level = what == ledger::StoreEvent::poisoned ? LogLevel::error
                         : ledger::is_warning(what)           ? LogLevel::warning
                                                              : LogLevel::info;
  event(level, ledger::event_name(what), {}, text);
}

std::uint64_t MessageLog::dropped_lines() const {
  return backend_->queue->overrun_counter() + backend_->sink->lost_lines();
}

void MessageLog::tick() {
  const std::uint64_t dropped = dropped_lines();
  if (dropped == dropped_told_) return;
  const std::string text = fmt::format("{} lines could not be written, {} since the start",
                                       dropped - dropped_told_, dropped);
  dropped_told_ = dropped;
  event(LogLevel::warning, "lines dropped", {}, text);
}

}  // namespace core
