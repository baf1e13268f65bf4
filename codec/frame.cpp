#include "codec/frame.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace codec {
namespace {

constexpr std::size_t length_size(HeaderKind kind) {
  return kind == HeaderKind::four_ascii ? 4 : 2;
}

/// The number in the length header, or nothing when it is none.
std::optional<std::size_t> announced_length(HeaderKind kind, const std::uint8_t* header) {
  if (kind == HeaderKind::two_byte || kind == HeaderKind::two_byte_inclusive)
    return base::load_big_endian<std::uint16_t>(header);
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = kind == HeaderKind::four_ascii ? header[i] - '0'
                      : i % 2 == 0                   ? header[i / 2] >> 4
                                                     : header[i / 2] & 15;
    if (digit < 0 || digit > 9) return std::nullopt;
    length = length * 10 + static_cast<std::size_t>(digit);
  }
  return length;
}

Frame bad(std::string_view complaint) {
  Frame frame;
  frame.status = FrameStatus::bad;
  frame.complaint = complaint;
  return frame;
}

Frame indeterminate(std::size_t needed) {
  Frame frame;
  frame.size = needed;
  return frame;
}

}  // namespace

std::optional<HeaderKind> find_header(std::string_view name) {
  if (name == "2-byte") return HeaderKind::two_byte;
  if (name == "2-byte-inclusive") return HeaderKind::two_byte_inclusive;
  if (name == "4-ascii") return HeaderKind::four_ascii;
  if (name == "2-bcd") return HeaderKind::two_bcd;
  return std::nullopt;
}

Frame read_frame(FrameFormat format, base::ByteView received) {
  const std::size_t header = length_size(format.kind);
  if (received.size() < header) return indeterminate(header);
  const auto announced = announced_length(format.kind, received.data());
  if (!announced) return bad("length is not digits");
  if (*announced > kMaxFrameLength) return bad("length is over the limit of 8192");

  const std::size_t own = format.kind == HeaderKind::two_byte_inclusive ? header : 0;
  const std::size_t tpdu = format.tpdu ? kTpduSize : 0;
  if (*announced <= own) return bad("length is zero");
  const std::size_t following = *announced - own;
  if (following <= tpdu) return bad("length is too short for a TPDU and a message");
  if (received.size() < header + following) return indeterminate(header + following);

  Frame frame;
  frame.status = FrameStatus::good;
  frame.size = header + following;
  frame.tpdu = received.subspan(header, tpdu);
  frame.message = received.subspan(header + tpdu, following - tpdu);
  return frame;
}

std::size_t header_size(FrameFormat format) {
  return length_size(format.kind) + (format.tpdu ? kTpduSize : 0);
}

void write_header(FrameFormat format, base::ByteView request_tpdu, std::size_t message_size,
                  base::ByteSpan out) {
  CP_ASSERT(out.size() == header_size(format));
  CP_ASSERT(request_tpdu.size() == (format.tpdu ? kTpduSize : 0));
  const std::size_t header = length_size(format.kind);
  const std::size_t own = format.kind == HeaderKind::two_byte_inclusive ? header : 0;
  std::size_t length = own + request_tpdu.size() + message_size;
  CP_ASSERT(message_size <= kMaxFrameLength && length <= kMaxFrameLength);

  if (format.kind == HeaderKind::two_byte || format.kind == HeaderKind::two_byte_inclusive) {
    base::store_big_endian(out.data(), static_cast<std::uint16_t>(length));
  } else {
    std::uint8_t digits[4];
    for (int i = 3; i >= 0; --i, length /= 10) digits[i] = static_cast<std::uint8_t>(length % 10);
    for (std::size_t i = 0; i < header; ++i)
      out[i] = static_cast<std::uint8_t>(format.kind == HeaderKind::four_ascii
                                             ? '0' + digits[i]
                                             : digits[2 * i] << 4 | digits[2 * i + 1]);
  }
  if (format.tpdu) {
    // Identifier, destination, source: the answer goes back to where the request came from.
    const std::uint8_t swapped[kTpduSize] = {request_tpdu[0], request_tpdu[3], request_tpdu[4],
                                             request_tpdu[1], request_tpdu[2]};
    std::copy(std::begin(swapped), std::end(swapped), out.begin() + header);
  }
}

}  // namespace codec
