/// codec/frame: any bytes are a good frame, a bad one or not yet one, and a good one can be written
/// again. Input: one byte chooses header and TPDU; the rest is what was received.

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "codec/frame.hpp"
#include "fuzz/input.hpp"

namespace {

using codec::Frame;
using codec::FrameFormat;
using codec::FrameStatus;

bool is_same(base::ByteView left, base::ByteView right) { return std::ranges::equal(left, right); }

/// Fewer bytes of the same stream never say anything else than "more".
void check_beginnings(FrameFormat format, base::ByteView whole) {
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 8) {
    const Frame frame = codec::read_frame(format, whole.first(size));
    CP_ASSERT(frame.status == FrameStatus::indeterminate);
    CP_ASSERT(frame.size > size && frame.size <= whole.size());
  }
}

/// The header of the answer to the answer is the header of the request.
void check_header(FrameFormat format, const Frame& frame, base::ByteView received) {
  std::array<std::uint8_t, codec::kMaxHeaderSize> space{};
  const base::ByteSpan header = base::ByteSpan(space).first(codec::header_size(format));
  codec::write_header(format, frame.tpdu, frame.message.size(), header);
  const std::array<std::uint8_t, codec::kMaxHeaderSize> answered = space;
  const base::ByteView tpdu =
      base::ByteView(answered).subspan(header.size() - frame.tpdu.size(), frame.tpdu.size());
  codec::write_header(format, tpdu, frame.message.size(), header);
  CP_ASSERT(is_same(header, received.first(header.size())));
}

void check_good(FrameFormat format, const Frame& frame, base::ByteView received) {
  const std::size_t header = codec::header_size(format);
  CP_ASSERT(!frame.message.empty() && frame.size == header + frame.message.size());
  CP_ASSERT(frame.size <= received.size());
  CP_ASSERT(frame.tpdu.size() == (format.tpdu ? codec::kTpduSize : 0));
  CP_ASSERT(frame.message.data() == received.data() + header);
  check_beginnings(format, received.first(frame.size));
  check_header(format, frame, received);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const unsigned choice = input.byte();
  const FrameFormat format{static_cast<codec::HeaderKind>(choice & 3), (choice & 4) != 0};
  const base::ByteView received = input.rest();
  const Frame frame = codec::read_frame(format, received);
  switch (frame.status) {
    case FrameStatus::good:
      check_good(format, frame, received);
      break;
    case FrameStatus::bad:
      CP_ASSERT(!frame.complaint.empty());
      break;
    case FrameStatus::indeterminate:
      CP_ASSERT(frame.size > received.size());
      CP_ASSERT(frame.size <= codec::kMaxFrameLength + 4);
      break;
  }
  return 0;
}
