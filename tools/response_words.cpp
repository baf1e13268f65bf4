#include "tools/response_words.hpp"

namespace tools {
namespace {

struct Row {
  std::string_view code, words;
};

constexpr Row kRows[] = {
    {"00", "approved"},
    {"03", "unknown merchant or agent"},
    {"10", "approved for less"},
    {"12", "no such transaction"},
    {"13", "amount not valid"},
    {"14", "no such card"},
    {"25", "original not found or final"},
    {"30", "format error"},
    {"51", "not enough balance"},
    {"54", "card expired"},
    {"55", "wrong password"},
    {"57", "not permitted to this card"},
    {"58", "not permitted to this station"},
    {"61", "over a limit"},
    {"62", "card blocked"},
    {"63", "MAC missing or wrong"},
    {"68", "no answer in time, reversed"},
    {"75", "fifth wrong password"},
    {"78", "card not activated"},
    {"91", "bank not reachable"},
    {"92", "no route"},
    {"94", "same key, other content"},
    {"95", "totals differ"},
    {"96", "system error"},
};

}  // namespace

std::string_view response_words(std::string_view code) {
  for (const Row& row : kRows)
    if (row.code == code) return row.words;
  return "unknown";
}

}  // namespace tools
