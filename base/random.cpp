#include "base/random.hpp"

#include "base/assert.hpp"

namespace base {

std::uint64_t RandomSource::below(std::uint64_t bound) {
  CP_ASSERT(bound != 0);
  // Values from the incomplete last stretch are drawn again, so that no remainder is favoured.
  const std::uint64_t usable = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    std::uint8_t bytes[8];
    fill(bytes);
    const auto value = load_big_endian<std::uint64_t>(bytes);
    if (value < usable) return value % bound;
  }
}

}  // namespace base
