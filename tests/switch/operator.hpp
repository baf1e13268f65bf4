#pragma once
/// An operator's tool in a test: asks the control socket, reads the lines of the answer.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "switch_support.hpp"

namespace core::test {

namespace json = boost::json;

/// A blocking client of the control socket.
class Operator {
 public:
  explicit Operator(const TestSwitch& tested) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    tested.control_socket().string().copy(to.sun_path, sizeof to.sun_path - 1);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Operator() { ::close(socket_); }
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  void send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Everything until the switch closes.
  std::vector<json::object> receive_all() {
    std::string text;
    std::array<char, 16'384> bytes;
    pollfd waiting{socket_, POLLIN, 0};
    while (::poll(&waiting, 1, kPatienceMs) > 0) {
      const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (size <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(size));
    }
    std::vector<json::object> lines;
    std::istringstream from(text);
    for (std::string line; std::getline(from, line);)
      lines.push_back(json::parse(line).as_object());
    return lines;
  }

 private:
  int socket_ = -1;
};

inline std::vector<json::object> ask(const TestSwitch& tested, const std::string& request) {
  Operator client(tested);
  client.send(request + "\n");
  return client.receive_all();
}

inline std::string kinds(const std::vector<json::object>& lines) {
  std::string text;
  for (const auto& line : lines) text += std::string(line.at("kind").as_string()) + " ";
  return text;
}

/// What the switch refused it with, or `no error`.
inline std::string error_of(const std::vector<json::object>& lines) {
  const json::object& last = lines.at(lines.size() - 1);
  return last.contains("text") ? std::string(last.at("text").as_string()) : "no error";
}

}  // namespace core::test
