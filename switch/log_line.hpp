#pragma once
/// One log line from what is known of a message or an event, as aligned text or as JSON. Pure.
///
/// What a peer wrote (DE 11, 37, 41) is shown with anything but printable ASCII replaced, so that
/// no peer can forge a line; card numbers come masked; nothing else of a message is ever shown.

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "config/settings.hpp"
#include "switch/router.hpp"

namespace core {

/// A usual line fits without the heap.
using LineBuffer = fmt::basic_memory_buffer<char, 512>;

struct MessageLine {
  base::TimeUs time_us = 0;  ///< the switch's clock
  config::LogLevel level = config::LogLevel::info;
  std::string_view station;
  const MessageFacts& facts;
  std::int64_t latency_us = 0;  ///< received to sent
};

struct EventLine {
  base::TimeUs time_us = 0;
  config::LogLevel level = config::LogLevel::info;
  std::string_view event;    ///< a word or two: `connect`, `slow_write`
  std::string_view station;  ///< empty: the whole switch
  std::string_view text;
};

/// `debug`, `info`, `warning`, `error`.
std::string_view to_text(config::LogLevel level);

/// Without a line feed at the end; appended to `out`.
void write_line(config::LogFormat format, const MessageLine& line, LineBuffer& out);
void write_line(config::LogFormat format, const EventLine& line, LineBuffer& out);

}  // namespace core
