#pragma once
/// The day as it is told: a row for each exchange, what was not as expected below its row, and a
/// summary at the end.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tools/histogram.hpp"
#include "tools/screen.hpp"
#include "tools/terminal.hpp"

namespace tools {

/// What an answer must be.
struct Expected {
  std::string code = "00";
  std::optional<std::int64_t> available_won =
      std::nullopt;  ///< DE 54: the card's available balance
};

class DayLog {
 public:
  DayLog();

  /// A heading above the rows that follow.
  void chapter(std::string_view title);

  /// Sends, prints the row, compares. Throws LinkError when no answer comes: the day is over.
  Answer exchange(Terminal& terminal, std::string_view what, const Draft& draft,
                  const Expected& expected, bool broken_mac = false);

  /// Checks what only the story knows; a false condition is printed and counted.
  void check(bool condition, std::string_view what_is_wrong);

  /// Prints the summary; true when nothing was wrong.
  bool finish();

 private:
  void print_row(const Terminal& terminal, std::string_view what, const Draft& draft,
                 const Answer& answer);

  Columns columns_;
  Histogram latency_;  ///< in nanoseconds
  int exchanges_ = 0, approvals_ = 0, refusals_ = 0, wrong_ = 0;
};

}  // namespace tools
