#include <boost/program_options.hpp>
#include <sstream>

#include "config/settings.hpp"

namespace config {
namespace {

namespace po = boost::program_options;

po::options_description options() {
  po::options_description all("cpswitch --config FILE --data DIR [options]", 100, 50);
  // clang-format off
  all.add_options()
      ("config", po::value<std::string>()->value_name("FILE"), "the configuration; required")
      ("data", po::value<std::string>()->value_name("DIR"),
       "the data folder, empty or existing; required")
      ("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
       "a value over the file's, e.g. limits.batch=64; may be repeated")
      ("port-base", po::value<int>()->value_name("N"), "moves every port by N - 8580")
      ("restore", po::value<std::string>()->value_name("BACKUP"),
       "makes the data folder, new or empty, from this backup, and ends")
      ("to-sequence", po::value<std::uint64_t>()->value_name("N"),
       "restores up to and including transaction #N of the log; all, if not given")
      ("help", "prints this and ends")
      ("version", "prints the version and ends");
  // clang-format on
  return all;
}

std::string required(const po::variables_map& given, const char* option) {
  if (!given.contains(option) || given[option].as<std::string>().empty())
    throw ConfigError("--" + std::string(option) + " is missing; --help lists the options");
  return given[option].as<std::string>();
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  po::variables_map given;
  try {
    namespace style = po::command_line_style;
    po::store(po::command_line_parser(argc, argv)
                  .options(options())
                  .positional(po::positional_options_description())
                  .style(style::allow_long | style::long_allow_next | style::long_allow_adjacent)
                  .run(),
              given);
  } catch (const po::error& error) {
    throw ConfigError(std::string(error.what()) + "; --help lists the options");
  }
  CommandLine command;
  command.help = given.contains("help");
  command.version = !command.help && given.contains("version");
  if (command.help || command.version) return command;
  command.config = required(given, "config");
  command.data = required(given, "data");
  if (given.contains("port-base")) {
    command.port_base = given["port-base"].as<int>();
    if (*command.port_base < 1 || *command.port_base > 65'535)
      throw ConfigError("--port-base: must be a number from 1 to 65535");
  }
  if (given.contains("restore")) command.restore = required(given, "restore");
  if (given.contains("to-sequence")) {
    if (!command.restore) throw ConfigError("--to-sequence: only with --restore");
    command.to_sequence = given["to-sequence"].as<std::uint64_t>();
  }
  if (!given.contains("set")) return command;
  for (const std::string& text : given["set"].as<std::vector<std::string>>()) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == text.npos)
      throw ConfigError("--set " + text + ": must be of the form key=value");
    command.sets.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return command;
}

std::string help_text() {
  std::ostringstream text;
  text << options();
  return text.str();
}

}  // namespace config
