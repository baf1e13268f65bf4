#pragma once
/// What chance decides in a power cut.

#include <cstdint>
#include <random>

namespace powercut {

/// A number without pattern for each number, the same again: a choice that needs no memory.
inline std::uint64_t scrambled(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15;
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9;
  number = (number ^ number >> 27) * 0x94D049BB133111EB;
  return number ^ number >> 31;
}

/// The same choices again for the same seed.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  /// From 0 up to, not with, `end`.
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }
  /// True in `share` of a thousand cases.
  bool happens(std::uint64_t share_per_mille) { return below(1'000) < share_per_mille; }
  std::uint64_t any() { return random_(); }

 private:
  std::mt19937_64 random_;
};

}  // namespace powercut
