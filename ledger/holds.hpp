#pragma once
/// Holds: money of a card that is reserved, not posted, until it is completed, released or the time
/// is over.
///
///   begin → raise … → complete | release (the last part) | its expiry passes
///
/// Kept beside the books. At the moment of its expiry a hold reserves nothing any more: whoever
/// reads a card by read_card_at() finds it gone; HoldSweep writes so for the check and for backups.

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/draft.hpp"
#include "ledger/records.hpp"

namespace ledger {

inline bool is_call(const HoldRecord& hold) { return hold.rate.unit_s != 0; }

/// Open holds of one card; all are read when one of them is looked for.
inline constexpr std::size_t kMostOpenHolds = 64;

/// No hold lasts longer from its last raise.
inline constexpr base::TimeUs kLongestHoldUs = 31 * base::kMicrosPerDay;
/// A hold is looked at in the slot after the one in which it expires.
inline constexpr base::TimeUs kDueSlotUs = 30 * base::kMicrosPerSecond;

/// The card as it is at this moment: holds whose time is over are ended first, in the draft, which
/// may be dropped: the next one who looks does it again.
std::optional<CardRecord> read_card_at(Draft& draft, CardId id, base::TimeUs now);

/// Named by the sequence of its first message.
std::optional<HoldRecord> read_hold(Draft& draft, Sequence hold);
/// Those that are not ended, oldest first.
std::vector<Sequence> open_holds(Draft& draft, CardId id);

// Each changes the card's record too. That the amount is available, and that there is room for one
// more, is for the caller to have checked; here it is an assertion.

/// Of a rated call: its rate, and the seconds that its first message grants.
struct CallStart {
  CallRate rate{};
  std::uint32_t granted_s = 0;
};
void begin_hold(Draft& draft, Sequence hold, CardId id, std::int64_t amount_won,
                base::TimeUs expires_us, const CallStart& call = {});
/// Makes it last until then at least.
void raise_hold(Draft& draft, Sequence hold, std::int64_t amount_won, base::TimeUs expires_us,
                std::uint32_t granted_s = 0);
/// Its last word: what it still reserves is free.
void complete_hold(Draft& draft, Sequence hold, Sequence completion);
/// A part is given back; without anything left it is over. Also of an expired one, so that a late
/// completion posts no more than what is left. `granted_s` is taken back with it.
void release_part(Draft& draft, Sequence hold, std::int64_t amount_won, Sequence reversal,
                  std::uint32_t granted_s = 0);

/// Ends holds whose time is over, oldest first; the ledger's thread.
///
///   step(draft, now) → the draft is kept and committed → took(step) … and again
///   … or it throws, since a record cannot be read → the draft is dropped, pass_over()
class HoldSweep {
 public:
  /// Where the next step goes on.
  struct Step {
    std::uint32_t slot = 0;
  };

  /// `store` is asked once for the oldest hold that is due.
  explicit HoldSweep(Store& store);

  /// Ends a bounded number of holds in the draft.
  Step step(Draft& draft, base::TimeUs now);
  void took(const Step& step) { slot_ = step.slot; }
  /// Leaves what the last step could not finish to whoever reads its cards.
  void pass_over() { slot_ = stuck_ + 1; }

 private:
  /// Holds looked at, and slots without any passed over, in one step.
  static constexpr std::uint32_t kMostHolds = 256, kMostSlots = 2'048;

  std::uint32_t stuck_ = 0;  // the slot that is looked at
  std::uint32_t slot_ = 0;   // all before it is done; 0: nothing was due at the start
};

}  // namespace ledger
