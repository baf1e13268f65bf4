#include "tools/control_client.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tools {
namespace {

using Protocol = boost::asio::local::stream_protocol;

/// A path that is too long for a socket's address is an error like any other.
boost::system::error_code connect(Protocol::socket& socket, const std::filesystem::path& path) {
  boost::system::error_code error;
  try {
    socket.connect(Protocol::endpoint(path.string()), error);
  } catch (const boost::system::system_error& failure) {
    error = failure.code();
  }
  return error;
}

}  // namespace

bool ControlReader::take(std::string_view received) {
  pending_ += received;
  std::size_t begin = 0;
  for (std::size_t end; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1)
    if (take_line(std::string_view(pending_).substr(begin, end - begin))) return true;
  pending_.erase(0, begin);
  if (pending_.size() > kMaxLine) throw ControlError("the switch's answer is too long a line");
  return false;
}

bool ControlReader::take_line(std::string_view line) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(line, error);
  const boost::json::object* const object = error ? nullptr : value.if_object();
  const auto* const kind = object == nullptr ? nullptr : object->if_contains("kind");
  if (kind == nullptr || !kind->is_string())
    throw ControlError("what answers at the control socket is no switch of this version");
  if (kind->get_string() == "end") return true;
  if (kind->get_string() == "error") {
    const auto* const text = object->if_contains("text");
    throw ControlError(text != nullptr && text->is_string() ? text->get_string().c_str()
                                                            : "the switch refused, without a word");
  }
  visit_(*object);
  return false;
}

bool control_answers(const std::filesystem::path& socket) {
  boost::asio::io_context io;
  Protocol::socket probe(io);
  return !connect(probe, socket);
}

void ask_switch(const std::filesystem::path& path, const boost::json::object& request,
                const ControlReader::Visitor& visit) {
  boost::asio::io_context io;
  Protocol::socket socket(io);
  if (const auto error = connect(socket, path))
    throw ControlError("no switch answers at " + path.string() + ": " + error.message());
  const std::string line = boost::json::serialize(request) + "\n";
  boost::system::error_code error;
  boost::asio::write(socket, boost::asio::buffer(line), error);
  ControlReader reader(visit);
  std::array<char, 16'384> received;
  while (!error) {
    const std::size_t size = socket.read_some(boost::asio::buffer(received), error);
    if (reader.take({received.data(), size})) return;
  }
  throw ControlError("the switch broke off before the end");
}

}  // namespace tools
