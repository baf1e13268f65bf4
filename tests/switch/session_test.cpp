#include "switch/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using core::Session;
using core::SessionLimits;
using Kind = core::SessionAction::Kind;
using base::kMicrosPerSecond;

constexpr codec::FrameFormat kTwoByte{};

std::string framed(std::size_t size, char fill = 'm') {
  std::string bytes(2, '\0');
  base::store_big_endian(reinterpret_cast<std::uint8_t*>(bytes.data()),
                         static_cast<std::uint16_t>(size));
  return bytes + std::string(size, fill);
}

class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(SessionLimits limits = {.in_flight = 4, .held = 2, .output_bytes = 100})
      : limits_(limits), session_(kTwoByte, limits, now_) {}

  /// Puts what fits; the session must have asked for it.
  std::size_t feed(std::string_view bytes) {
    const base::ByteSpan space = session_.begin_receive();
    const std::size_t size = std::min(space.size(), bytes.size());
    std::copy_n(bytes.begin(), size, space.begin());
    session_.received(size, now_);
    return size;
  }
  Kind next() {
    const core::SessionAction action = session_.next(now_);
    if (action.kind == Kind::submit) submitted_.push_back(action.frame);
    return action.kind;
  }
  /// Submits all that may be; what the session wants then.
  Kind submit_all() {
    Kind kind = next();
    while (kind == Kind::submit) kind = next();
    return kind;
  }
  void answer(std::string_view text) { session_.answer(base::as_bytes(text), now_); }
  void pass(base::TimeUs time_us) { now_ += time_us; }

  SessionLimits limits_;
  base::TimeUs now_ = 1'000'000;
  Session session_;
  std::vector<codec::Frame> submitted_;
};

TEST_F(SessionTest, ReadsThenSubmitsAWholeFrame) {
  EXPECT_EQ(next(), Kind::read);
  feed(framed(10));
  EXPECT_EQ(next(), Kind::submit);
  EXPECT_EQ(submitted_[0].message.size(), 10u);
  EXPECT_EQ(session_.unanswered(), 1u);
  EXPECT_EQ(next(), Kind::read);
}

TEST_F(SessionTest, AnyCutOfTheBytesGivesTheSameFrames) {
  const std::string bytes = framed(3, 'a') + framed(1, 'b') + framed(40, 'c');
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Session session(kTwoByte, limits_, now_);
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::string part = bytes.substr(at, piece);
      core::SessionAction action = session.next(now_);
      ASSERT_EQ(action.kind, Kind::read);
      std::copy(part.begin(), part.end(), session.begin_receive().begin());
      session.received(part.size(), now_);
      while ((action = session.next(now_)).kind == Kind::submit) {
        seen += base::as_text(action.frame.message);
        session.answer({}, now_);
      }
    }
    EXPECT_EQ(seen, "aaab" + std::string(40, 'c')) << "pieces of " << piece;
  }
}

TEST_F(SessionTest, SubmittedBytesStayWhileOneIsUnanswered) {
  next();
  feed(framed(10, 'a') + framed(10, 'b') + framed(10, 'c').substr(0, 5));
  EXPECT_EQ(submit_all(), Kind::read);
  answer("1");
  feed(framed(10, 'c').substr(5));
  EXPECT_EQ(submit_all(), Kind::read);
  ASSERT_EQ(submitted_.size(), 3u);
  EXPECT_EQ(base::as_text(submitted_[1].message), std::string(10, 'b'));
  EXPECT_EQ(base::as_text(submitted_[2].message), std::string(10, 'c'));
}

TEST_F(SessionTest, BufferIsCompactedOnceAllAreAnswered) {
  next();
  const std::size_t room = session_.begin_receive().size();
  feed(framed(10) + framed(9).substr(0, 4));
  EXPECT_EQ(submit_all(), Kind::read);
  answer("1");
  EXPECT_EQ(next(), Kind::read);
  EXPECT_EQ(session_.begin_receive().size(), room - 4);
}

TEST_F(SessionTest, RoomStaysWhileAReceiveIntoItIsOutstanding) {
  next();
  feed(framed(10, 'a'));
  EXPECT_EQ(submit_all(), Kind::read);
  const base::ByteSpan outstanding = session_.begin_receive();
  answer("1");
  EXPECT_EQ(next(), Kind::read) << "nothing is in flight, yet nothing may move";
  const std::string second = framed(10, 'b');
  std::copy(second.begin(), second.end(), outstanding.begin());
  session_.received(second.size(), now_);
  EXPECT_EQ(next(), Kind::submit);
  EXPECT_EQ(base::as_text(submitted_[1].message), std::string(10, 'b'));
}

TEST_F(SessionTest, AtTheInFlightBoundNothingIsReadUntilAnAnswer) {
  next();
  std::string six;
  for (int i = 0; i < 6; ++i) six += framed(8);
  feed(six);
  EXPECT_EQ(submit_all(), Kind::wait);
  EXPECT_EQ(session_.unanswered(), 4u);
  answer("a");
  EXPECT_EQ(submit_all(), Kind::wait);
  EXPECT_EQ(submitted_.size(), 5u);
  answer("b");
  EXPECT_EQ(submit_all(), Kind::wait);
  EXPECT_EQ(submitted_.size(), 6u);
  answer("c");
  EXPECT_EQ(next(), Kind::read);
}

TEST_F(SessionTest, AFullReceiveBufferWaitsForAnswersAndLosesNothing) {
  // Frames so large that the buffer is full before the bound of those in flight is reached.
  const std::string large = framed(8'000, 'x');
  std::string stream = large + large + large;
  EXPECT_EQ(next(), Kind::read);
  stream.erase(0, feed(stream));
  EXPECT_EQ(submit_all(), Kind::wait);
  EXPECT_EQ(submitted_.size(), 1u);
  EXPECT_FALSE(stream.empty());
  for (int round = 0; round < 2; ++round) {
    answer("");
    EXPECT_EQ(submit_all(), Kind::read);
    stream.erase(0, feed(stream));
    submit_all();
  }
  EXPECT_EQ(submitted_.size(), 3u);
  EXPECT_TRUE(stream.empty());
}

TEST_F(SessionTest, LargestFrameFitsBehindUsualOnes) {
  next();
  feed(framed(250) + framed(250) + framed(250));
  EXPECT_EQ(submit_all(), Kind::read);
  const std::string largest = framed(codec::kMaxFrameLength);
  EXPECT_EQ(feed(largest), largest.size());
  EXPECT_EQ(next(), Kind::submit);
}

TEST_F(SessionTest, LengthZeroCloses) {
  next();
  feed(std::string(2, '\0'));
  EXPECT_EQ(next(), Kind::close);
  EXPECT_EQ(session_.reason(), "length is zero");
}

TEST_F(SessionTest, LengthOverTheLimitCloses) {
  next();
  feed("\x20\x01");
  EXPECT_EQ(next(), Kind::close);
  EXPECT_NE(session_.reason().find("over the limit"), std::string::npos);
}

TEST_F(SessionTest, WhatCameBeforeABadFrameIsAnsweredAndSentFirst) {
  next();
  feed(framed(5) + "\xff\xff");
  EXPECT_EQ(submit_all(), Kind::wait);
  EXPECT_FALSE(session_.is_open());
  answer("done");
  EXPECT_EQ(next(), Kind::wait);
  EXPECT_EQ(base::as_text(session_.unsent()), "done");
  session_.sent(4, now_);
  EXPECT_EQ(next(), Kind::close);
}

TEST_F(SessionTest, EndOfInputBetweenFramesAnswersThenCloses) {
  next();
  feed(framed(5));
  session_.input_ended();
  EXPECT_EQ(submit_all(), Kind::wait);
  answer("x");
  session_.sent(1, now_);
  EXPECT_EQ(next(), Kind::close);
  EXPECT_EQ(session_.reason(), "closed by the peer");
}

TEST_F(SessionTest, EndOfInputInsideAFrameSaysSo) {
  next();
  feed(framed(5).substr(0, 3));
  session_.input_ended();
  EXPECT_EQ(next(), Kind::close);
  EXPECT_EQ(session_.reason(), "closed by the peer inside a frame");
}

TEST_F(SessionTest, FrameTimeoutCountsFromItsFirstByteNotItsLast) {
  next();
  feed(framed(50).substr(0, 1));
  next();
  for (int i = 1; i < 10; ++i) {
    pass(kMicrosPerSecond);
    feed(framed(50).substr(static_cast<std::size_t>(i), 1));
    EXPECT_EQ(next(), Kind::read);
    EXPECT_FALSE(session_.tick(now_));
  }
  pass(kMicrosPerSecond);
  EXPECT_TRUE(session_.tick(now_));
  EXPECT_EQ(next(), Kind::close);
  EXPECT_EQ(session_.reason(), "a frame did not finish in time");
}

TEST_F(SessionTest, AFrameTheSwitchDoesNotReadHasNoTimeout) {
  next();
  for (int i = 0; i < 4; ++i) feed(framed(8));
  feed("\x01");
  EXPECT_EQ(submit_all(), Kind::wait);
  pass(limits_.frame_timeout_us * 2);
  EXPECT_FALSE(session_.tick(now_));
  answer("");
  EXPECT_EQ(next(), Kind::read);
  EXPECT_FALSE(session_.tick(now_));
  pass(limits_.frame_timeout_us);
  EXPECT_TRUE(session_.tick(now_));
}

TEST_F(SessionTest, IdleTimeoutStartsAnewWithEachByteAndAnswer) {
  EXPECT_EQ(next(), Kind::read);
  pass(limits_.idle_timeout_us - 1);
  EXPECT_FALSE(session_.tick(now_));
  feed(framed(5));
  submit_all();
  pass(limits_.idle_timeout_us * 2);
  EXPECT_FALSE(session_.tick(now_)) << "a request waits for its answer";
  answer("x");
  session_.sent(1, now_);
  pass(limits_.idle_timeout_us - 1);
  EXPECT_FALSE(session_.tick(now_));
  pass(1);
  EXPECT_TRUE(session_.tick(now_));
  EXPECT_EQ(next(), Kind::close);
  EXPECT_EQ(session_.reason(), "idle");
}

TEST_F(SessionTest, APeerThatTakesNoAnswersIsNotReadAndThenAbandoned) {
  next();
  feed(framed(5) + framed(5));
  EXPECT_EQ(submit_all(), Kind::read);
  answer(std::string(limits_.output_bytes, 'o'));
  EXPECT_EQ(next(), Kind::wait);
  session_.sent(1, now_);
  EXPECT_EQ(next(), Kind::read) << "below the bound it is read again";
  pass(limits_.frame_timeout_us - 1);
  EXPECT_FALSE(session_.tick(now_));
  pass(1);
  EXPECT_TRUE(session_.tick(now_));
  EXPECT_EQ(next(), Kind::close) << "one is in flight and bytes are unsent: not waited for";
  EXPECT_EQ(session_.reason(), "the peer does not take its answers");
}

TEST_F(SessionTest, OutputStaysWithinItsBound) {
  constexpr std::size_t kAnswer = 70;
  std::size_t most = 0;
  next();
  for (int i = 0; i < 50; ++i) {
    if (next() == Kind::read) feed(framed(5) + framed(5) + framed(5));
    submit_all();
    while (session_.unanswered() > 0) answer(std::string(kAnswer, 'o'));
    most = std::max(most, session_.unsent().size());
  }
  EXPECT_LE(most, core::output_bound(limits_, kAnswer));
  EXPECT_GE(most, limits_.output_bytes);
}

TEST_F(SessionTest, SentInPiecesKeepsTheOrderOfBytes) {
  next();
  feed(framed(5) + framed(5) + framed(5));
  submit_all();
  std::string wire;
  for (const char* text : {"first-", "second-", "third"}) {
    answer(text);
    wire += base::as_text(session_.unsent().first(4));
    session_.sent(4, now_);
  }
  while (!session_.unsent().empty()) {
    wire += base::as_text(session_.unsent().first(1));
    session_.sent(1, now_);
  }
  EXPECT_EQ(wire, "first-second-third");
}

TEST_F(SessionTest, AFailedFrameEndsTheConnectionButOthersAreStillAnswered) {
  next();
  feed(framed(5) + framed(5) + framed(5));
  submit_all();
  session_.fail("MTI not readable", Session::Blame::peer);
  answer("second");
  EXPECT_EQ(next(), Kind::wait);
  session_.forget_submitted();
  session_.sent(6, now_);
  EXPECT_EQ(next(), Kind::close);
  EXPECT_EQ(session_.reason(), "MTI not readable");
}

TEST_F(SessionTest, HeldAnswersKeepNobodyWaitingUntilTheirOwnBound) {
  next();
  std::string seven;
  for (int i = 0; i < 7; ++i) seven += framed(5);
  feed(seven);
  EXPECT_EQ(submit_all(), Kind::wait) << "four may be in flight";
  EXPECT_EQ(session_.take_limit(), core::SessionLimit::in_flight);
  session_.hold();
  EXPECT_EQ(submit_all(), Kind::wait);
  EXPECT_EQ(submitted_.size(), 5u) << "in the place of the one that is held";
  session_.hold();
  EXPECT_EQ(next(), Kind::wait) << "two may be held";
  EXPECT_EQ(session_.take_limit(), core::SessionLimit::held);
  EXPECT_EQ(session_.unanswered(), 5u);
  EXPECT_TRUE(session_.unsent().empty());
  session_.release(base::as_bytes("late"), now_);
  EXPECT_EQ(base::as_text(session_.unsent()), "late");
  EXPECT_EQ(next(), Kind::submit);
}

TEST_F(SessionTest, AHeldAnswerKeepsNoRoomInTheBuffer) {
  next();
  feed(framed(5));
  submit_all();
  session_.hold();
  for (int i = 0; i < 100; ++i) {  // more than the buffer has room for
    ASSERT_EQ(feed(framed(500)), 502u);
    ASSERT_EQ(submit_all(), Kind::read);
    answer("");
    ASSERT_EQ(next(), Kind::read);
  }
}

TEST_F(SessionTest, AConnectionEndsWhenWhatIsHeldIsSent) {
  next();
  feed(framed(5));
  submit_all();
  session_.hold();
  session_.input_ended();
  EXPECT_EQ(next(), Kind::wait);
  pass(2 * limits_.idle_timeout_us);
  EXPECT_FALSE(session_.tick(now_)) << "it is not idle";
  session_.release(base::as_bytes("late"), now_);
  EXPECT_EQ(next(), Kind::wait);
  session_.sent(4, now_);
  EXPECT_EQ(next(), Kind::close);
}

TEST_F(SessionTest, AfterTheEndNothingIsSubmittedAnyMore) {
  next();
  feed(framed(5));
  session_.end("the switch stops");
  EXPECT_EQ(next(), Kind::close);
  EXPECT_TRUE(submitted_.empty());
}

TEST_F(SessionTest, TheFirstReasonStays) {
  session_.end("first");
  session_.abandon("second");
  EXPECT_EQ(session_.reason(), "first");
}

TEST(SessionFormats, LargestFrameOfEachHeaderFits) {
  using codec::HeaderKind;
  for (const HeaderKind kind : {HeaderKind::two_byte, HeaderKind::two_byte_inclusive,
                                HeaderKind::four_ascii, HeaderKind::two_bcd}) {
    for (const bool tpdu : {false, true}) {
      const codec::FrameFormat format{kind, tpdu};
      const std::vector<std::uint8_t> tpdu_bytes(tpdu ? codec::kTpduSize : 0, 0x60);
      const std::size_t counted =
          tpdu_bytes.size() + (kind == HeaderKind::two_byte_inclusive ? 2 : 0);
      const std::size_t message = codec::kMaxFrameLength - counted;
      std::vector<std::uint8_t> bytes(codec::header_size(format));
      codec::write_header(format, tpdu_bytes, message, bytes);
      bytes.resize(bytes.size() + message, 1);
      Session session(format, {.in_flight = 1}, 0);
      EXPECT_EQ(session.next(0).kind, Kind::read);
      const base::ByteSpan room = session.begin_receive();
      ASSERT_GE(room.size(), bytes.size());
      std::copy(bytes.begin(), bytes.end(), room.begin());
      session.received(bytes.size(), 0);
      EXPECT_EQ(session.next(0).kind, Kind::submit);
    }
  }
}

}  // namespace
