#pragma once
/// Frames on a byte stream: a length header, an optional TPDU, the message.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace codec {

enum class HeaderKind : std::uint8_t {
  two_byte,            ///< `2-byte`: big-endian length of what follows
  two_byte_inclusive,  ///< `2-byte-inclusive`: the same, its own two bytes counted
  four_ascii,          ///< `4-ascii`: four digits
  two_bcd,             ///< `2-bcd`: four digits in two bytes
};

struct FrameFormat {
  HeaderKind kind = HeaderKind::two_byte;
  bool tpdu = false;
};

inline constexpr std::size_t kMaxFrameLength = 8'192;  ///< the largest length a frame may announce
inline constexpr std::size_t kTpduSize = 5;
inline constexpr std::size_t kMaxHeaderSize = 4 + kTpduSize;

std::optional<HeaderKind> find_header(std::string_view name);

enum class FrameStatus : std::uint8_t { good, bad, indeterminate };

/// What stands at the front of the received bytes. The views point into those bytes.
struct Frame {
  FrameStatus status = FrameStatus::indeterminate;
  std::size_t size = 0;    ///< good: bytes of the whole frame. indeterminate: bytes needed in all
                           ///< as far as known (at least one more than there are)
  base::ByteView tpdu;     ///< good: five bytes, or none
  base::ByteView message;  ///< good: from the MTI on
  std::string_view complaint;  ///< bad: `length is over the limit of 8192`, without content
};

/// Good, bad or indeterminate: the whole contract; knows no socket and keeps no state.
Frame read_frame(FrameFormat format, base::ByteView received);

/// Bytes before the message: length header and TPDU.
std::size_t header_size(FrameFormat format);

/// Writes header and TPDU in front of a message of `message_size` bytes. `out` is exactly
/// header_size() long; a TPDU is written with the source and destination of `request_tpdu`
/// swapped. message_size plus what the header counts must not exceed kMaxFrameLength.
void write_header(FrameFormat format, base::ByteView request_tpdu, std::size_t message_size,
                  base::ByteSpan out);

}  // namespace codec
