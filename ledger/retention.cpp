#include "ledger/retention.hpp"

#include <string>

#include "ledger/records.hpp"

namespace ledger {
namespace {

using Verdict = PurgeScope::Verdict;

template <class Record>
Verdict judge(std::string_view value, base::TimeUs now) {
  const auto record = record_from<Record>(value);
  return record && now - record->time_us > kKeptUs ? Verdict::erase : Verdict::keep;
}

/// MMDD as four characters.
std::string month_day_text(base::Date date) {
  const std::string digits = std::to_string(10'000 + base::month_day(date));
  return digits.substr(1);
}

/// Keys from `first` on, up to (not with) `end`; to the table's end when it is empty.
void purge_duplicates(PurgeScope& scope, const std::string& first, const std::string& end,
                      base::TimeUs now) {
  scope.sweep(Table::duplicates, first, [&](std::string_view key, std::string_view value) {
    if (!end.empty() && key >= end) return Verdict::stop;
    return judge<DuplicateRecord>(value, now);
  });
}

}  // namespace

void purge_expired(PurgeScope& scope, base::TimeUs now) {
  const base::Date today = base::seoul_date(now);
  const std::string oldest_kept = month_day_text(base::add_days(today, -10));
  const std::string after_newest = month_day_text(base::add_days(today, 2));
  if (oldest_kept < after_newest) {
    purge_duplicates(scope, "", oldest_kept, now);
    purge_duplicates(scope, after_newest, "", now);
  } else {  // the days to keep go over the end of the year
    purge_duplicates(scope, after_newest, oldest_kept, now);
  }
  scope.sweep(Table::early_reversals, "", [&](std::string_view, std::string_view value) {
    return judge<EarlyReversalRecord>(value, now);
  });
}

}  // namespace ledger
