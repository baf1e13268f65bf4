#pragma once
/// The cards that a load run spends: ordered, collected and activated before it begins.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
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

/// Numbers of new cards of 100,000 won from the demo world's agent, activated with a password that
/// all of them have. Messages are sent in groups, so that the switch can make a group durable in
/// one write. `progress` is told how many are ready. Throws std::runtime_error with the answer that
/// was not 00.
std::vector<std::string> make_card_numbers(
    const World& world, std::uint32_t count,
    const std::function<void(std::uint32_t ready)>& progress);

/// The same cards again in a later run against the same data: a file of its owner alone, a number a
/// line. Nothing where there is no file; throws UsageError where it has fewer cards than `count`.
std::optional<std::vector<std::string>> load_card_numbers(const std::filesystem::path& file,
                                                          std::uint32_t count);
void save_card_numbers(const std::filesystem::path& file, const std::vector<std::string>& numbers);

/// As this station's terminals send them: PIN blocks are under its key.
std::vector<BenchCard> with_pin_blocks(const World& world, const std::string& station,
                                       const std::vector<std::string>& numbers);

/// The lines of one order of at most `count` cards of one face value: 99 a line, six lines.
std::string order_lines(std::uint32_t face_won, std::uint32_t count);
/// How many cards those lines are.
std::uint32_t order_size(std::uint32_t count);

}  // namespace tools
