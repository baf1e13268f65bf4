#pragma once
/// What makes one request unlike every other: STAN and times. A request's key is its station, MTI
/// class, DE 11, 12, 13, 41 and 42; DE 90 names it by MTI, STAN and DE 7.

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "codec/mti.hpp"

namespace tools {

/// One request's own elements, as numbers.
struct Stamp {
  std::uint32_t stan = 0;         ///< DE 11
  std::uint32_t transmitted = 0;  ///< DE 7: MMDDhhmmss, GMT
  std::uint32_t local_time = 0;   ///< DE 12: hhmmss
  std::uint32_t local_date = 0;   ///< DE 13: MMDD
  /// DE 37 as the field makes it: last digit of the year, day of the year, hour, STAN.
  std::uint64_t reference = 0;
};

/// Makes the stamps of one terminal. Two of them are the same only when over 999,999 are taken in
/// one second. One thread.
class StampMaker {
 public:
  static constexpr std::uint32_t kLastStan = 999'999;

  /// `first` is the first STAN, 1 to kLastStan: a random one keeps runs in one second apart.
  explicit StampMaker(std::uint32_t first);

  Stamp next(base::TimeUs now);

 private:
  std::uint32_t next_stan_;
  base::TimeUs second_ = -1;  ///< the second that the rest of `stamp_` was made for
  Stamp stamp_;
};

/// `value` with zeros in front, `digits` long.
std::string zero_filled(std::uint64_t value, std::size_t digits);

/// DE 90 that names this original; no DE 32 and 33.
std::string original_data(codec::Mti mti, std::uint32_t stan, std::uint32_t transmitted);

}  // namespace tools
