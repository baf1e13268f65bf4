#pragma once
/// The system's cryptographic generator as a RandomSource.

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.hpp"

namespace crypto {

/// OpenSSL's RAND_bytes, drawn in blocks. Throws std::runtime_error if the generator fails.
class SystemRandom : public base::RandomSource {
 public:
  void fill(base::ByteSpan out) override;

 private:
  std::array<std::uint8_t, 512> pool_{};
  std::size_t left_ = 0;
};

}  // namespace crypto
