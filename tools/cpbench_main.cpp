/// cpbench: load against a running switch.

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "tools/bench_cards.hpp"
#include "tools/bench_load.hpp"
#include "tools/bench_options.hpp"
#include "tools/bench_report.hpp"
#include "tools/screen.hpp"
#include "tools/terminal.hpp"

namespace tools {
namespace {

constexpr char kHelp[] = R"(cpbench --config FILE [options]

  Makes its own cards first (an agent orders, collects and activates them), then sends and counts.

  --port-base N, --keys FILE
  --station NAME            whose terminals send (default DEMO-POS)
  --connections N           (default 64)
  --in-flight N             requests of one connection at a time (default 1)
  --seconds S               counted time (default 30)
  --warmup S                before it (default 2)
  --rate N                  requests a second at evenly spaced moments, whether answers come or
                            not; latency counts from the intended moment. Without it, each answer
                            brings the next request
  --mix purchase=N,verify=N,hold=N,statement=N,inquiry=N,echo=N
                            weights (default purchase=50,verify=50). The completion of a hold is
                            the next request of its connection and a row of its own. Statements,
                            the first page of this month, are for sites and operators
  --cards N                 of 100,000 won (default 1,000)
  --card-file FILE          keeps the cards' numbers for later runs against the same data
  --pin-share PERCENT       of purchases, verifies and holds with a password (default 50)
  --amount WON              of a purchase or hold (default 10)
  --clock-offset-days N     of a switch with clock.offset=+Nd: messages are of that day
  --json                    one JSON object instead of tables

Ends with 0 when every request was answered and no connection was lost.
)";

std::vector<BenchCard> make_cards(const World& world, const BenchOptions& options) {
  const auto sum = std::accumulate(options.mix.begin(), options.mix.end(), 0u);
  if (sum == options.weight(BenchKind::echo)) return {};
  std::optional<std::vector<std::string>> numbers;
  if (options.card_file) numbers = load_card_numbers(*options.card_file, options.cards);
  if (!numbers) {
    ProgressBar bar;
    numbers = make_card_numbers(world, options.cards, [&](std::uint32_t ready) {
      bar.show(static_cast<int>(std::uint64_t{ready} * 1'000 / options.cards),
               won_text(ready) + " cards");
    });
    if (options.card_file) save_card_numbers(*options.card_file, *numbers);
  }
  return with_pin_blocks(world, options.station, *numbers);
}

LoadResult run_load(const World& world, const BenchOptions& options,
                    const std::vector<BenchCard>& cards) {
  Load load(world, options, cards);
  ProgressBar bar;
  return load.run([&bar](double share) { bar.show(static_cast<int>(share * 1'000), "load"); });
}

int run(const Words& words) {
  if (std::find(words.begin(), words.end(), "--help") != words.end()) {
    std::fputs(kHelp, stdout);
    return kWell;
  }
  const BenchOptions options = parse_bench_options(words);
  const World world = load_world(options.config, options.port_base, options.keys);
  if (world.station(options.station).sign_on_required)
    throw UsageError(options.station + " must sign on, which the load does not");
  check_mix(world.station(options.station), options);
  const std::vector<BenchCard> cards = make_cards(world, options);
  const LoadResult result = run_load(world, options, cards);
  const std::string report =
      options.json ? report_json(options, result) : report_text(options, result);
  std::fputs(report.c_str(), stdout);
  return result.unanswered == 0 && result.lost_connections == 0 ? kWell : kNotWell;
}

}  // namespace
}  // namespace tools

int main(int argc, char** argv) {
  return tools::run_program("cpbench",
                            [&] { return tools::run(tools::Words(argv + 1, argv + argc)); });
}
