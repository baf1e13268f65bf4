#include "switch/peer.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "switch/station_line.hpp"

namespace core {

namespace asio = boost::asio;
using boost::system::error_code;
using Kind = SessionAction::Kind;

Peer::Peer(PeerHost& host, StationLine& line, Stream stream, const SessionLimits& limits,
           std::uint64_t number, base::TimeUs now_us)
    : host_(host),
      line_(line),
      stream_(std::move(stream)),
      session_(line.link.frame, limits, now_us),
      number_(number),
      began_us_(now_us),
      received_us_(now_us) {
  error_code ignored;  // a peer that is gone already is noticed by the first read
  Socket& socket = stream_.socket();
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

const StationLink& Peer::link() const { return line_.link; }

/// A held answer is told of now, when it is decided: the peer may be gone before it is sent.
void Peer::deliver(base::ByteView answer, const MessageFacts& facts, base::TimeUs received_us) {
  const base::TimeUs now_us = base::steady_now();
  if (const base::TimeUs hold_us = host_.hold_us(facts); hold_us != 0) {
    session_.hold();
    held_.push_back({now_us + hold_us, {answer.begin(), answer.end()}});
  } else {
    session_.answer(answer, now_us);
  }
  ++messages_;
  host_.delivered(*this, facts, received_us, !answer.empty());
  host_.stir(*this);
}

void Peer::fail(std::string_view reason, std::optional<std::uint16_t> offset, base::TimeUs) {
  if (offset) {
    ++unreadable_;
    session_.fail(fmt::format("{} at offset {}", reason, *offset), Session::Blame::peer);
  } else {
    session_.fail(reason, Session::Blame::nobody);
  }
  has_failed_ = true;
  host_.stir(*this);
}

void Peer::release_held(base::TimeUs due_by_us, base::TimeUs now_us) {
  const std::size_t released = std::erase_if(held_, [&](const HeldAnswer& answer) {
    if (answer.due_us > due_by_us) return false;
    session_.release(answer.bytes, now_us);
    return true;
  });
  if (released == 0) return;
  host_.unheld(released);
  host_.stir(*this);
}

void Peer::send() {
  while (!is_closed_ && !is_awaiting_room_ && !session_.unsent().empty()) {
    const base::ByteView unsent = session_.unsent();
    error_code error;
    const std::size_t size = stream_.write_some(unsent, error);
    if (!error) {
      session_.sent(size, base::steady_now());
    } else if (error == asio::error::would_block) {
      is_awaiting_room_ = true;
      stream_.socket().async_wait(stream_.write_wait(),
                                  asio::bind_allocator(HandlerAllocator<std::byte>(write_memory_),
                                                       [this](const error_code&) {
                                                         is_awaiting_room_ = false;
                                                         host_.stir(*this);
                                                       }));
    } else {
      session_.abandon("the connection was lost");  // the round that is sending also closes
      return;
    }
  }
}

void Peer::finish_round() {
  if (is_closed_) return;
  if (std::exchange(has_failed_, false)) {
    host_.forget(*this);
    session_.forget_submitted();
  }
  switch (submit_frames()) {
    case Kind::read:
      if (!is_reading_) read();
      return;
    case Kind::close:
      close();
      return;
    default:
      return;
  }
}

/// Hands over every frame that may be; returns what the session wants then.
Kind Peer::submit_frames() {
  for (;;) {
    const SessionAction action = session_.next(base::steady_now());
    if (const SessionLimit limit = session_.take_limit(); limit != SessionLimit::none)
      host_.reached(*this, limit);
    if (action.kind != Kind::submit) return action.kind;
    host_.submit(*this, action.frame, received_us_);
  }
}

/// Waits until there is something, and only then reads: an asynchronous read would try at once, in
/// vain, which is a system call a message. What TLS holds back already needs no waiting, but takes
/// its turn among the others.
void Peer::read() {
  is_reading_ = true;
  if (stream_.has_unread())
    asio::post(
        stream_.socket().get_executor(),
        asio::bind_allocator(HandlerAllocator<std::byte>(read_memory_), [this] { on_readable(); }));
  else
    stream_.socket().async_wait(stream_.read_wait(),
                                asio::bind_allocator(HandlerAllocator<std::byte>(read_memory_),
                                                     [this](const error_code&) { on_readable(); }));
}

void Peer::on_readable() {
  is_reading_ = false;
  host_.stir(*this);
  if (is_closed_) return;
  received_us_ = base::steady_now();
  error_code error;
  const base::ByteSpan space = session_.begin_receive();
  const std::size_t size = stream_.read_some(space, error);
  if (error == asio::error::eof)
    session_.input_ended();
  else if (error && error != asio::error::would_block)
    session_.abandon("the connection was lost");
  else
    session_.received(size, received_us_);
  submit_frames();
}

void Peer::close() {
  host_.forget(*this);
  session_.forget_submitted();
  session_.forget_held();
  host_.unheld(held_.size());
  held_.clear();
  stream_.close();
  is_closed_ = true;
  host_.closed(*this);
}

}  // namespace core
