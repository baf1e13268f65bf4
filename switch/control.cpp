#include "switch/control.hpp"

#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <utility>

namespace core {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

struct ControlServer::Client {
  Client(ControlClient number, Socket from)
      : id(number), socket(std::move(from)), moved_us(base::steady_now()) {}

  std::size_t unsent() const { return output.size() + waiting.size(); }
  bool is_busy() const { return is_reading || is_writing; }

  const ControlClient id;
  Socket socket;
  std::array<char, kMaxControlRequest> request;
  std::size_t request_size = 0;
  std::string output;     ///< being written: must not move
  std::string waiting;    ///< to be written then
  base::TimeUs moved_us;  ///< when the client connected or last took something
  bool is_reading = false, is_writing = false;
  bool has_asked = false;
  bool is_finished = false;  ///< closes once everything is sent
  bool is_closed = false;
};

ControlServer::ControlServer(asio::io_context& io, const std::filesystem::path& path,
                             Handler handler)
    : io_(io), acceptor_(io), path_(path), handler_(std::move(handler)) {
  if (path.native().size() >= sizeof(sockaddr_un::sun_path))
    throw std::runtime_error("the path of the control socket, " + path.string() + ", has over " +
                             std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                             " characters; give a data folder with a shorter path");
  std::error_code ignored;
  if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);

  error_code error;
  acceptor_.open(stream_protocol(), error);
  const mode_t mask = ::umask(0177);
  if (!error) acceptor_.bind(stream_protocol::endpoint(path.string()), error);
  ::umask(mask);
  if (!error) acceptor_.listen(static_cast<int>(kMaxControlClients), error);
  if (error)
    throw std::runtime_error("the control socket " + path.string() +
                             " cannot be made: " + error.message());
  accept();
}

ControlServer::~ControlServer() {
  close();
  // What is under way comes back with an error; it must find its client here.
  io_.restart();
  io_.poll();
}

void ControlServer::accept() {
  is_accepting_ = true;
  acceptor_.async_accept([this](const error_code& error, Socket socket) {
    is_accepting_ = false;
    if (error) return;  // out of descriptors: tick() tries again, at once would be at full speed
    admit(std::move(socket));
    accept();
  });
}

void ControlServer::admit(Socket socket) {
  reap();
  if (clients_.size() >= kMaxControlClients) return;
  clients_.push_back(std::make_unique<Client>(++last_client_, std::move(socket)));
  read(*clients_.back());
}

ControlServer::Client* ControlServer::find(ControlClient client) const {
  for (const auto& candidate : clients_)
    if (candidate->id == client && !candidate->is_closed) return candidate.get();
  return nullptr;
}

void ControlServer::read(Client& client) {
  client.is_reading = true;
  client.socket.async_read_some(asio::buffer(client.request.data() + client.request_size,
                                             client.request.size() - client.request_size),
                                [this, &client](const error_code& error, std::size_t size) {
                                  client.is_reading = false;
                                  if (client.is_closed) return;
                                  if (error) return drop(client);
                                  client.request_size += size;
                                  take(client);
                                });
}

void ControlServer::take(Client& client) {
  const std::string_view bytes(client.request.data(), client.request_size);
  const std::size_t end = bytes.find('\n');
  if (end != std::string_view::npos) {
    client.has_asked = true;
    const ControlClient id = client.id;
    handler_(id, bytes.substr(0, end));
  } else if (client.request_size == client.request.size()) {
    client.has_asked = true;
    refuse(client.id, "the request is over " + std::to_string(kMaxControlRequest) + " bytes");
  } else {
    read(client);
  }
}

bool ControlServer::send(ControlClient client, const boost::json::object& line) {
  Client* found = find(client);
  if (found == nullptr || found->is_finished) return false;
  queue(*found, line);
  return !found->is_closed;
}

bool ControlServer::has_room(ControlClient client) const {
  const Client* const found = find(client);
  return found == nullptr || found->unsent() < kMaxControlOutput / 2;
}

void ControlServer::finish(ControlClient client) {
  if (!send(client, {{"kind", "end"}})) return;
  Client* found = find(client);
  found->is_finished = true;
  write(*found);
}

void ControlServer::refuse(ControlClient client, std::string_view sentence) {
  if (!send(client, {{"kind", "error"}, {"text", sentence}})) return;
  Client* found = find(client);
  found->is_finished = true;
  write(*found);
}

void ControlServer::queue(Client& client, const boost::json::object& line) {
  const std::string text = boost::json::serialize(line);
  if (client.unsent() + text.size() + 1 > kMaxControlOutput) return drop(client);
  if (client.unsent() == 0) client.moved_us = base::steady_now();
  client.waiting += text;
  client.waiting += '\n';
  write(client);
}

void ControlServer::write(Client& client) {
  if (client.is_writing || client.is_closed) return;
  if (client.waiting.empty()) {
    if (client.is_finished) drop(client);
    return;
  }
  client.is_writing = true;
  client.output.swap(client.waiting);
  asio::async_write(client.socket, asio::buffer(client.output),
                    [this, &client](const error_code& error, std::size_t) {
                      client.is_writing = false;
                      client.output.clear();
                      client.moved_us = base::steady_now();
                      if (client.is_closed) return;
                      if (error) return drop(client);
                      write(client);
                    });
}

void ControlServer::drop(Client& client) {
  if (std::exchange(client.is_closed, true)) return;
  error_code ignored;
  client.socket.shutdown(Socket::shutdown_both, ignored);
  client.socket.close(ignored);
}

void ControlServer::reap() {
  std::erase_if(clients_,
                [](const auto& client) { return client->is_closed && !client->is_busy(); });
}

void ControlServer::tick(base::TimeUs now_us) {
  for (const auto& client : clients_) {
    const bool must_move = !client->has_asked || client->unsent() > 0;
    if (must_move && now_us - client->moved_us >= kControlPatience) drop(*client);
  }
  reap();
  if (acceptor_.is_open() && !is_accepting_) accept();
}

void ControlServer::close() {
  error_code ignored;
  if (acceptor_.is_open()) {
    acceptor_.close(ignored);
    std::error_code also_ignored;
    std::filesystem::remove(path_, also_ignored);
  }
  for (const auto& client : clients_) drop(*client);
}

}  // namespace core
