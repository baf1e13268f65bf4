#include "switch/handler_memory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>

#include "switch/listener.hpp"
#include "switch/peer.hpp"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Allocator = core::HandlerAllocator<std::byte>;

/// A connection's handlers are as large as the ones here: they capture a pointer.
class HandlerMemoryTest : public testing::Test {
 protected:
  HandlerMemoryTest() : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  asio::io_context io_{1};
  core::Acceptor acceptor_;
  core::HandlerMemory memory_;
  int called_ = 0;
};

TEST_F(HandlerMemoryTest, AnAcceptAReadAndAWaitNeedNoHeap) {
  core::Socket inside(io_);
  acceptor_.async_accept(io_, asio::bind_allocator(Allocator(memory_),
                                                   [&, this](const error_code&, core::Socket peer) {
                                                     inside = std::move(peer);
                                                     ++called_;
                                                   }));
  EXPECT_TRUE(memory_.is_in_use());
  tcp::socket outside(io_);
  outside.connect(acceptor_.local_endpoint());
  io_.run_one();
  EXPECT_FALSE(memory_.is_in_use());

  std::array<char, 4> bytes;
  inside.async_read_some(
      asio::buffer(bytes),
      asio::bind_allocator(Allocator(memory_),
                           [this](const error_code&, std::size_t) { ++called_; }));
  EXPECT_TRUE(memory_.is_in_use());
  outside.write_some(asio::buffer("x", 1));
  io_.restart();
  io_.run_one();
  EXPECT_FALSE(memory_.is_in_use());

  inside.async_wait(
      core::Socket::wait_write,
      asio::bind_allocator(Allocator(memory_), [this](const error_code&) { ++called_; }));
  EXPECT_TRUE(memory_.is_in_use());
  io_.restart();
  io_.run_one();
  EXPECT_FALSE(memory_.is_in_use());
  EXPECT_EQ(called_, 3);
}

TEST(HandlerMemory, WhatDoesNotFitComesFromTheHeap) {
  core::HandlerMemory memory;
  void* first = memory.allocate(64);
  void* second = memory.allocate(64);
  void* large = memory.allocate(100'000);
  EXPECT_NE(first, second);
  memory.deallocate(large);
  memory.deallocate(first);
  EXPECT_FALSE(memory.is_in_use());
  memory.deallocate(second);
}

}  // namespace
