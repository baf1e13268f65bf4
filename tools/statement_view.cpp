#include "tools/statement_view.hpp"

#include "tools/screen.hpp"

namespace tools {
namespace {

constexpr std::size_t kEntryBytes = 103, kSumBytes = 23;

std::string date_of(std::string_view digits) {
  return std::string(digits.substr(0, 4)) + "-" + std::string(digits.substr(4, 2)) + "-" +
         std::string(digits.substr(6, 2));
}

std::string time_of(std::string_view digits) {
  return std::string(digits.substr(0, 2)) + ":" + std::string(digits.substr(2, 2)) + ":" +
         std::string(digits.substr(4, 2));
}

/// `7500` of `000000007500`.
std::string digits_of(std::string_view number) {
  const std::size_t first = number.find_first_not_of('0');
  return first == std::string_view::npos ? "0" : std::string(number.substr(first));
}

/// C or D before the digits.
std::string signed_won(std::string_view amount) {
  const std::string won = digits_of(amount.substr(1));
  return amount[0] == 'D' ? "-" + won : won;
}

std::string trimmed(std::string_view text) {
  return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

}  // namespace

std::string statement_tables(std::string_view entries, std::string_view summary) {
  std::string text;
  if (!summary.empty() && summary.size() % kSumBytes == 0) {
    Table table({{"sum"}, {"won", Align::right}, {"latest"}});
    for (; !summary.empty(); summary.remove_prefix(kSumBytes))
      table.add({std::string(summary.substr(0, 2)), signed_won(summary.substr(2, 13)),
                 date_of(summary.substr(15, 8))});
    text += table.text() + "\n";
  }
  if (!entries.empty() && entries.size() % kEntryBytes == 0) {
    Table table({{"no", Align::right},
                 {"when"},
                 {"kind"},
                 {"won", Align::right},
                 {"balance", Align::right},
                 {"merchant"},
                 {"name"}});
    for (; !entries.empty(); entries.remove_prefix(kEntryBytes))
      table.add({digits_of(entries.substr(41, 7)),
                 date_of(entries) + " " + time_of(entries.substr(8, 6)),
                 std::string(entries.substr(14, 2)), signed_won(entries.substr(16, 13)),
                 digits_of(entries.substr(29, 12)), trimmed(entries.substr(48, 15)),
                 trimmed(entries.substr(63, 40))});
    text += table.text();
  }
  return text;
}

}  // namespace tools
