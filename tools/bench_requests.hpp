#pragma once
/// Writes the load's requests straight into a send buffer: no text, no heap.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "codec/message.hpp"
#include "codec/writer.hpp"
#include "tools/bench_cards.hpp"
#include "tools/bench_options.hpp"
#include "tools/stamps.hpp"
#include "tools/world.hpp"

namespace tools {

/// What is to be asked for.
struct BenchRequest {
  BenchKind kind = BenchKind::echo;
  std::uint32_t card = 0;  ///< its place among the cards; of an echo none
  // Of a completion: DE 37 and 38 of the answer to its hold.
  std::array<char, 12> reference{};
  std::array<char, 6> approval{};
};

/// The completion of a hold, by its answer; nothing when the hold was not approved.
std::optional<BenchRequest> completion_of(const BenchRequest& hold, const codec::Message& answer);

/// Throws UsageError when the mix has what the switch does not serve to stations of this role.
void check_mix(const config::Station& station, const BenchOptions& options);

/// One thread. What it is made from must outlive it.
class RequestMaker {
 public:
  RequestMaker(const World& world, const config::Station& station, const BenchOptions& options,
               const std::vector<BenchCard>& cards);

  /// The clock of the terminals.
  base::TimeUs now() const {
    return base::system_now() + options_.clock_offset_days * base::kMicrosPerDay;
  }
  /// The next kind, by the weights of the mix, and a card drawn from all of them.
  BenchRequest draw_request();

  /// A whole frame; returns its size. `out` holds at least kMaxRequest bytes.
  std::size_t make(const BenchRequest& request, const Stamp& stamp,
                   const config::SeedTerminal& terminal, base::ByteSpan out);

  static constexpr std::size_t kMaxRequest = 512;  ///< an ASCII purchase has under 300 bytes

 private:
  std::uint64_t draw(std::uint64_t bound);
  BenchKind draw_kind();
  bool draw_password(BenchKind kind);
  void write_echo(codec::Writer& writer, const Stamp& stamp) const;
  void write_card_request(codec::Writer& writer, const BenchRequest& request, const Stamp& stamp,
                          const config::SeedTerminal& terminal);
  void write_months(codec::Writer& writer) const;

  const config::Station& station_;
  const BenchOptions& options_;
  const std::vector<BenchCard>& cards_;
  const crypto::Key* mac_key_;
  std::uint32_t mix_sum_ = 0;
  std::uint64_t state_;
};

}  // namespace tools
