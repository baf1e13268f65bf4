/// What DE 90 and DE 37 name: each key leads to its latest transaction, and from there through all
/// older ones of the same key.

#include <unordered_set>

#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {
namespace {

/// One of the two tables of chains.
struct Chain {
  Table table;
  std::size_t key_size;
  std::string (*key_of)(const Stored& stored);
  Sequence TransactionHead::*previous;
};

constexpr Chain kOriginals{
    Table::originals, 35,
    [](const Stored& stored) { return std::string(stored.original_key().key()); },
    &TransactionHead::previous_original};
constexpr Chain kReferences{Table::references, 37,
                            [](const Stored& stored) { return std::string(stored.reference()); },
                            &TransactionHead::previous_reference};

std::string name_of(Sequence sequence) { return "transaction " + std::to_string(sequence); }

/// Finds out which links are wrong: those between transactions, then those from the table, then
/// who was reached by none.
class Look {
 public:
  Look(Source& source, const State& state, const Chain& chain)
      : source_(source),
        state_(state),
        chain_(chain),
        reader_(source),
        linked_(state.last_transaction + 1),
        reached_(state.last_transaction + 1) {}

  void run() {
    for_each_stored(source_, state_.last_transaction, [&](const Stored& s) { at_transaction(s); });
    source_.for_each(chain_.table, [&](std::string_view key, std::string_view value) {
      if (const auto record = record_from<LatestRecord>(value)) at_record(key, record->sequence);
    });
    for (Sequence sequence = 1; sequence <= state_.last_transaction; ++sequence)
      if (linked_[sequence] && !reached_[sequence]) at_unreached(sequence);
  }

 private:
  void at_transaction(const Stored& stored) {
    if (!stored.can_be_original()) return;
    linked_[stored.head.sequence] = true;
    const Sequence previous = stored.head.*chain_.previous;
    if (previous == 0) return;
    const auto key = number_key(stored.head.sequence);
    const Stored* const older = reader_.read(previous);
    if (previous >= stored.head.sequence || older == nullptr ||
        chain_.key_of(*older) != chain_.key_of(stored))
      return source_.add(Table::transactions, key,
                         name_of(previous) + " is no older one of its key");
    if (reached_[previous])
      source_.add(Table::transactions, key, name_of(previous) + " has another successor");
    reached_[previous] = true;
  }

  void at_record(std::string_view key, Sequence latest) {
    const Stored* const stored = reader_.read(latest);
    if (!state_.has_transaction(latest) || stored == nullptr || !stored->can_be_original())
      return add(key, "names no transaction that could be meant");
    if (const std::string own_key = chain_.key_of(*stored); own_key != key) {
      if (source_.get(chain_.table, own_key).absent())
        source_.add(Table::transactions, number_key(latest),
                    "is found by another key than its own");
      return add(key, name_of(latest) + " has another key");
    }
    if (reached_[latest]) return add(key, name_of(latest) + " is not the latest");
    reached_[latest] = true;
  }

  void at_unreached(Sequence sequence) {
    const Stored* const stored = reader_.read(sequence);
    if (stored == nullptr) return;
    const std::string key = chain_.key_of(*stored);
    const auto found = source_.get(chain_.table, key);
    if (found.absent()) return add(key, "is missing: it should lead to " + name_of(sequence));
    const auto record = found.there() ? record_from<LatestRecord>(found.value) : std::nullopt;
    if (!record || told_.contains(key)) return;
    if (record->sequence < sequence) return add(key, name_of(sequence) + " is later");
    source_.add(Table::transactions, number_key(last_before(sequence, record->sequence)),
                "leads past " + name_of(sequence) + ", which is of its key");
  }

  /// From the latest down the chain: the last one that is later than `sequence`.
  Sequence last_before(Sequence sequence, Sequence latest) {
    for (Sequence at = latest;;) {
      const Stored* const stored = reader_.read(at);
      const Sequence next = stored == nullptr ? 0 : stored->head.*chain_.previous;
      if (next <= sequence || next >= at) return at;
      at = next;
    }
  }

  void add(std::string_view key, std::string what) {
    if (told_.emplace(key).second) source_.add(chain_.table, key, std::move(what));
  }

  Source& source_;
  const State& state_;
  const Chain& chain_;
  StoredReader reader_;
  std::vector<bool> linked_;   // by sequence: is in a chain
  std::vector<bool> reached_;  // by sequence: something leads to it
  std::unordered_set<std::string> told_;
};

void check_chain(Source& source, const State& state, const Chain& chain, Fingerprint left) {
  source.for_each(chain.table, [&](std::string_view key, std::string_view value) {
    if (key.size() != chain.key_size) source.add(chain.table, key, "the key has another length");
    const auto record = source.record<LatestRecord>(chain.table, key, value);
    if (record) left -= mark_of(key, record->sequence);
  });
  if (left != 0) Look(source, state, chain).run();
}

}  // namespace

void check_chains(Source& source, State& state) {
  check_chain(source, state, kOriginals, state.originals);
  check_chain(source, state, kReferences, state.references);
}

}  // namespace ledger::checking
