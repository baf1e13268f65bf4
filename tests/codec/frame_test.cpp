// Every header kind: good, bad, and indeterminate at every prefix.

#include "codec/frame.hpp"

#include "tests/codec/support.hpp"

namespace {

using codec::Frame;
using codec::FrameFormat;
using codec::FrameStatus;
using codec::HeaderKind;
using codec_test::Bytes;
using codec_test::ExactBuffer;
using codec_test::from_hex;
using codec_test::from_text;

constexpr HeaderKind kKinds[] = {HeaderKind::two_byte, HeaderKind::two_byte_inclusive,
                                 HeaderKind::four_ascii, HeaderKind::two_bcd};
const Bytes kTpdu{0x60, 0x00, 0x12, 0x34, 0x56};

/// The length header alone, announcing this number, written without the code under test.
Bytes announce(HeaderKind kind, int number) {
  char digits[8];
  std::snprintf(digits, sizeof digits, "%04d", number);
  if (kind == HeaderKind::four_ascii) return from_text(digits);
  if (kind == HeaderKind::two_bcd) return from_hex(digits);
  return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

/// What the header announces when so many bytes follow it.
int announced_for(HeaderKind kind, std::size_t following) {
  return static_cast<int>(following) + (kind == HeaderKind::two_byte_inclusive ? 2 : 0);
}

Bytes make_frame(FrameFormat format, const Bytes& message) {
  const std::size_t tpdu = format.tpdu ? kTpdu.size() : 0;
  Bytes frame = announce(format.kind, announced_for(format.kind, message.size() + tpdu));
  if (format.tpdu) frame.insert(frame.end(), kTpdu.begin(), kTpdu.end());
  frame.insert(frame.end(), message.begin(), message.end());
  return frame;
}

template <class Check>
void for_each_format(Check&& check) {
  for (const HeaderKind kind : kKinds)
    for (const bool tpdu : {false, true}) {
      SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind) << " tpdu " << tpdu);
      check(FrameFormat{kind, tpdu});
    }
}

FrameStatus status_of(FrameFormat format, const Bytes& received) {
  return codec::read_frame(format, ExactBuffer(received).view()).status;
}

TEST(Frame, NamesOfHeaders) {
  EXPECT_EQ(codec::find_header("2-byte"), HeaderKind::two_byte);
  EXPECT_EQ(codec::find_header("2-byte-inclusive"), HeaderKind::two_byte_inclusive);
  EXPECT_EQ(codec::find_header("4-ascii"), HeaderKind::four_ascii);
  EXPECT_EQ(codec::find_header("2-bcd"), HeaderKind::two_bcd);
  EXPECT_EQ(codec::find_header("3-byte"), std::nullopt);
}

TEST(Frame, GoodWithWhatFollowsLeftAlone) {
  for_each_format([](FrameFormat format) {
    const Bytes message = from_hex("02003220000000800000");
    Bytes received = make_frame(format, message);
    const std::size_t size = received.size();
    received.push_back(0xAA);  // the next frame has begun
    const ExactBuffer buffer(received);
    const Frame frame = codec::read_frame(format, buffer.view());
    ASSERT_EQ(frame.status, FrameStatus::good);
    EXPECT_EQ(frame.size, size);
    EXPECT_EQ(Bytes(frame.message.begin(), frame.message.end()), message);
    EXPECT_EQ(Bytes(frame.tpdu.begin(), frame.tpdu.end()), format.tpdu ? kTpdu : Bytes{});
    EXPECT_EQ(frame.message.data(), buffer.view().data() + codec::header_size(format));
  });
}

TEST(Frame, IndeterminateAtEveryPrefix) {
  for_each_format([](FrameFormat format) {
    const Bytes whole = make_frame(format, Bytes(300, 0x11));
    const std::size_t header = codec::header_size(format) - (format.tpdu ? codec::kTpduSize : 0);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const ExactBuffer prefix(base::ByteView(whole).first(size));
      const Frame frame = codec::read_frame(format, prefix.view());
      ASSERT_EQ(frame.status, FrameStatus::indeterminate) << size;
      EXPECT_EQ(frame.size, size < header ? header : whole.size());
    }
  });
}

TEST(Frame, LengthHasALimit) {
  for_each_format([](FrameFormat format) {
    const int limit = static_cast<int>(codec::kMaxFrameLength);
    EXPECT_EQ(status_of(format, announce(format.kind, limit)), FrameStatus::indeterminate);
    const Frame frame = codec::read_frame(format, announce(format.kind, limit + 1));
    EXPECT_EQ(frame.status, FrameStatus::bad);
    EXPECT_EQ(frame.complaint, "length is over the limit of 8192");
    const std::size_t own = format.kind == HeaderKind::two_byte_inclusive ? 2 : 0;
    const std::size_t message = codec::kMaxFrameLength - own - (format.tpdu ? kTpdu.size() : 0);
    EXPECT_EQ(status_of(format, make_frame(format, Bytes(message, 0))), FrameStatus::good);
  });
}

TEST(Frame, ZeroAndTooShortForTheTpduAreBad) {
  for_each_format([](FrameFormat format) {
    for (std::size_t following = 0; following <= 6; ++following) {
      Bytes received = announce(format.kind, announced_for(format.kind, following));
      received.resize(received.size() + following);
      const bool bad = following == 0 || (format.tpdu && following <= codec::kTpduSize);
      EXPECT_EQ(status_of(format, received), bad ? FrameStatus::bad : FrameStatus::good)
          << following;
    }
  });
  for_each_format([](FrameFormat format) {
    EXPECT_EQ(
        codec::read_frame(format, announce(format.kind, announced_for(format.kind, 0))).complaint,
        "length is zero");
  });
  for (const int less_than_itself : {0, 1})
    EXPECT_EQ(status_of({HeaderKind::two_byte_inclusive, false},
                        announce(HeaderKind::two_byte_inclusive, less_than_itself)),
              FrameStatus::bad);
}

TEST(Frame, LengthMustBeDigits) {
  for (std::size_t at = 0; at < 4; ++at) {
    for (const char wrong : {'/', ':', ' ', 'A'}) {
      Bytes text = from_text("0100");
      text[at] = static_cast<std::uint8_t>(wrong);
      EXPECT_EQ(status_of({HeaderKind::four_ascii, false}, text), FrameStatus::bad);
    }
    std::string digits = "0100";
    digits[at] = 'A';
    EXPECT_EQ(status_of({HeaderKind::two_bcd, false}, from_hex(digits)), FrameStatus::bad);
  }
}

TEST(Frame, ComplaintsHaveNoContent) {
  const Frame frame = codec::read_frame({HeaderKind::four_ascii, false}, from_text("94A0"));
  EXPECT_EQ(frame.complaint, "length is not digits");
}

TEST(Frame, WrittenHeaderIsReadAgain) {
  for_each_format([](FrameFormat format) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{99}, std::size_t{4'660}}) {
      ExactBuffer header(codec::header_size(format));
      const base::ByteView request = format.tpdu ? base::ByteView(kTpdu) : base::ByteView{};
      codec::write_header(format, request, size, header.span());
      Bytes received(header.view().begin(), header.view().end());
      received.resize(received.size() + size);
      const Frame frame = codec::read_frame(format, received);
      ASSERT_EQ(frame.status, FrameStatus::good);
      EXPECT_EQ(frame.message.size(), size);
      EXPECT_EQ(frame.size, received.size());
    }
  });
}

TEST(Frame, AnswerSwapsSourceAndDestination) {
  ExactBuffer header(7);
  codec::write_header({HeaderKind::two_byte, true}, kTpdu, 0x1234, header.span());
  EXPECT_EQ(base::to_hex(header.view()),
            "1239"
            "60"
            "3456"
            "0012");
}

TEST(FrameDeathTest, WhatIsWrittenFitsTheLimit) {
  ExactBuffer header(2);
  EXPECT_DEATH(codec::write_header({HeaderKind::two_byte, false}, {}, 8'193, header.span()),
               "broken invariant");
  EXPECT_DEATH(
      codec::write_header({HeaderKind::two_byte_inclusive, false}, {}, 8'191, header.span()),
      "broken invariant");
  EXPECT_DEATH(codec::write_header({HeaderKind::two_byte, true}, {}, 1, header.span()),
               "broken invariant");
}

}  // namespace
