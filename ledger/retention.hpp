#pragma once
/// What is remembered for a week leaves the data when its week is over.

#include "base/time.hpp"
#include "ledger/purge.hpp"

namespace ledger {

/// A day longer than anything looks at them, so that a clock set back finds them still.
inline constexpr base::TimeUs kKeptUs = 9 * base::kMicrosPerDay;

/// Erases duplicates and early reversals that came more than kKeptUs before the clock and before
/// the latest message: who examines the data later has no other clock, and a start with a wrong one
/// does no harm until money moves by it. For StoreOptions::purge. Duplicates begin with the month
/// and day of the message (DE 13): those of the last days are passed over as a whole, and what a
/// wrong clock put elsewhere is judged by when it came.
void purge_expired(PurgeScope& scope, base::TimeUs clock);

}  // namespace ledger
