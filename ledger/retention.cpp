#include "ledger/retention.hpp"

#include <algorithm>
#include <string>

#include "ledger/draft.hpp"
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

/// When the latest message was remembered; 0: none was.
base::TimeUs latest_us(PurgeScope& scope) {
  Sequence latest = 0;
  scope.sweep(Table::meta, kSequenceCounter, [&](std::string_view key, std::string_view value) {
    if (key == kSequenceCounter) latest = record_from<Sequence>(value).value_or(0);
    return Verdict::stop;
  });
  base::TimeUs time_us = 0;
  scope.sweep(Table::transactions, std::string_view(number_key(latest)),
              [&](std::string_view, std::string_view value) {
                if (const auto head = record_from<TransactionHead>(value)) time_us = head->time_us;
                return Verdict::stop;
              });
  return time_us;
}

}  // namespace

void purge_expired(PurgeScope& scope, base::TimeUs clock) {
  const base::TimeUs now = std::min(clock, latest_us(scope));
  if (now == 0) return;
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
