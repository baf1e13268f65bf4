#pragma once
/// The cards that a load run spends: ordered, collected and activated before it begins.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/pin_block.hpp"
#include "tools/world.hpp"

namespace tools {

/// A card as the load needs it: DE 2, and DE 52 made once for all its messages.
struct BenchCard {
  std::string number;
  crypto::PinBlock pin_block{};
};

/// Cards of 100,000 won from the demo world's agent, activated with a password of their own; the
/// PIN blocks are under `station`'s key. Messages are sent in groups, so that the switch can make
/// a group durable in one write. `progress` is told how many are ready. Throws std::runtime_error
/// with the answer that was not 00.
std::vector<BenchCard> make_bench_cards(const World& world, const std::string& station,
                                        std::uint32_t count,
                                        const std::function<void(std::uint32_t ready)>& progress);

/// The lines of one order of at most `count` cards of one face value: 99 a line, six lines.
std::string order_lines(std::uint32_t face_won, std::uint32_t count);
/// How many cards those lines are.
std::uint32_t order_size(std::uint32_t count);

}  // namespace tools
