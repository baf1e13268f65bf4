#include "base/time.hpp"

#include <chrono>
#include <cstdio>

namespace base {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

CivilTime civil(TimeUs moment) {
  const auto whole =
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(moment));
  const auto midnight = std::chrono::floor<std::chrono::days>(whole);
  const year_month_day date{midnight};
  const std::int64_t rest = (whole - midnight).count();
  CivilTime t;
  t.year = static_cast<int>(date.year());
  t.month = static_cast<int>(static_cast<unsigned>(date.month()));
  t.day = static_cast<int>(static_cast<unsigned>(date.day()));
  t.hour = static_cast<int>(rest / 3'600'000'000);
  t.minute = static_cast<int>(rest / 60'000'000 % 60);
  t.second = static_cast<int>(rest / 1'000'000 % 60);
  t.microsecond = static_cast<int>(rest % 1'000'000);
  const sys_days new_year = date.year() / std::chrono::January / 1;
  t.day_of_year = static_cast<int>((midnight - new_year).count()) + 1;
  return t;
}

Date to_date(const year_month_day& date) {
  return static_cast<Date>(static_cast<int>(date.year())) * 10'000 +
         static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
}

}  // namespace

TimeUs system_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TimeUs steady_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

CivilTime civil_utc(TimeUs moment) { return civil(moment); }
CivilTime civil_seoul(TimeUs moment) { return civil(moment + kSeoulOffset); }

Date seoul_date(TimeUs moment) {
  const CivilTime t = civil_seoul(moment);
  return static_cast<Date>(t.year * 10'000 + t.month * 100 + t.day);
}

Date business_day(TimeUs moment) {
  return seoul_date(moment + kMicrosPerDay - kCutoverFromMidnight);
}

Date add_days(Date date, int days) {
  const year_month_day start{std::chrono::year(static_cast<int>(date / 10'000)),
                             std::chrono::month(date / 100 % 100), std::chrono::day(date % 100)};
  return to_date(year_month_day{sys_days{start} + std::chrono::days(days)});
}

std::optional<TimeUs> parse_seoul_minute(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00 00:00";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    unsigned value = 0;
    for (const char digit : text.substr(at, size))
      value = value * 10 + static_cast<unsigned>(digit - '0');
    return value;
  };
  const year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                            std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2))};
  const unsigned hour = number(11, 2), minute = number(14, 2);
  if (!date.ok() || hour > 23 || minute > 59) return std::nullopt;
  const auto midnight =
      std::chrono::duration_cast<std::chrono::microseconds>(sys_days{date}.time_since_epoch());
  return midnight.count() + (hour * 60 + minute) * 60 * kMicrosPerSecond - kSeoulOffset;
}

std::string date_text(Date date) {
  char text[24];
  std::snprintf(text, sizeof text, "%04u-%02u-%02u", date / 10'000, date / 100 % 100, date % 100);
  return text;
}

std::optional<Date> parse_date(std::string_view text) {
  const auto midnight = parse_seoul_minute(std::string(text) + " 00:00");
  return midnight ? std::optional(seoul_date(*midnight)) : std::nullopt;
}

std::string iso_seoul(TimeUs moment) {
  const CivilTime t = civil_seoul(moment);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+09:00", t.year, t.month,
                t.day, t.hour, t.minute, t.second, t.microsecond);
  return text;
}

}  // namespace base
