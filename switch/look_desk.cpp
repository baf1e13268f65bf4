#include "switch/look_desk.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

#include "switch/control_request.hpp"

namespace core {

namespace {

/// Ends a look whose client has left.
class NobodyWaits : public std::exception {
 public:
  const char* what() const noexcept override { return "the client has left"; }
};

}  // namespace

/// Between a look in the store's thread and the desk.
struct LookDesk::Link {
  std::atomic<bool> cancelled = false;
  LookDesk* desk;  ///< the I/O thread's; null once the desk is gone
  boost::asio::io_context& io;
  ControlServer& door;
  ControlClient client;
  End end;
  int told = -1;  ///< the store's thread's

  /// In a thread of the store, as ended().
  static void tell(const std::shared_ptr<Link>& link, int per_mille, std::string_view doing) {
    if (link->cancelled) throw NobodyWaits();
    if (std::exchange(link->told, per_mille) == per_mille) return;
    boost::json::object line{
        {"kind", "progress"}, {"done", per_mille}, {"of", 1'000}, {"text", doing}};
    boost::asio::post(link->io, [link, line = std::move(line)] {
      if (link->desk != nullptr && !link->door.send(link->client, line)) link->cancelled = true;
    });
  }
  static void ended(const std::shared_ptr<Link>& link, std::string error) {
    boost::asio::post(link->io, [link, error = std::move(error)] {
      if (link->desk == nullptr) return;
      link->desk->link_.reset();
      link->end(error);
    });
  }
};

LookDesk::LookDesk(boost::asio::io_context& io, ledger::DurableStore& store, const Keyring& keyring)
    : io_(io), store_(store), keyring_(keyring) {}

LookDesk::~LookDesk() {
  if (!link_) return;
  link_->cancelled = true;
  link_->desk = nullptr;
}

void LookDesk::begin(ControlServer& door, ControlClient client, Look look, End end) {
  const std::shared_ptr<Link> link(new Link{{}, this, io_, door, client, std::move(end)});
  const bool is_taken =
      !link_ && store_.request_settled_snapshot(
                    [link, look = std::move(look), keys = keyring_.keys()](
                        ledger::Snapshot& snapshot, std::uint64_t) {
                      std::string error;
                      try {
                        crypto::CardVault vault(*keys);
                        look(snapshot, vault, [&link](int per_mille, std::string_view doing) {
                          Link::tell(link, per_mille, doing);
                        });
                      } catch (const std::exception& failure) {
                        error = failure.what();
                      }
                      Link::ended(link, std::move(error));
                    },
                    [link](std::string_view why) { Link::ended(link, std::string(why)); });
  if (!is_taken)
    throw BadRequest("another look at the data is under way; try again when it is done");
  link_ = link;
  door.send(client, {{"kind", "progress"},
                     {"done", 0},
                     {"of", 1'000},
                     {"text", "waiting until the journal is applied"}});
}

}  // namespace core
