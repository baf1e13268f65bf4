#include "switch/station_figures.hpp"

namespace core {
namespace {

constexpr std::size_t number_of(char tens, char ones) {
  return 10 * static_cast<std::size_t>(tens - '0') + static_cast<std::size_t>(ones - '0');
}

/// By the number that a code's two digits are.
constexpr auto kPlaces = [] {
  std::array<std::uint8_t, 100> places{};
  places.fill(kAnswerCodes.size() - 1);
  for (std::size_t i = 0; i + 1 < kAnswerCodes.size(); ++i) {
    const std::string_view code = kAnswerCodes[i];
    places[number_of(code[0], code[1])] = static_cast<std::uint8_t>(i);
  }
  return places;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_approval(std::string_view code) { return code == "00" || code == "10"; }

std::uint64_t answers_of(const StationFigures& figures, bool approved) {
  std::uint64_t sum = 0;
  for (const MessageFigures& kind : figures.messages)
    for (std::size_t i = 0; i < kAnswerCodes.size(); ++i)
      if (is_approval(kAnswerCodes[i]) == approved) sum += kind.answers[i];
  return sum;
}

}  // namespace

std::size_t answer_place(const std::array<char, 2>& code) {
  if (!is_digit(code[0]) || !is_digit(code[1])) return kAnswerCodes.size() - 1;
  return kPlaces[number_of(code[0], code[1])];
}

std::uint64_t StationFigures::approved() const { return answers_of(*this, true); }
std::uint64_t StationFigures::declined() const { return answers_of(*this, false); }

}  // namespace core
