#pragma once
/// The log: a line for each message and each event, written by a thread of its own.
///
///   message(), event() → the line in a stack buffer → bounded queue → log thread → one write for
///   all that waits
///
/// A full queue drops its oldest lines and never makes the caller wait; tick() says how many.
/// reopen() after somebody has renamed the file: lines before it may still come into the old one,
/// later ones come into the new one, and every line comes into one of the two.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "config/settings.hpp"
#include "ledger/store_events.hpp"
#include "switch/clock.hpp"
#include "switch/router.hpp"

namespace core {

/// Any thread, but for tick().
class MessageLog : public ledger::StoreEvents {
 public:
  /// Throws std::runtime_error with a sentence when the file cannot be opened. A line goes to
  /// standard output where no file is named.
  MessageLog(const config::LogSettings& settings, SwitchClock clock);
  MessageLog(const MessageLog&) = delete;
  MessageLog& operator=(const MessageLog&) = delete;
  /// Returns when every line is written.
  ~MessageLog() override;

  /// An answered message; a 96 is a warning.
  void message(std::string_view station, const MessageFacts& facts, std::int64_t latency_us);
  void event(config::LogLevel level, std::string_view event, std::string_view station,
             std::string_view text);
  /// What the store has to say.
  void report(ledger::StoreEvent event, std::string_view text) override;

  /// Opens the file that has the name now, or makes it. Throws std::runtime_error with a sentence
  /// when that cannot be; then lines go on into the one before. Nothing to do for standard output.
  void reopen();

  void set_level(config::LogLevel level) { level_ = level; }
  config::LogLevel level() const { return level_; }

  /// Lines dropped since the start.
  std::uint64_t dropped_lines() const;
  /// One thread, now and then: says how many lines were dropped since it last said so.
  void tick();

 private:
  struct Backend;
  const config::LogFormat format_;
  const std::filesystem::path file_;
  const SwitchClock clock_;
  std::atomic<config::LogLevel> level_;
  std::unique_ptr<Backend> backend_;
  std::uint64_t dropped_told_ = 0;
};

}  // namespace core
