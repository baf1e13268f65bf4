#include "switch/log_line.hpp"

#include <fmt/compile.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "switch/clock.hpp"

namespace core {
namespace {

using config::LogFormat;

/// A short text of fixed capacity; longer input is cut.
template <std::size_t Capacity>
struct ShortText {
  std::array<char, Capacity> data{};
  std::size_t size = 0;
  std::string_view view() const { return {data.data(), size}; }
  void add(std::string_view text) {
    const std::size_t count = std::min(text.size(), Capacity - size);
    std::copy_n(text.begin(), count, data.begin() + size);
    size += count;
  }
};

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

/// Characters of a peer: padding cut off, what is not printable replaced; empty when absent.
template <std::size_t Size>
ShortText<Size> peer_text(const std::array<char, Size>& characters) {
  ShortText<Size> result;
  if (characters[0] == 0) return result;
  for (const char c : characters) result.data[result.size++] = is_printable(c) ? c : '.';
  while (result.size > 0 && result.data[result.size - 1] == ' ') --result.size;
  return result;
}

/// The card as it was masked; one that is not masked is not shown.
std::string_view card_text(const codec::DigitText<19>& card) {
  const std::string_view text = card.view();
  return text.empty() || text.find('*') != std::string_view::npos ? text : "[not masked]";
}

/// `5,000`, or nothing.
ShortText<32> amount_text(std::int64_t amount_won) {
  ShortText<32> result;
  if (amount_won < 0) return result;
  const fmt::format_int digits(amount_won);
  const std::string_view text(digits.data(), digits.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && (text.size() - i) % 3 == 0) result.add(",");
    result.add(text.substr(i, 1));
  }
  return result;
}

/// The code's words, and for a format error the element: `format error DE004`.
ShortText<48> words_text(const MessageFacts& facts) {
  ShortText<48> result;
  result.add(facts.words);
  if (facts.code == std::array{'3', '0'} && !facts.replayed) {
    char element[8];
    const auto end = fmt::format_to(element, FMT_COMPILE(" DE{:03}"), facts.bad_element);
    result.add({element, static_cast<std::size_t>(end - element)});
  }
  return result;
}

void write_time(base::TimeUs time_us, char between, LineBuffer& out) {
  const base::CivilTime t = base::civil_seoul(time_us);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}.{:06}"),
                 t.year, t.month, t.day, between, t.hour, t.minute, t.second, t.microsecond);
}

/// A JSON string with its quotes. UTF-8 goes through as it is.
void write_string(std::string_view text, LineBuffer& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("\\u{:04x}"), static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void write_member(std::string_view name, std::string_view text, LineBuffer& out) {
  if (text.empty()) return;
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":"), name);
  write_string(text, out);
}

void write_head(base::TimeUs time_us, config::LogLevel level, LineBuffer& out) {
  out.append(std::string_view("{\"time\":\""));
  write_time(time_us, 'T', out);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("+09:00\",\"level\":\"{}\""), to_text(level));
}

std::string_view short_level(config::LogLevel level) {
  return level == config::LogLevel::warning ? "warn" : to_text(level);
}

/// Each text in quotes would be hard to read, and a line feed in one would make two lines.
void write_plain(std::string_view text, LineBuffer& out) {
  for (const char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
}

void write_blanks(std::size_t size, std::size_t width, LineBuffer& out) {
  constexpr std::string_view kBlanks = "                                        ";
  if (size < width) out.append(kBlanks.substr(0, width - size));
}

/// A blank, then the text to the left of its column. Less than half of the time that {fmt}
/// takes for it, and there is a line for each message.
void write_left(std::string_view text, std::size_t width, LineBuffer& out) {
  out.push_back(' ');
  out.append(text);
  write_blanks(text.size(), width, out);
}

void write_right(std::string_view text, std::size_t width, LineBuffer& out) {
  out.push_back(' ');
  write_blanks(text.size(), width, out);
  out.append(text);
}

void write_text(const MessageLine& line, LineBuffer& out) {
  const MessageFacts& f = line.facts;
  const fmt::format_int latency(line.latency_us);
  write_time(line.time_us, ' ', out);
  write_left(short_level(line.level), 5, out);
  write_left(line.station, 12, out);
  write_left(peer_text(f.terminal).view(), 8, out);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(" {:04}"), f.mti.value);
  write_left(codec::to_text(f.kind), 18, out);
  write_left(peer_text(f.stan).view(), 6, out);
  write_left(peer_text(f.reference).view(), 12, out);
  write_left(card_text(f.masked_card), 19, out);
  write_right(amount_text(f.amount_won).view(), 11, out);
  write_left(peer_text(f.code).view(), 2, out);
  write_left(words_text(f).view(), 38, out);
  write_right({latency.data(), latency.size()}, 7, out);
  out.append(std::string_view(" us"));
  if (f.sequence != 0) fmt::format_to(std::back_inserter(out), FMT_COMPILE(" #{}"), f.sequence);
  if (f.replayed) out.append(std::string_view(" again"));
  if (f.wait_us != 0)
    fmt::format_to(std::back_inserter(out), " held {:g} s", in_seconds(f.wait_us));
}

void write_json(const MessageLine& line, LineBuffer& out) {
  const MessageFacts& f = line.facts;
  write_head(line.time_us, line.level, out);
  out.append(std::string_view(",\"event\":\"message\""));
  write_member("station", line.station, out);
  write_member("terminal", peer_text(f.terminal).view(), out);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"mti\":\"{:04}\""), f.mti.value);
  write_member("name", codec::to_text(f.kind), out);
  write_member("stan", peer_text(f.stan).view(), out);
  write_member("rrn", peer_text(f.reference).view(), out);
  write_member("card", card_text(f.masked_card), out);
  if (f.amount_won >= 0)
    fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"amount_won\":{}"), f.amount_won);
  write_member("code", peer_text(f.code).view(), out);
  write_member("words", words_text(f).view(), out);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"latency_us\":{}"), line.latency_us);
  if (f.sequence != 0)
    fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"sequence\":{}"), f.sequence);
  if (f.replayed) out.append(std::string_view(",\"again\":true"));
  if (f.wait_us != 0)
    fmt::format_to(std::back_inserter(out), ",\"held_s\":{:g}", in_seconds(f.wait_us));
  out.push_back('}');
}

}  // namespace

std::string_view to_text(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return "debug";
    case config::LogLevel::info:
      return "info";
    case config::LogLevel::warning:
      return "warning";
    case config::LogLevel::error:
      return "error";
  }
  return "unknown";
}

void write_line(LogFormat format, const MessageLine& line, LineBuffer& out) {
  format == LogFormat::json ? write_json(line, out) : write_text(line, out);
}

void write_line(LogFormat format, const EventLine& line, LineBuffer& out) {
  if (format == LogFormat::json) {
    write_head(line.time_us, line.level, out);
    write_member("event", line.event, out);
    write_member("station", line.station, out);
    write_member("text", line.text, out);
    out.push_back('}');
    return;
  }
  write_time(line.time_us, ' ', out);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(" {:<5} {:<12} {:<16} "),
                 short_level(line.level), line.station.empty() ? "-" : line.station, line.event);
  write_plain(line.text, out);
}

}  // namespace core
