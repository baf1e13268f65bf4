#include "tools/day_log.hpp"

#include <charconv>
#include <cstdio>

#include "codec/describe.hpp"
#include "tools/response_words.hpp"

namespace tools {
namespace {

constexpr base::TimeUs kAnswerPatience = 10 * base::kMicrosPerSecond;

std::string amount_text(const Draft& draft) {
  if (!draft.has(4)) return "";
  std::int64_t won = 0;
  const std::string_view digits = draft.get(4);
  std::from_chars(digits.data(), digits.data() + digits.size(), won);
  return won_text(won);
}

}  // namespace

DayLog::DayLog()
    : columns_({{"station", Align::left, 10},
                {"what", Align::left, 31},
                {"card", Align::left, 16},
                {"won", Align::right, 7},
                {"balance", Align::right, 7},
                {"DE 39", Align::left, 31},
                {"RRN", Align::left, 12},
                {"µs", Align::right, 6}}) {
  std::fputs(columns_.header().c_str(), stdout);
}

void DayLog::chapter(std::string_view title) { std::printf("%s\n", std::string(title).c_str()); }

Answer DayLog::exchange(Terminal& terminal, std::string_view what, const Draft& draft,
                        const Expected& expected, bool broken_mac) {
  auto answer = terminal.send(draft, kAnswerPatience, broken_mac);
  ++exchanges_;
  if (!answer)
    throw LinkError(terminal.station().name + ": " + std::string(what) + ": no answer within 10 s");
  latency_.record(answer->latency_us * 1'000);
  const std::string code = answer->code();
  ++(is_approval(code) ? approvals_ : refusals_);
  print_row(terminal, what, draft, *answer);
  check(code == expected.code, "expected " + expected.code);
  check(answer->mac == MacVerdict::none || answer->mac == MacVerdict::right,
        answer->mac == MacVerdict::missing ? "the answer has no MAC" : "the answer's MAC is wrong");
  if (expected.available_won) {
    const auto available = additional_amount(answer->received.text(54), "00", "02");
    check(available == expected.available_won,
          "expected an available balance of " + won_text(*expected.available_won) +
              (available ? ", got " + won_text(*available) : ", got none"));
  }
  return std::move(*answer);
}

void DayLog::print_row(const Terminal& terminal, std::string_view what, const Draft& draft,
                       const Answer& answer) {
  const std::string code = answer.code(), detail = answer.received.text(44);
  std::string meaning = code + " " + std::string(response_words(code));
  if (!detail.empty()) meaning += " " + detail;
  const auto available = additional_amount(answer.received.text(54), "00", "02");
  const std::string card = draft.has(2) ? std::string(draft.get(2)) : answer.received.text(2);
  std::fputs(columns_
                 .line({terminal.station().name, std::string(what),
                        card.empty() ? "" : codec::mask_card(card), amount_text(draft),
                        available ? won_text(*available) : "", meaning, answer.received.text(37),
                        std::to_string(answer.latency_us)})
                 .c_str(),
             stdout);
  std::fflush(stdout);
}

void DayLog::check(bool condition, std::string_view what_is_wrong) {
  if (condition) return;
  ++wrong_;
  std::printf("  ✗ %s\n", std::string(what_is_wrong).c_str());
}

bool DayLog::finish() {
  std::printf("\n%d exchanges, %d approved, %d refused; latency p50 %s, p99 %s, max %s\n",
              exchanges_, approvals_, refusals_, duration_text(latency_.quantile(0.5)).c_str(),
              duration_text(latency_.quantile(0.99)).c_str(),
              duration_text(latency_.max()).c_str());
  if (wrong_ == 0)
    std::printf("every answer was the expected one\n");
  else
    std::printf("%d %s not as expected\n", wrong_, wrong_ == 1 ? "thing was" : "things were");
  return wrong_ == 0;
}

}  // namespace tools
