#include <cstdio>

#include "tools/day_log.hpp"
#include "tools/day_parts.hpp"
#include "tools/sim_commands.hpp"

namespace tools {

namespace po = boost::program_options;

int sim_day(const Words& words) {
  po::options_description description;
  // clang-format off
  description.add_options()
      ("config", po::value<std::string>())
      ("keys", po::value<std::string>())
      ("port-base", po::value<int>());
  // clang-format on
  const po::variables_map given = parse_words(words, description);
  std::optional<int> port_base;
  if (given.contains("port-base")) port_base = given["port-base"].as<int>();
  std::optional<std::filesystem::path> keys;
  if (given.contains("keys")) keys = given["keys"].as<std::string>();
  const World world = load_world(required<std::string>(given, "config"), port_base, keys);

  Day day(world);
  tell_morning(day);
  tell_agent(day);
  tell_counter(day);
  tell_mistakes(day);
  tell_calls(day);
  tell_machines(day);
  tell_seat(day);
  tell_mall(day);
  tell_evening(day);
  return day.log.finish() ? kWell : kNotWell;
}

}  // namespace tools
