#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "crypto/openssl.hpp"

namespace crypto {
namespace {

void draw(base::ByteSpan out) {
  require(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1, "draw random bytes");
}

}  // namespace

void SystemRandom::fill(base::ByteSpan out) {
  while (!out.empty()) {
    if (left_ == 0) {
      draw(pool_);
      left_ = pool_.size();
    }
    const std::size_t count = std::min(left_, out.size());
    std::uint8_t* const from = pool_.data() + pool_.size() - left_;
    std::copy_n(from, count, out.begin());
    OPENSSL_cleanse(from, count);  // what was handed out is nowhere else
    left_ -= count;
    out = out.subspan(count);
  }
}

}  // namespace crypto
