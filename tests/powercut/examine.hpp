#pragma once
/// Opens what a power cut left, as the switch does, and compares it with what must be there.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "tests/powercut/history.hpp"

namespace powercut {

struct Demand {
  std::uint64_t least = 0, most = 0;  ///< the last record that must, and that can, be there
  /// The batch whose state it must be; not given: the last record's. One that an earlier opening
  /// already counted may have a start behind it, which changes nothing.
  std::optional<std::uint64_t> as_after = {};
  /// Also: what was replayed is applied, opened once more, and its books are proved.
  bool thorough = false;
};

/// The last record that counts. Throws std::runtime_error with what is wrong; a start that refuses
/// the data is wrong too.
std::uint64_t examine(const std::filesystem::path& data, const History& history,
                      const Demand& demand);

}  // namespace powercut
