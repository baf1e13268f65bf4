#pragma once
/// Moments, local dates (Asia/Seoul) and business days.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// A moment: microseconds since 1970-01-01 00:00 UTC.
using TimeUs = std::int64_t;

/// A calendar date as the number YYYYMMDD, which sorts by time; 0 means none.
using Date = std::uint32_t;

inline constexpr TimeUs kMicrosPerSecond = 1'000'000;
inline constexpr TimeUs kMicrosPerDay = 86'400 * kMicrosPerSecond;
/// Asia/Seoul is UTC+9 and has had no summer time since 1988.
inline constexpr TimeUs kSeoulOffset = 9 * 3'600 * kMicrosPerSecond;
/// A business day ends at 23:30 local time.
inline constexpr TimeUs kCutoverFromMidnight =
    23 * 3'600 * kMicrosPerSecond + 1'800 * kMicrosPerSecond;

/// A moment taken apart in one time zone.
struct CivilTime {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, microsecond = 0;
  int day_of_year = 1;  ///< 1 to 366
};

/// Now, by the system's real-time clock.
TimeUs system_now();
/// A clock for durations only: microseconds since some start, never set back.
TimeUs steady_now();

CivilTime civil_utc(TimeUs moment);
CivilTime civil_seoul(TimeUs moment);

/// The local calendar date at this moment.
Date seoul_date(TimeUs moment);
/// The business day at this moment: the local date until 23:30, then the next one.
Date business_day(TimeUs moment);
/// `days` days after (before, when negative) a date.
Date add_days(Date date, int days);
/// MMDD of a date.
inline std::uint32_t month_day(Date date) { return date % 10'000; }

/// `2026-11-22`.
std::string date_text(Date date);
/// … and back; nothing when there is no such day.
std::optional<Date> parse_date(std::string_view text);

/// `2026-11-22 10:15`, as an operator says a moment in Seoul; nothing when there is no such one.
std::optional<TimeUs> parse_seoul_minute(std::string_view text);

/// `2026-11-22T10:15:30.123456+09:00`, for logs.
std::string iso_seoul(TimeUs moment);

}  // namespace base
