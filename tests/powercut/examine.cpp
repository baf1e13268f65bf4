#include "tests/powercut/examine.hpp"

#include <memory>
#include <stdexcept>

#include "crypto/card_vault.hpp"
#include "crypto/key_store.hpp"
#include "crypto/master_key.hpp"
#include "ledger/check.hpp"
#include "ledger/durable_store.hpp"

namespace powercut {
namespace {

class NoEvents : public ledger::StoreEvents {
 public:
  void report(ledger::StoreEvent, std::string_view) override {}
};

ledger::StoreOptions options_for(const std::filesystem::path& data) {
  ledger::StoreOptions options;
  options.folder = data;
  options.segment_bytes = std::uint64_t{1} << 20;
  options.journal_bytes = 64 * options.segment_bytes;
  options.window_us = 3'600'000'000;
  options.map_bytes = std::uint64_t{512} << 20;
  return options;
}

void demand_books(const std::filesystem::path& data, crypto::CardVault* vault) {
  const auto snapshot = ledger::open_offline(data);
  const ledger::CheckReport report = ledger::check_books(*snapshot, vault, {});
  if (report.right()) return;
  const ledger::Finding& first = report.findings.front();
  throw std::runtime_error("the books are wrong: " + std::string(ledger::table_name(first.table)) +
                           " " + first.key + ": " + first.what);
}

std::uint64_t open_and_compare(const std::filesystem::path& data, const History& history,
                               const Demand& demand, bool settle) {
  NoEvents events;
  const auto store = ledger::DurableStore::open(options_for(data), events);
  // The newest record is the one with which this start begins its journal.
  const std::uint64_t last = store->figures().journal_sequence - 1;
  if (last < demand.least)
    throw std::runtime_error("batch " + std::to_string(demand.least) +
                             " was answered, the last one there is " + std::to_string(last));
  if (last > demand.most)
    throw std::runtime_error("batch " + std::to_string(last) + " is there, the last one begun is " +
                             std::to_string(demand.most));
  const std::uint64_t batch = demand.as_after.value_or(last);
  std::string what = history.difference(*store, batch);
  if (what.empty() && settle) {
    if (!store->settle()) throw std::runtime_error("what was replayed cannot be applied");
    what = history.difference(*store, batch);
  }
  if (!what.empty()) throw std::runtime_error("after batch " + std::to_string(batch) + ": " + what);
  return last;
}

}  // namespace

std::uint64_t examine(const std::filesystem::path& data, const History& history,
                      const Demand& demand) {
  const std::uint64_t last = open_and_compare(data, history, demand, demand.thorough);
  const std::filesystem::path key_file = data / "keys";
  std::unique_ptr<crypto::FileKeyStore> keys;
  if (std::filesystem::exists(key_file))
    keys = crypto::FileKeyStore::load(
        key_file, crypto::MasterKeys::load(crypto::find_master_key("master.key", data)));
  else if (last > 0)
    throw std::runtime_error("there is data and no key file");
  if (!demand.thorough) return last;
  // Once more, and this time with nothing to replay: the same again, and the first opening's start.
  open_and_compare(data, history, {last, last + 1, demand.as_after.value_or(last)}, false);
  if (last == 0) return last;
  crypto::CardVault vault(*keys);
  demand_books(data, &vault);
  return last;
}

}  // namespace powercut
