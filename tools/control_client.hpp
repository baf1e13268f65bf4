#pragma once
/// Asks a running switch through the Unix socket in its data folder.
///
///   {"command":"status"} → a line of JSON each, told apart by "kind" → {"kind":"end"} or
///   {"kind":"error","text":"…"}

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tools {

/// The switch says no, or the talk broke off; the sentence says which.
class ControlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Puts received bytes together to lines and reads them; knows no socket.
class ControlReader {
 public:
  using Visitor = std::function<void(const boost::json::object& line)>;

  /// `visit` is called for each line but the last.
  explicit ControlReader(Visitor visit) : visit_(std::move(visit)) {}

  /// True when the last line is there. Throws ControlError at the switch's refusal and at what is
  /// no line of this protocol.
  bool take(std::string_view received);

 private:
  static constexpr std::size_t kMaxLine = 1 << 20;
  bool take_line(std::string_view line);

  Visitor visit_;
  std::string pending_;
};

/// True when a switch listens there.
bool control_answers(const std::filesystem::path& socket);

/// Sends one request and visits its lines. Throws ControlError. No time-out: the switch closes
/// what it no longer serves, and long work says how far it is.
void ask_switch(const std::filesystem::path& socket, const boost::json::object& request,
                const ControlReader::Visitor& visit);

}  // namespace tools
