#include "tools/bench_options.hpp"

namespace tools {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kNames[kBenchKinds] = {"purchase",  "verify",  "hold", "completion",
                                                  "statement", "inquiry", "echo"};

std::uint32_t number_of(const po::variables_map& given, const char* option, std::uint32_t lowest,
                        std::uint32_t highest, std::uint32_t otherwise) {
  if (!given.contains(option)) return otherwise;
  return static_cast<std::uint32_t>(parse_count(given[option].as<std::string>(), lowest, highest,
                                                std::string("a number for --") + option));
}

double seconds_of(const po::variables_map& given, const char* option, double otherwise) {
  if (!given.contains(option)) return otherwise;
  const double seconds = given[option].as<double>();
  if (!(seconds >= 0 && seconds <= 86'400))
    throw UsageError("--" + std::string(option) + " is at least 0 and at most a day");
  return seconds;
}

po::options_description description() {
  po::options_description all;
  for (const char* const name :
       {"config", "keys", "station", "connections", "in-flight", "rate", "mix", "cards",
        "card-file", "pin-share", "amount", "clock-offset-days"})
    all.add_options()(name, po::value<std::string>());
  // clang-format off
  all.add_options()
      ("port-base", po::value<int>())
      ("seconds", po::value<double>())
      ("warmup", po::value<double>())
      ("json", "");
  // clang-format on
  return all;
}

}  // namespace

std::string_view to_text(BenchKind kind) { return kNames[static_cast<int>(kind)]; }

BenchMix parse_mix(std::string_view text) {
  BenchMix mix{};
  std::uint32_t sum = 0;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t equals = part.find('=');
    int kind = 0;
    while (kind < kBenchKinds && kNames[kind] != part.substr(0, equals)) ++kind;
    if (kind == kBenchKinds || equals == std::string_view::npos)
      throw UsageError(
          "--mix is purchase=N,verify=N,hold=N,statement=N,inquiry=N,echo=N, each once or left "
          "out");
    if (static_cast<BenchKind>(kind) == BenchKind::completion)
      throw UsageError("--mix: a completion follows each hold by itself");
    mix[static_cast<std::size_t>(kind)] =
        static_cast<std::uint32_t>(parse_count(part.substr(equals + 1), 0, 1'000, "a weight"));
    sum += mix[static_cast<std::size_t>(kind)];
  }
  if (sum == 0) throw UsageError("--mix has nothing to send");
  return mix;
}

BenchOptions parse_bench_options(const Words& words) {
  const po::variables_map given = parse_words(words, description());
  BenchOptions options;
  options.config = required<std::string>(given, "config");
  if (given.contains("keys")) options.keys = given["keys"].as<std::string>();
  if (given.contains("port-base")) options.port_base = given["port-base"].as<int>();
  if (given.contains("station")) options.station = given["station"].as<std::string>();
  options.connections =
      number_of(given, "connections", 1, kMaxBenchConnections, options.connections);
  options.in_flight = number_of(given, "in-flight", 1, kMaxBenchInFlight, options.in_flight);
  options.rate = number_of(given, "rate", 1, 1'000'000, options.rate);
  options.cards = number_of(given, "cards", 1, kMaxBenchCards, options.cards);
  if (given.contains("card-file")) options.card_file = given["card-file"].as<std::string>();
  options.pin_share = number_of(given, "pin-share", 0, 100, options.pin_share);
  options.amount_won = number_of(given, "amount", 1, 100'000, options.amount_won);
  options.clock_offset_days = number_of(given, "clock-offset-days", 0, 365, 0);
  options.seconds = seconds_of(given, "seconds", options.seconds);
  options.warmup_s = seconds_of(given, "warmup", options.warmup_s);
  options.mix = parse_mix(given.contains("mix") ? given["mix"].as<std::string>()
                                                : std::string("purchase=50,verify=50"));
  options.json = given.contains("json");
  return options;
}

}  // namespace tools
