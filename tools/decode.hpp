#pragma once
/// `cpctl decode`: what a dump of frames says, element by element, masked.

#include <string>
#include <string_view>

#include "codec/frame.hpp"
#include "codec/profile.hpp"

namespace tools {

struct DecodeOptions {
  const codec::Profile* profile = &codec::kIso87Binary;
  codec::FrameFormat frame;
  bool bare = false;  ///< `--header none`: one message without a frame
};

struct DecodeOutcome {
  std::string text;
  int messages = 0;  ///< that could be read to their end
  int errors = 0;
};

/// Decodes all frames of hexadecimal text, in which blanks and line ends may stand anywhere. An
/// unreadable message is told and the next frame is read; an unreadable frame ends it. Errors name
/// element, offset and reason, never the content.
DecodeOutcome decode_dump(std::string_view hex, const DecodeOptions& options);

}  // namespace tools
