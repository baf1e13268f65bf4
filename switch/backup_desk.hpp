#pragma once
/// The control desk's part for `backup`: asks the store for one, tells how far it is and how it
/// ended. Whoever asked and leaves ends it.
///
/// The I/O thread; what the store's thread has to say comes here through posts.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string_view>

#include "ledger/durable_store.hpp"
#include "switch/control.hpp"
#include "switch/message_log.hpp"

namespace core {

class BackupDesk {
 public:
  /// All must outlive it.
  BackupDesk(boost::asio::io_context& io, ledger::DurableStore& store, MessageLog& log,
             SwitchClock clock);
  ~BackupDesk();
  BackupDesk(const BackupDesk&) = delete;
  BackupDesk& operator=(const BackupDesk&) = delete;

  /// Answers, now or later.
  void begin(ControlServer& door, ControlClient client, std::string_view folder);

 private:
  struct Link;
  void end(ControlServer& door, ControlClient client, const std::string& folder,
           const std::string& error, const ledger::Manifest& manifest);

  boost::asio::io_context& io_;
  ledger::DurableStore& store_;
  MessageLog& log_;
  const SwitchClock clock_;
  std::shared_ptr<Link> link_;  // of the backup under way
};

}  // namespace core
