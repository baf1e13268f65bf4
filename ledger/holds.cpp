#include "ledger/holds.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "base/assert.hpp"
#include "ledger/cards.hpp"

namespace ledger {
namespace {

HoldRecord must_read(Draft& draft, Sequence hold) {
  const auto record = read_hold(draft, hold);
  CP_ASSERT(record.has_value());
  return *record;
}

void write_hold(Draft& draft, Sequence hold, const HoldRecord& record) {
  draft.write(Table::holds, number_key(hold), record);
}

void write_open_holds(Draft& draft, CardId id, const std::vector<Sequence>& holds) {
  const auto key = number_key(id);
  if (holds.empty())
    draft.erase(Table::card_holds, key);
  else
    draft.put(Table::card_holds, key,
              {reinterpret_cast<const char*>(holds.data()), holds.size() * sizeof(Sequence)});
}

/// Sum and earliest end of the card's open holds, from the holds.
void write_held(Draft& draft, CardId id, CardRecord card, const std::vector<Sequence>& holds) {
  card.held_won = 0;
  card.holds_end_s = 0;
  for (const Sequence hold : holds) {
    const HoldRecord record = must_read(draft, hold);
    const auto end_s = static_cast<std::uint32_t>(record.expires_us / base::kMicrosPerSecond);
    card.held_won += record.amount_won;
    if (card.holds_end_s == 0 || end_s < card.holds_end_s) card.holds_end_s = end_s;
  }
  CP_ASSERT(card.held_won <= card.balance_won);
  write_card(draft, id, card);
  write_open_holds(draft, id, holds);
}

CardRecord must_read_card(Draft& draft, CardId id) {
  const auto card = read_card(draft, id);
  CP_ASSERT(card.has_value());
  return *card;
}

/// Sums up anew after a hold was changed, without it when it is over.
void settle_card(Draft& draft, const HoldRecord& changed) {
  std::vector<Sequence> holds = open_holds(draft, changed.card);
  std::erase_if(holds,
                [&](Sequence hold) { return must_read(draft, hold).state != HoldState::open; });
  write_held(draft, changed.card, must_read_card(draft, changed.card), holds);
}

std::uint32_t due_slot(base::TimeUs expires_us) {
  return static_cast<std::uint32_t>(expires_us / kDueSlotUs) + 1;
}

DueKey due_count_key(std::uint32_t slot) { return due_key(slot, 0); }

std::uint64_t due_count(Draft& draft, std::uint32_t slot) {
  return draft.read<std::uint64_t>(Table::hold_due, due_count_key(slot)).value_or(0);
}

/// The sweep of that slot will look at it; it lies in the future, which the sweep has not seen.
void make_due(Draft& draft, Sequence hold, base::TimeUs expires_us) {
  const std::uint32_t slot = due_slot(expires_us);
  const std::uint64_t count = due_count(draft, slot) + 1;
  draft.write(Table::hold_due, due_count_key(slot), count);
  draft.write(Table::hold_due, due_key(slot, static_cast<std::uint32_t>(count)), hold);
}

/// The time is over; or it was raised since, and a later slot looks at it again.
void end_due(Draft& draft, Sequence hold, base::TimeUs now) {
  const auto found = read_hold(draft, hold);
  if (!found) throw std::runtime_error("what is due is no hold");
  const HoldRecord& record = *found;
  if (record.state != HoldState::open) return;
  if (record.expires_us > now) return make_due(draft, hold, record.expires_us);
  (void)read_card_at(draft, record.card, now);
}

}  // namespace

std::optional<CardRecord> read_card_at(Draft& draft, CardId id, base::TimeUs now) {
  const auto card = read_card(draft, id);
  if (!card || card->holds_end_s == 0 ||
      now < static_cast<base::TimeUs>(card->holds_end_s) * base::kMicrosPerSecond)
    return card;
  const bool is_first = !draft.must_be_written();
  std::vector<Sequence> holds = open_holds(draft, id);
  const std::size_t before = holds.size();
  std::erase_if(holds, [&](Sequence hold) {
    HoldRecord record = must_read(draft, hold);
    if (record.expires_us > now) return false;
    record.state = HoldState::expired;
    write_hold(draft, hold, record);
    return true;
  });
  if (holds.size() == before) return card;
  write_held(draft, id, *card, holds);
  if (is_first) draft.spare();
  return read_card(draft, id);
}

std::optional<HoldRecord> read_hold(Draft& draft, Sequence hold) {
  return draft.read<HoldRecord>(Table::holds, number_key(hold));
}

std::vector<Sequence> open_holds(Draft& draft, CardId id) {
  std::vector<Sequence> holds;
  const auto bytes = draft.get(Table::card_holds, number_key(id));
  if (!bytes) return holds;
  holds.resize(bytes->size() / sizeof(Sequence));
  std::memcpy(holds.data(), bytes->data(), holds.size() * sizeof(Sequence));
  return holds;
}

void begin_hold(Draft& draft, Sequence hold, CardId id, std::int64_t amount_won,
                base::TimeUs expires_us, const CallStart& call) {
  CP_ASSERT(amount_won > 0);
  HoldRecord record{};
  record.card = id;
  record.amount_won = amount_won;
  record.expires_us = expires_us;
  record.state = HoldState::open;
  record.rate = call.rate;
  record.granted_s = call.granted_s;
  write_hold(draft, hold, record);
  make_due(draft, hold, expires_us);
  std::vector<Sequence> holds = open_holds(draft, id);
  CP_ASSERT(holds.size() < kMostOpenHolds);
  holds.push_back(hold);
  CardRecord card = must_read_card(draft, id);
  card.had_hold = 1;
  write_held(draft, id, card, holds);
}

void raise_hold(Draft& draft, Sequence hold, std::int64_t amount_won, base::TimeUs expires_us,
                std::uint32_t granted_s) {
  CP_ASSERT(amount_won > 0);
  HoldRecord record = must_read(draft, hold);
  CP_ASSERT(record.state == HoldState::open);
  record.amount_won += amount_won;
  record.expires_us = std::max(record.expires_us, expires_us);
  record.granted_s += granted_s;
  write_hold(draft, hold, record);
  settle_card(draft, record);
}

void complete_hold(Draft& draft, Sequence hold, Sequence completion) {
  HoldRecord record = must_read(draft, hold);
  CP_ASSERT(record.state == HoldState::open || record.state == HoldState::expired);
  record.state = HoldState::completed;
  record.ended_by = completion;
  write_hold(draft, hold, record);
  settle_card(draft, record);
}

void release_part(Draft& draft, Sequence hold, std::int64_t amount_won, Sequence reversal,
                  std::uint32_t granted_s) {
  HoldRecord record = must_read(draft, hold);
  CP_ASSERT(amount_won > 0 && amount_won <= record.amount_won);
  CP_ASSERT(granted_s <= record.granted_s);
  record.amount_won -= amount_won;
  record.granted_s -= granted_s;
  if (record.amount_won == 0) {
    record.state = HoldState::released;
    record.ended_by = reversal;
  }
  write_hold(draft, hold, record);
  settle_card(draft, record);
}

HoldSweep::HoldSweep(Store& store) {
  store.scan(Table::hold_due, {}, 1, [&](std::string_view key, std::string_view) {
    slot_ = base::load_big_endian<std::uint32_t>(base::as_bytes(key).data());
    return false;
  });
}

HoldSweep::Step HoldSweep::step(Draft& draft, base::TimeUs now) {
  const auto present = static_cast<std::uint32_t>(now / kDueSlotUs);
  constexpr auto kLongest = static_cast<std::uint32_t>(kLongestHoldUs / kDueSlotUs);
  Step step{slot_};
  if (slot_ == 0) step.slot = present - kLongest;  // what came since the start is not older
  if (slot_ > present + 1)
    step.slot = present;  // the clock was set back: all that comes is due later
  std::uint32_t looked_at = 0, slots = 0;
  for (; step.slot <= present; ++step.slot) {
    stuck_ = step.slot;
    const std::uint64_t count = due_count(draft, step.slot);
    if (looked_at + count > kMostHolds && looked_at != 0) break;
    if (++slots > kMostSlots) break;
    for (std::uint64_t i = count; i > 0; --i, ++looked_at) {
      // A slot of very many is taken from its end, part by part.
      if (looked_at == kMostHolds) {
        draft.write(Table::hold_due, due_count_key(step.slot), i);
        return step;
      }
      const auto key = due_key(step.slot, static_cast<std::uint32_t>(i));
      const auto hold = draft.read<Sequence>(Table::hold_due, key);
      if (!hold) throw std::runtime_error("a place of what is due is empty");
      draft.erase(Table::hold_due, key);
      end_due(draft, *hold, now);
    }
    if (count != 0) draft.erase(Table::hold_due, due_count_key(step.slot));
  }
  return step;
}

}  // namespace ledger
