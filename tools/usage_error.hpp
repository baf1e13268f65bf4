#pragma once
/// What the person at the keyboard got wrong; told in a sentence, ends the program with status 2.

#include <stdexcept>
#include <string>

namespace tools {

class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& what) : std::runtime_error(what) {}
};

/// How every tool ends.
inline constexpr int kWell = 0;     ///< done, and as expected
inline constexpr int kNotWell = 1;  ///< done, and not as expected; or not to be done
inline constexpr int kMisused = 2;  ///< the command line or the configuration is wrong

}  // namespace tools
