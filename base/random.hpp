#pragma once
/// Where randomness comes from; handed in, so that a test can repeat a run from one seed.

#include <cstdint>

#include "base/bytes.hpp"

namespace base {

/// A source of random bytes. One thread at a time.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(ByteSpan out) = 0;

  /// Uniform in [0, bound); bound must not be 0.
  std::uint64_t below(std::uint64_t bound);
};

}  // namespace base
