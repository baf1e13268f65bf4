// The server's stations change while it runs.

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "switch/server.hpp"

namespace core {

bool Server::settle() {
  while (!engine_.committing() && engine_.has_work()) engine_.flush(moment());
  return !engine_.committing();
}

/// That listens where this line is to be reached.
Listener* Server::find_listener(const StationLine& line) const {
  for (const auto& listener : listeners_)
    if (listener->acceptor.is_open() && line.port == listener->line->port &&
        line.address == listener->line->address)
      return listener.get();
  return nullptr;
}

std::size_t Server::take(std::vector<StationSettings> stations, const std::set<std::string>& anew,
                         const ServerOptions& options) {
  CP_ASSERT(!engine_.has_work() && !engine_.committing());
  const auto line_of = [&](const std::string& name) -> std::shared_ptr<StationLine> {
    for (const auto& line : stations_)
      if (line->link.station.name == name && !anew.contains(name)) return line;
    return nullptr;
  };
  // What may fail comes first; where an old listener listens already, it goes over to its new line.
  std::vector<std::pair<std::shared_ptr<StationLine>, StationSettings>> next;
  std::vector<std::unique_ptr<Listener>> opened;
  std::vector<std::pair<Listener*, StationLine*>> handed_on;
  for (StationSettings& settings : stations) {
    auto line = line_of(settings.link.station.name);
    if (!line) {
      line = std::make_shared<StationLine>(settings);
      Listener* const there = line->port ? find_listener(*line) : nullptr;
      if (there != nullptr)
        handed_on.emplace_back(there, line.get());
      else if (line->port)
        opened.push_back(open(*line));
    }
    next.emplace_back(std::move(line), std::move(settings));
  }

  options_ = options;
  std::vector<std::shared_ptr<StationLine>> before;
  for (auto& [line, settings] : next) {
    line->max_connections = settings.max_connections;
    line->link.station.password_required = settings.link.station.password_required;
    line->link.sign_on_required = settings.link.sign_on_required;
    line->link.brake = options.guesses ? &brake_ : nullptr;
    before.push_back(std::move(line));
  }
  {
    const std::lock_guard lock(lines_mutex_);
    std::swap(stations_, before);
  }
  for (const auto& [listener, line] : handed_on) listener->line = line;
  std::size_t ending = 0;
  for (auto& line : before) {
    if (std::ranges::find(stations_, line) != stations_.end()) continue;
    ending += retire(*line);
    leaving_.push_back(std::move(line));
  }
  for (auto& listener : opened) accept(*listeners_.emplace_back(std::move(listener)));
  return ending;
}

/// Returns how many connections it has.
std::size_t Server::retire(StationLine& line) {
  line.is_leaving = true;
  boost::system::error_code ignored;
  for (auto& listener : listeners_)
    if (listener->line == &line) listener->acceptor.close(ignored);
  for (auto& peer : peers_) {
    if (&peer->line() != &line) continue;
    peer->session().end("its station was taken away or changed");
    stir(*peer);
  }
  return line.figures.connections;
}

/// Forgets lines and listeners that nothing refers to any more.
void Server::let_go() {
  std::erase_if(listeners_, [this](const auto& listener) {
    return !listener->acceptor.is_open() && !listener->is_accepting &&
           std::ranges::find(to_accept_, listener.get()) == to_accept_.end();
  });
  if (!delivered_.empty() || engine_.committing()) return;
  std::erase_if(leaving_, [this](const auto& line) {
    return std::ranges::none_of(listeners_, [&](const auto& l) { return l->line == line.get(); }) &&
           std::ranges::none_of(peers_,
                                [&](const auto& peer) { return &peer->line() == line.get(); });
  });
}

}  // namespace core
