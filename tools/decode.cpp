#include "tools/decode.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "codec/de48.hpp"
#include "codec/describe.hpp"
#include "codec/message.hpp"

namespace tools {
namespace {

std::string counted(std::size_t count, const std::string& unit) {
  return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
}

/// Where the text stops being hexadecimal; its size where it does not.
std::size_t first_bad_character(std::string_view text) {
  const auto bad = std::find_if(text.begin(), text.end(), [](unsigned char c) {
    return std::isspace(c) == 0 && base::hex_digit_value(static_cast<char>(c)) < 0;
  });
  return static_cast<std::size_t>(bad - text.begin());
}

void fail(DecodeOutcome& outcome, const std::string& what) {
  outcome.text += "error: " + what + "\n";
  ++outcome.errors;
}

std::string heading(const codec::Message& message) {
  const codec::MessageKind kind = codec::message_kind(message);
  return kind == codec::MessageKind::unknown ? "" : ", " + std::string(codec::to_text(kind));
}

/// One message; on an error, the elements before the bad one are shown all the same.
void decode_message(base::ByteView bytes, const DecodeOptions& options, const std::string& where,
                    DecodeOutcome& outcome) {
  codec::Message message;
  const auto read = codec::read_message(*options.profile, bytes, message);
  if (read || read.error().answerable()) {
    outcome.text += where + ", " + counted(bytes.size(), "byte") + heading(message) + "\n";
    outcome.text += codec::describe(message);
  } else {
    outcome.text += where + ", " + counted(bytes.size(), "byte") + "\n";
  }
  if (!read) return fail(outcome, read.error().describe());
  ++outcome.messages;
  if (!message.has(48)) return;
  const auto tags = codec::TagList::read(message.text(48));
  if (tags) return;
  codec::ParseError error = tags.error();  // its offset is one inside DE 48
  error.offset = static_cast<std::uint16_t>(error.offset + message.offset(48));
  fail(outcome, error.describe());
}

}  // namespace

DecodeOutcome decode_dump(std::string_view hex, const DecodeOptions& options) {
  DecodeOutcome outcome;
  const std::size_t bad = first_bad_character(hex);
  if (bad < hex.size()) {
    fail(outcome, "character " + std::to_string(bad + 1) + " of the input is not hexadecimal");
    return outcome;
  }
  std::string digits(hex);
  std::erase_if(digits, [](unsigned char c) { return std::isspace(c) != 0; });
  const auto bytes = base::from_hex(digits);
  if (!bytes) {
    fail(outcome, "the input has an odd number of hexadecimal digits");
    return outcome;
  }
  if (bytes->empty()) {
    fail(outcome, "the input is empty");
    return outcome;
  }
  if (options.bare) {
    decode_message(*bytes, options, "message", outcome);
    return outcome;
  }
  for (std::size_t at = 0, number = 1; at < bytes->size(); ++number) {
    const base::ByteView rest = base::ByteView(*bytes).subspan(at);
    const codec::Frame frame = codec::read_frame(options.frame, rest);
    const std::string where = "frame " + std::to_string(number) + " at byte " + std::to_string(at);
    if (frame.status == codec::FrameStatus::bad) {
      fail(outcome, where + ": " + std::string(frame.complaint));
      return outcome;
    }
    if (frame.status == codec::FrameStatus::indeterminate) {
      fail(outcome, where + ": needs " + counted(frame.size, "byte") + ", and there are " +
                        std::to_string(rest.size()));
      return outcome;
    }
    if (number > 1) outcome.text += "\n";
    decode_message(frame.message, options, where, outcome);
    at += frame.size;
  }
  return outcome;
}

}  // namespace tools
