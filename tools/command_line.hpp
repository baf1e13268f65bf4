#pragma once
/// `program [options of all commands] COMMAND [its options and words]`.

#include <boost/program_options.hpp>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/usage_error.hpp"

namespace tools {

using Words = std::vector<std::string>;

/// The first word that is neither an option nor an option's value; empty when there is none. It is
/// taken out of `words`. Every option but the `flags` (`--repeat`) takes the word that follows it.
std::string take_command(Words& words, std::initializer_list<std::string_view> flags);

/// Long options only, never abbreviated; words without an option are `word` when the description
/// has one. Throws UsageError.
boost::program_options::variables_map parse_words(
    const Words& words, const boost::program_options::options_description& description);

/// The option's value as one of this type; throws UsageError where it was not given.
template <class T>
const T& required(const boost::program_options::variables_map& given, const char* option) {
  if (!given.contains(option)) throw UsageError("--" + std::string(option) + " is missing");
  return given[option].as<T>();
}

/// … or nothing where it was not given.
template <class T>
std::optional<T> if_given(const boost::program_options::variables_map& given, const char* option) {
  return given.contains(option) ? std::optional<T>(given[option].as<T>()) : std::nullopt;
}

/// A whole number without sign, within bounds. Throws UsageError that calls it `what`.
std::uint64_t parse_count(std::string_view text, std::uint64_t lowest, std::uint64_t highest,
                          std::string_view what);

/// Runs a program's body: what it throws is told on standard error in a sentence, and ends the
/// program with kMisused (the command line, the configuration) or kNotWell (all else).
int run_program(std::string_view program, const std::function<int()>& body);

}  // namespace tools
