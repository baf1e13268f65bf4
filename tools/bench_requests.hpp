#pragma once
/// Writes the load's requests straight into a send buffer: no text, no heap.

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "tools/bench_cards.hpp"
#include "tools/bench_options.hpp"
#include "tools/stamps.hpp"
#include "tools/world.hpp"

namespace tools {

/// One thread. What it is made from must outlive it.
class RequestMaker {
 public:
  RequestMaker(const World& world, const config::Station& station, const BenchOptions& options,
               const std::vector<BenchCard>& cards);

  /// The clock of the terminals.
  base::TimeUs now() const {
    return base::system_now() + options_.clock_offset_days * base::kMicrosPerDay;
  }
  /// The next kind, by the weights of the mix.
  BenchKind draw_kind();

  /// A whole frame with a card drawn from all of them; returns its size. `out` holds at least
  /// kMaxRequest bytes.
  std::size_t make(BenchKind kind, const Stamp& stamp, const config::SeedTerminal& terminal,
                   base::ByteSpan out);

  static constexpr std::size_t kMaxRequest = 512;  ///< an ASCII purchase has under 300 bytes

 private:
  std::uint64_t draw(std::uint64_t bound);
  std::size_t write_message(BenchKind kind, const Stamp& stamp,
                            const config::SeedTerminal& terminal, base::ByteSpan out);

  const config::Station& station_;
  const BenchOptions& options_;
  const std::vector<BenchCard>& cards_;
  const crypto::Key* mac_key_;
  std::uint32_t mix_sum_ = 0;
  std::uint64_t state_;
};

}  // namespace tools
