#include "tools/stamps.hpp"

#include "base/assert.hpp"

namespace tools {
namespace {

std::uint32_t four_digits(int high, int low) {
  return static_cast<std::uint32_t>(high * 100 + low);
}

std::uint32_t time_digits(const base::CivilTime& time) {
  return four_digits(time.hour, time.minute) * 100 + static_cast<std::uint32_t>(time.second);
}

}  // namespace

StampMaker::StampMaker(std::uint32_t first) : next_stan_(first) {
  CP_ASSERT(first >= 1 && first <= kLastStan);
}

Stamp StampMaker::next(base::TimeUs now) {
  const base::TimeUs second = now / base::kMicrosPerSecond;
  if (second != second_) {
    second_ = second;
    const base::CivilTime utc = base::civil_utc(now), local = base::civil_seoul(now);
    stamp_.transmitted = four_digits(utc.month, utc.day) * 1'000'000 + time_digits(utc);
    stamp_.local_time = time_digits(local);
    stamp_.local_date = four_digits(local.month, local.day);
    const int hour = (local.year % 10 * 1'000 + local.day_of_year) * 100 + local.hour;
    stamp_.reference = static_cast<std::uint64_t>(hour);
  }
  Stamp stamp = stamp_;
  stamp.stan = next_stan_;
  stamp.reference = stamp_.reference * 1'000'000 + stamp.stan;
  next_stan_ = next_stan_ == kLastStan ? 1 : next_stan_ + 1;
  return stamp;
}

std::string zero_filled(std::uint64_t value, std::size_t digits) {
  std::string text = std::to_string(value);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

std::string original_data(codec::Mti mti, std::uint32_t stan, std::uint32_t transmitted) {
  return zero_filled(mti.value, 4) + zero_filled(stan, 6) + zero_filled(transmitted, 10) +
         std::string(22, '0');
}

}  // namespace tools
