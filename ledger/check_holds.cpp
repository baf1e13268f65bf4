/// Holds against the register, the cards' lists and the list of what is due.

#include "ledger/check_holds.hpp"

#include <algorithm>

#include "ledger/check_state.hpp"

namespace ledger::checking {

// ------------------------------------------------------------------------------- what is told

std::string Holds::take(const Stored& stored, const Stored* original, const CallRate& rate) {
  switch (stored.head.kind) {
    case TransactionKind::hold:
      return take_hold(stored, rate);
    case TransactionKind::completion:
      return take_completion(stored);
    case TransactionKind::reversal:
      if (original == nullptr || original->head.kind != TransactionKind::hold) return "";
      return take_release(stored, *original);
    default:
      return "";
  }
}

const HoldRecord* Holds::find(Sequence hold) const {
  const auto found = records_.find(hold);
  return found == records_.end() ? nullptr : &found->second;
}

const HeldOnCard& Holds::on_card(CardId card) const {
  static const HeldOnCard kNothing;
  const auto found = held_.find(card);
  return found == held_.end() ? kNothing : found->second;
}

std::string Holds::take_hold(const Stored& stored, const CallRate& rate) {
  const TransactionHead& head = stored.head;
  const base::TimeUs expires_us = head.time_us + head.lasts_s * base::kMicrosPerSecond;
  if (head.original == 0) {
    HoldRecord record{};
    record.card = head.card;
    record.amount_won = head.moved_won;
    record.expires_us = expires_us;
    record.state = HoldState::open;
    record.rate = rate;
    record.granted_s = granted_in(stored.answer);
    records_[head.sequence] = record;
    return "";
  }
  const auto raised = records_.find(head.original);
  if (raised == records_.end() || raised->second.state != HoldState::open ||
      raised->second.expires_us <= head.time_us)
    return "it raises a hold that was over";
  add_won(raised->second.amount_won, head.moved_won);
  raised->second.expires_us = std::max(raised->second.expires_us, expires_us);
  raised->second.granted_s += granted_in(stored.answer);
  return "";
}

std::string Holds::take_completion(const Stored& stored) {
  const HoldRecord* const hold = find(stored.head.original);
  if (hold == nullptr || hold->state != HoldState::open) return "its hold was over";
  const bool too_much = stored.head.moved_won > hold->amount_won;
  end(stored.head.original, HoldState::completed, stored.head.sequence);
  return too_much ? "it moves more than its hold reserved" : "";
}

std::string Holds::take_release(const Stored& stored, const Stored& message) {
  const TransactionHead& part = message.head;
  if (stored.head.moved_won == 0) return "";
  const Sequence number = part.original != 0 ? part.original : part.sequence;
  const auto found = records_.find(number);
  if (found == records_.end() || found->second.state != HoldState::open)
    return "it releases a part of a hold that was over";
  add_won(found->second.amount_won, negative(stored.head.moved_won));
  if (found->second.amount_won < 0) return "it releases more than its hold reserved";
  if (stored.head.moved_won == part.moved_won)
    found->second.granted_s -= granted_in(message.answer);
  if (found->second.amount_won == 0) end(number, HoldState::released, stored.head.sequence);
  return "";
}

void Holds::end(Sequence hold, HoldState state, Sequence by) {
  const auto found = records_.find(hold);
  found->second.state = state;
  found->second.ended_by = by;
  if (keeps_ended_) return;
  ended_ += mark_of(number_key(hold), hash_of(bytes_of(found->second)));
  records_.erase(found);
}

// --------------------------------------------------------------------------------- the tables

namespace {

class HoldTables {
 public:
  HoldTables(Source& source, State& state, CheckReport& report)
      : source_(source), state_(state), report_(report) {}

  void run() {
    read_lists();
    source_.for_each_number(Table::holds, state_.last_transaction,
                            [&](Sequence hold, std::string_view value) { visit(hold, value); });
    for (const auto& [hold, record] : state_.holds.all())
      if (source_.get(Table::holds, number_key(hold)).absent()) add(hold, "is missing");
    if (!state_.holds.ended_agree()) look_at_ended();
    check_due();
  }

 private:
  void add(Sequence hold, std::string what) {
    source_.add(Table::holds, number_key(hold), std::move(what));
  }

  /// Which holds are listed as open, and by which card.
  void read_lists() {
    source_.for_each(Table::card_holds, [&](std::string_view key, std::string_view value) {
      const bool is_card = key.size() == sizeof(CardId);
      const CardId card = is_card ? base::load_big_endian<CardId>(base::as_bytes(key).data()) : 0;
      if (state_.card(card) == nullptr || value.empty() || value.size() % sizeof(Sequence) != 0)
        return source_.add(Table::card_holds, key, "is no card with a list of holds");
      for (; !value.empty(); value.remove_prefix(sizeof(Sequence))) {
        const Sequence hold = *record_from<Sequence>(value);
        const HoldRecord* const record = state_.holds.find(hold);
        if (record == nullptr || record->card != card || !listed_.emplace(hold, false).second)
          source_.add(Table::card_holds, key,
                      "lists hold " + std::to_string(hold) + ", which is not open on this card");
      }
    });
  }

  void visit(Sequence hold, std::string_view value) {
    const auto record = source_.record<HoldRecord>(Table::holds, number_key(hold), value);
    if (!record) return;
    if (record->state == HoldState::completed || record->state == HoldState::released) {
      state_.holds.take_ended_record(number_key(hold), value);
      if (state_.holds.find(hold) != nullptr) add(hold, "no message has ended it");
      return;
    }
    const HoldRecord* const wanted = state_.holds.find(hold);
    if (wanted == nullptr) return add(hold, "the register knows no such hold that is not ended");
    HoldRecord should = *wanted;
    const bool is_listed = listed_.contains(hold) || is_list_unreadable(wanted->card);
    if (!is_listed && record->state == HoldState::open)
      source_.add(Table::card_holds, number_key(wanted->card),
                  "does not list hold " + std::to_string(hold) + ", which is open");
    if (!is_listed) should.state = HoldState::expired;
    if (bytes_of(*record) != bytes_of(should)) add(hold, "is not what the register says of it");
    if (is_listed) count(*wanted);
  }

  /// Then nobody can say what it lists.
  bool is_list_unreadable(CardId card) {
    const auto list = source_.get(Table::card_holds, number_key(card));
    return !list.there() && !list.absent();
  }

  void count(const HoldRecord& open) {
    ++report_.holds;
    HeldOnCard& held = state_.holds.on_card(open.card);
    add_won(held.amount_won, open.amount_won);
    const auto end_s = static_cast<std::uint32_t>(open.expires_us / base::kMicrosPerSecond);
    if (held.first_end_s == 0 || end_s < held.first_end_s) held.first_end_s = end_s;
  }

  /// Those that are over once more, one by one.
  void look_at_ended() {
    Holds told(true);
    StoredReader originals(source_);
    for_each_stored(source_, state_.last_transaction, [&](const Stored& stored) {
      if (!stored.head.approved()) return;
      const CallRate rate = stored_rate(source_, stored);
      (void)told.take(
          stored, stored.head.original == 0 ? nullptr : originals.read(stored.head.original), rate);
    });
    source_.for_each_number(Table::holds, state_.last_transaction,
                            [&](Sequence hold, std::string_view value) {
                              const HoldRecord* const should = told.find(hold);
                              if (state_.holds.find(hold) != nullptr) return;  // was looked at
                              if (should == nullptr || value != bytes_of(*should))
                                add(hold, "is not what the register says of it");
                            });
    for (const auto& [hold, record] : told.all())
      if (source_.get(Table::holds, number_key(hold)).absent()) add(hold, "is missing");
  }

  /// Every open hold is due once; the places of a half-minute are as many as it says.
  void check_due() {
    source_.for_each(Table::hold_due, [&](std::string_view key, std::string_view value) {
      const auto number = source_.record<std::uint64_t>(Table::hold_due, key, value);
      if (key.size() != 2 * sizeof(std::uint32_t))
        return source_.add(Table::hold_due, key, "the key is no half-minute and place");
      if (!number) return;
      const std::uint8_t* const bytes = base::as_bytes(key).data();
      const auto slot = base::load_big_endian<std::uint32_t>(bytes);
      const auto place = base::load_big_endian<std::uint32_t>(bytes + sizeof slot);
      if (slot != slot_.number) end_slot();
      if (place == 0) {
        slot_ = {slot, *number, 0};
        return;
      }
      if (slot != slot_.number) {
        source_.add(Table::hold_due, due_key(slot, 0), "is missing");
        slot_ = {slot, place, 0};
      }
      if (place != slot_.seen + 1)
        source_.add(Table::hold_due, key, "is no place of its half-minute");
      else
        ++slot_.seen;
      take_due(key, *number);
    });
    end_slot();
    for (const auto& [hold, is_due] : listed_)
      if (!is_due) add(hold, "will not be looked at when it is over");
  }

  void end_slot() {
    if (slot_.seen == slot_.places) return;
    source_.add(
        Table::hold_due, due_key(slot_.number, 0),
        "says " + std::to_string(slot_.places) + " holds; there are " + std::to_string(slot_.seen));
    const auto next = due_key(slot_.number, slot_.seen + 1);
    if (source_.get(Table::hold_due, next).absent())
      source_.add(Table::hold_due, next, "is missing");
  }

  void take_due(std::string_view key, Sequence hold) {
    const bool is_absent = source_.get(Table::holds, number_key(hold)).absent();
    if (is_absent || !due_.emplace(hold).second)
      return source_.add(Table::hold_due, key,
                         is_absent ? "names no hold" : "names a hold that is due twice");
    if (const auto open = listed_.find(hold); open != listed_.end()) open->second = true;
  }

  struct Slot {
    std::uint32_t number = 0;
    std::uint64_t places = 0;
    std::uint32_t seen = 0;
  };

  Source& source_;
  State& state_;
  CheckReport& report_;
  Slot slot_;
  std::map<Sequence, bool> listed_;  // by a card as open → is due
  std::set<Sequence> due_;
};

}  // namespace

void check_holds(Source& source, State& state, CheckReport& report) {
  HoldTables(source, state, report).run();
}

}  // namespace ledger::checking
