#pragma once
/// Holds as the register tells them, kept to be compared with the tables. Inside check_*.cpp only.

#include <map>
#include <string>
#include <unordered_map>

#include "ledger/check_message.hpp"

namespace ledger::checking {

/// What a card's open holds reserve together.
struct HeldOnCard {
  std::int64_t amount_won = 0;
  std::uint32_t first_end_s = 0;  ///< 0: it has none
};

/// Memory: for each hold that no completion or reversal has ended, and each card that has one.
class Holds {
 public:
  /// With `keep_ended` those that are over are kept too, else a mark of each.
  explicit Holds(bool keep_ended = false) : keeps_ended_(keep_ended) {}

  /// Takes an approved transaction; returns what is wrong with what it did to a hold. `rate` is
  /// that of the call which it begins.
  std::string take(const Stored& stored, const Stored* original, const CallRate& rate);

  /// The record that this hold must have, in state open where only the time can have ended it; null
  /// for one that is over or never was.
  const HoldRecord* find(Sequence hold) const;
  const std::map<Sequence, HoldRecord>& all() const { return records_; }

  void take_ended_record(std::string_view key, std::string_view value) {
    ended_ -= mark_of(key, hash_of(value));
  }
  /// Those that are over agree with their records.
  bool ended_agree() const { return ended_ == 0; }

  /// Filled by check_holds().
  HeldOnCard& on_card(CardId card) { return held_[card]; }
  const HeldOnCard& on_card(CardId card) const;

 private:
  std::string take_hold(const Stored& stored, const CallRate& rate);
  std::string take_completion(const Stored& stored);
  std::string take_release(const Stored& stored, const Stored& message);
  void end(Sequence hold, HoldState state, Sequence by);

  bool keeps_ended_;
  std::map<Sequence, HoldRecord> records_;
  Fingerprint ended_ = 0;
  std::unordered_map<CardId, HeldOnCard> held_;
};

}  // namespace ledger::checking
