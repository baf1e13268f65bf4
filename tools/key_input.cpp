#include "tools/key_input.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "tools/usage_error.hpp"

namespace tools {
namespace {

/// What is typed at a terminal is not shown there.
class HiddenInput {
 public:
  HiddenInput() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    std::fputs("components of the key, a line each, then Ctrl-D (nothing is shown):\n", stderr);
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  termios before_{};
  bool is_terminal_;
};

/// Lines that are not blank.
std::vector<std::string> read_lines(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) lines.push_back(line);
    std::ranges::fill(line, '0');
  }
  if (lines.empty()) throw UsageError("there was no key to read");
  return lines;
}

}  // namespace

std::vector<std::string> read_key_lines(const std::string& from) {
  if (from.empty() || from == "-") {
    const HiddenInput hidden;
    return read_lines(std::cin);
  }
  std::ifstream in(from);
  if (!in) throw UsageError("cannot read " + from);
  return read_lines(in);
}

crypto::Key combine_components(std::vector<std::string> lines, std::size_t size) {
  std::vector<std::uint8_t> sum(size, 0);
  for (std::size_t number = 0; number < lines.size(); ++number) {
    auto bytes = base::from_hex(lines[number]);
    if (!bytes || bytes->size() != sum.size())
      throw UsageError("line " + std::to_string(number + 1) + " must be " +
                       std::to_string(2 * sum.size()) + " hexadecimal digits");
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= (*bytes)[i];
    std::ranges::fill(*bytes, std::uint8_t{0});
    std::ranges::fill(lines[number], '0');
  }
  const bool is_nothing = std::ranges::all_of(sum, [](std::uint8_t byte) { return byte == 0; });
  if (is_nothing) throw UsageError("the components cancel each other out");
  return crypto::Key(std::move(sum));
}

}  // namespace tools
