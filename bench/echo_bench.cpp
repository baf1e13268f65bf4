/// What the network alone costs: answers every frame with a message of an answer's size and does
/// nothing else. cpbench takes it for the switch.
///
///   echo_bench --port N [--bytes N]
///
/// The answer is the request, filled up with element 63 to the given size, so that it still has the
/// STAN that its sender looks for. iso87-binary behind a length of two bytes. One thread, waits and
/// reads as the switch does.

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

constexpr std::size_t kHeader = 2;              // bytes of the frame's length
constexpr std::size_t kFill = 63, kPrefix = 2;  // the element that fills up, and its length's bytes
constexpr std::size_t kBitmapAt = kHeader + 2;

class Connection {
 public:
  Connection(Socket socket, std::size_t answer_bytes)
      : socket_(std::move(socket)), answer_bytes_(answer_bytes) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  /// Ends itself with the connection.
  static void serve(std::unique_ptr<Connection> self) {
    Socket& socket = self->socket_;
    socket.async_wait(Socket::wait_read, [self = std::move(self)](const error_code& error) mutable {
      if (!error && self->answer()) serve(std::move(self));
    });
  }

 private:
  bool answer() {
    error_code error;
    used_ += socket_.read_some(asio::buffer(in_.data() + used_, in_.size() - used_), error);
    if (error == asio::error::would_block) return true;
    if (error) return false;
    std::size_t at = 0;
    out_.clear();
    while (used_ - at >= kHeader) {
      const std::size_t size = kHeader + std::size_t{in_[at]} * 256 + in_[at + 1];
      if (used_ - at < size) break;
      add_answer(in_.data() + at, size);
      at += size;
    }
    std::memmove(in_.data(), in_.data() + at, used_ - at);
    used_ -= at;
    const std::size_t sent = socket_.write_some(asio::buffer(out_), error);
    return !error && sent == out_.size();  // few bytes always fit
  }

  void add_answer(const std::uint8_t* request, std::size_t size) {
    const std::size_t begin = out_.size();
    out_.insert(out_.end(), request, request + size);
    if (size + kPrefix < answer_bytes_) {
      const std::size_t fill = answer_bytes_ - size - kPrefix;
      out_[begin + kBitmapAt + (kFill - 1) / 8] |= 0x80 >> ((kFill - 1) % 8);
      out_.push_back(static_cast<std::uint8_t>(fill / 100));
      out_.push_back(static_cast<std::uint8_t>(fill % 100 / 10 << 4 | fill % 10));
      out_.insert(out_.end(), fill, ' ');
    }
    const std::size_t length = out_.size() - begin - kHeader;
    out_[begin] = static_cast<std::uint8_t>(length / 256);
    out_[begin + 1] = static_cast<std::uint8_t>(length % 256);
  }

  Socket socket_;
  const std::size_t answer_bytes_;
  std::array<std::uint8_t, 16'384> in_;
  std::size_t used_ = 0;
  std::vector<std::uint8_t> out_;
};

void accept(Acceptor& acceptor, std::size_t answer_bytes) {
  acceptor.async_accept([&acceptor, answer_bytes](const error_code& error, Socket socket) {
    if (error) return;
    Connection::serve(std::make_unique<Connection>(std::move(socket), answer_bytes));
    accept(acceptor, answer_bytes);
  });
}

int usage() {
  std::fprintf(stderr, "echo_bench --port N [--bytes N]\n");
  return 2;
}

}  // namespace

int main(int count, char** words) {
  try {
    unsigned long port = 0, answer_bytes = 0;
    for (int i = 1; i + 1 < count; i += 2) {
      const std::string name = words[i];
      if (name != "--port" && name != "--bytes") return usage();
      (name == "--port" ? port : answer_bytes) = std::stoul(words[i + 1]);
    }
    if (port == 0 || port > 65'535 || answer_bytes > 900 || count % 2 == 0) return usage();
    asio::io_context io{1};
    Acceptor acceptor(io, {asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    accept(acceptor, answer_bytes);
    std::puts("echo_bench ready");
    std::fflush(stdout);
    io.run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_bench: %s\n", error.what());
    return 1;
  }
}
