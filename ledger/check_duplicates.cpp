/// Keys of requests: each leads to its transaction, and each young transaction has one.

#include <unordered_set>

#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

constexpr std::size_t kKeySize = 43;

/// Looks at the hours whose sums differ. Old records may have been purged, but what is there is
/// right.
class DuplicateLook {
 public:
  DuplicateLook(Source& source, const State& state)
      : source_(source), state_(state), reader_(source) {}

  void at_records() {
    source_.for_each(Table::duplicates, [&](std::string_view key, std::string_view value) {
      const auto record = record_from<DuplicateRecord>(value);
      if (!record || record->sequence == 0 || agrees(record->time_us)) return;
      at_record(key, *record);
    });
  }

  void at_transactions() {
    for_each_stored(source_, state_.last_transaction, [&](const Stored& stored) {
      const base::TimeUs time_us = stored.head.time_us;
      if (time_us < state_.newest_us - kMustBeThereUs || agrees(time_us)) return;
      const auto key = stored.request_key().key();
      const auto found = source_.get(Table::duplicates, key);
      const std::string name = "transaction " + std::to_string(stored.head.sequence);
      if (found.absent()) return add(key, "is missing: it is the key of " + name);
      const auto record = found.there() ? record_from<DuplicateRecord>(found.value) : std::nullopt;
      if (record && record->sequence != stored.head.sequence) add(key, "should lead to " + name);
    });
  }

  /// Whether some of the hours that differ may hold records that must still be there.
  bool concerns_young() const {
    for (const auto& [hour, left] : state_.duplicates)
      if (left != 0 && (hour + 1) * kMicrosPerHour > state_.newest_us - kMustBeThereUs) return true;
    return false;
  }

 private:
  void at_record(std::string_view key, const DuplicateRecord& record) {
    const Stored* const stored = reader_.read(record.sequence);
    if (stored == nullptr) return add(key, "it names no transaction that answered a message");
    const auto own_key = stored->request_key().key();
    const auto transaction = number_key(record.sequence);
    if (std::string_view(own_key) != key) {
      add(key, "transaction " + std::to_string(record.sequence) + " has another key");
      if (source_.get(Table::duplicates, own_key).absent())
        source_.add(Table::transactions, transaction,
                    "is remembered under another key than its own");
    } else if (record.time_us != stored->head.time_us) {
      add(key, "its time is not its transaction's");
      source_.add(Table::transactions, transaction, "is remembered with another time than its own");
    }
  }
  bool agrees(base::TimeUs time_us) const {
    const auto hour = state_.duplicates.find(time_us / kMicrosPerHour);
    return hour == state_.duplicates.end() || hour->second == 0;
  }
  void add(std::string_view key, std::string what) {
    if (!what.empty() && told_.emplace(key).second)
      source_.add(Table::duplicates, key, std::move(what));
  }

  Source& source_;
  const State& state_;
  StoredReader reader_;
  std::unordered_set<std::string> told_;
};

}  // namespace

void check_duplicates(Source& source, State& state, CheckReport& report) {
  source.for_each(Table::duplicates, [&](std::string_view key, std::string_view value) {
    ++report.duplicates;
    const auto record = source.record<DuplicateRecord>(Table::duplicates, key, value);
    if (key.size() != kKeySize)
      return source.add(Table::duplicates, key, "the key is none of a request");
    if (!record) return;
    if (!is_plausible_time(record->time_us)) source.add(Table::duplicates, key, "its time is none");
    if (record->sequence == 0 && record->wrong_password == 0)
      source.add(Table::duplicates, key, "it is neither of a transaction nor of a wrong password");
    if (record->sequence == 0) return;  // a wrong password was counted: there is nothing to compare
    const std::uint64_t marked =
        record->sequence ^ scramble(static_cast<std::uint64_t>(record->time_us));
    state.duplicates[record->time_us / kMicrosPerHour] -= mark_of(key, marked);
  });
  DuplicateLook look(source, state);
  for (const auto& [hour, left] : state.duplicates) {
    if (left == 0) continue;
    look.at_records();
    if (look.concerns_young()) look.at_transactions();
    break;
  }
}

}  // namespace ledger::checking
