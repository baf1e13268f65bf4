#include "switch/backup_desk.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "switch/version.hpp"

namespace core {

using config::LogLevel;

/// Between a backup in the store's thread and the desk.
struct BackupDesk::Link {
  std::atomic<bool> cancelled = false;
  BackupDesk* desk;  ///< the I/O thread's; null once the desk is gone
};

BackupDesk::BackupDesk(boost::asio::io_context& io, ledger::DurableStore& store, MessageLog& log,
                       SwitchClock clock)
    : io_(io), store_(store), log_(log), clock_(clock) {}

BackupDesk::~BackupDesk() {
  if (!link_) return;
  link_->cancelled = true;
  link_->desk = nullptr;
}

void BackupDesk::begin(ControlServer& door, ControlClient client, std::string_view folder) {
  const std::filesystem::path path(folder);
  if (!path.is_absolute() || path.filename().empty())
    return door.refuse(client, "`folder` must be the complete path of a folder");
  auto link = std::make_shared<Link>();
  link->desk = this;
  ledger::BackupRequest request;
  request.folder = path;
  request.time_us = clock_.now();
  request.program = fmt::format("cpswitch {}", kVersion);
  request.progress = [link, &door, client, &io = io_, told = -1](int per_mille,
                                                                 std::string_view doing) mutable {
    if (link->cancelled) throw std::runtime_error("the client has left");
    if (std::exchange(told, per_mille) == per_mille) return;
    boost::json::object line{
        {"kind", "progress"}, {"done", per_mille}, {"of", 1'000}, {"text", doing}};
    boost::asio::post(io, [link, &door, client, line = std::move(line)] {
      if (link->desk != nullptr && !door.send(client, line)) link->cancelled = true;
    });
  };
  request.done = [link, &door, client, &io = io_, name = std::string(folder)](
                     const std::string& error, const ledger::Manifest& manifest) {
    boost::asio::post(io, [link, &door, client, name, error, manifest] {
      if (link->desk != nullptr) link->desk->end(door, client, name, error, manifest);
    });
  };
  if (!store_.request_backup(std::move(request)))
    return door.refuse(client, "another backup or check is under way; try again when it is done");
  link_ = std::move(link);
  door.send(client, {{"kind", "progress"},
                     {"done", 0},
                     {"of", 1'000},
                     {"text", "waiting for the end of a window"}});
}

void BackupDesk::end(ControlServer& door, ControlClient client, const std::string& folder,
                     const std::string& error, const ledger::Manifest& manifest) {
  link_.reset();
  if (!error.empty()) {
    log_.event(LogLevel::error, "backup", {}, fmt::format("{}: {}", folder, error));
    return door.refuse(client, error);
  }
  std::uint64_t bytes = 0;
  for (const ledger::BackupFile& file : manifest.files) bytes += file.bytes;
  log_.event(LogLevel::info, "backup", {},
             fmt::format("{}: transactions to #{}, restorable from #{} on, {} bytes", folder,
                         manifest.last_sequence, manifest.first_sequence, bytes));
  door.send(client, {{"kind", "backup"},
                     {"folder", folder},
                     {"restorable_from", fmt::format("#{}", manifest.first_sequence)},
                     {"restorable_to", fmt::format("#{}", manifest.last_sequence)},
                     {"bytes", bytes}});
  door.finish(client);
}

}  // namespace core
