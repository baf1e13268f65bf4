#pragma once
/// The control desk's part for what looks at all the data: in a thread of the store, at a settled
/// snapshot, so that no purchase waits for it. Whoever asked and leaves ends it.
///
///   begin(look, end) → look(snapshot, vault, tell) in a thread of the store → end(error) back here

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/card_vault.hpp"
#include "ledger/durable_store.hpp"
#include "switch/control.hpp"
#include "switch/station_keys.hpp"

namespace core {

/// The I/O thread; what a look has to say comes here through posts.
class LookDesk {
 public:
  /// All must outlive it.
  LookDesk(boost::asio::io_context& io, ledger::DurableStore& store, const Keyring& keyring);
  ~LookDesk();
  LookDesk(const LookDesk&) = delete;
  LookDesk& operator=(const LookDesk&) = delete;

  /// Tells the client how far it is, 0 to 1000. Throws when the client has left or the desk goes:
  /// nothing more is wanted.
  using Tell = std::function<void(int per_mille, std::string_view doing)>;
  /// Must touch nothing of the I/O thread's; the vault is its own, with the keys as they are now.
  /// What it throws is the end's error.
  using Look =
      std::function<void(ledger::Snapshot& snapshot, crypto::CardVault& vault, const Tell& tell)>;
  /// `error` is empty when the look has ended as it should. Called once, unless the desk is gone.
  using End = std::function<void(const std::string& error)>;
  /// Throws BadRequest while another look is under way.
  void begin(ControlServer& door, ControlClient client, Look look, End end);

 private:
  struct Link;

  boost::asio::io_context& io_;
  ledger::DurableStore& store_;
  const Keyring& keyring_;
  std::shared_ptr<Link> link_;  // of the look under way
};

}  // namespace core
