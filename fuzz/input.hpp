#pragma once
/// The bytes that the fuzzer made up, taken from the front; when there are none left, zeros.

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"

namespace fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool is_empty() const { return left_.empty(); }
  std::uint8_t byte() {
    const base::ByteView one = bytes(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  /// At most so many bytes.
  base::ByteView bytes(std::size_t count) {
    const std::size_t size = std::min(count, left_.size());
    const base::ByteView taken = left_.first(size);
    left_ = left_.subspan(size);
    return taken;
  }
  base::ByteView rest() { return std::exchange(left_, {}); }

 private:
  base::ByteView left_;
};

}  // namespace fuzz
