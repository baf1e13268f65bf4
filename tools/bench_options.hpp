#pragma once
/// What cpbench is told on its command line.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tools/command_line.hpp"

namespace tools {

/// In the order of the report. A completion is never drawn: it follows the answer to its hold.
enum class BenchKind : std::uint8_t {
  purchase,
  verify,
  hold,
  completion,
  statement,
  inquiry,
  echo
};
inline constexpr int kBenchKinds = 7;
using BenchMix = std::array<std::uint32_t, kBenchKinds>;  ///< weights by kind
std::string_view to_text(BenchKind kind);

struct BenchOptions {
  std::filesystem::path config;
  std::optional<std::filesystem::path> keys;
  std::optional<int> port_base;
  std::string station = "DEMO-POS";
  std::uint32_t connections = 64;
  std::uint32_t in_flight = 1;  ///< requests of one connection
  double seconds = 30;
  double warmup_s = 2;     ///< before the counting begins
  std::uint32_t rate = 0;  ///< requests a second of all connections (open loop); 0: as they come
  BenchMix mix{};
  std::uint32_t cards = 1'000;
  std::optional<std::filesystem::path> card_file;  ///< where the cards are kept for later runs
  std::uint32_t pin_share = 50;  ///< per cent of purchases, verifies and holds that carry DE 52
  std::uint32_t amount_won = 10;
  std::uint32_t clock_offset_days = 0;  ///< the switch's clock.offset
  bool json = false;

  std::uint32_t weight(BenchKind kind) const { return mix[static_cast<std::size_t>(kind)]; }
};

inline constexpr std::uint32_t kMaxBenchConnections = 4'096;
inline constexpr std::uint32_t kMaxBenchInFlight = 256;
inline constexpr std::uint32_t kMaxBenchCards = 1'000'000;

/// Throws UsageError.
BenchOptions parse_bench_options(const Words& words);

/// `purchase=50,verify=50`. Throws UsageError.
BenchMix parse_mix(std::string_view text);

}  // namespace tools
