#include "tools/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "config/error.hpp"

namespace tools {

namespace po = boost::program_options;

std::string take_command(Words& words, std::initializer_list<std::string_view> flags) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word->starts_with("--")) {
      const bool stands_alone = word->find('=') != std::string::npos ||
                                std::find(flags.begin(), flags.end(), *word) != flags.end();
      if (!stands_alone && word + 1 != words.end()) ++word;
      continue;
    }
    std::string command = *word;
    words.erase(word);
    return command;
  }
  return {};
}

po::variables_map parse_words(const Words& words, const po::options_description& description) {
  namespace style = po::command_line_style;
  po::positional_options_description positional;
  if (description.find_nothrow("word", false) != nullptr) positional.add("word", -1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser(words)
                  .options(description)
                  .positional(positional)
                  .style(style::allow_long | style::long_allow_next | style::long_allow_adjacent)
                  .run(),
              given);
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  return given;
}

std::uint64_t parse_count(std::string_view text, std::uint64_t lowest, std::uint64_t highest,
                          std::string_view what) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || number < lowest || number > highest)
    throw UsageError("`" + std::string(text) + "` is not " + std::string(what) + ": from " +
                     std::to_string(lowest) + " to " + std::to_string(highest));
  return number;
}

int run_program(std::string_view program, const std::function<int()>& body) {
  const std::string name(program);
  try {
    return body();
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s: %s\n%s --help lists the options\n", name.c_str(), error.what(),
                 name.c_str());
    return kMisused;
  } catch (const config::ConfigError& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return kMisused;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return kNotWell;
  }
}

}  // namespace tools
