#include "handlers/approval.hpp"

#include "handlers/number_text.hpp"

namespace handlers {
namespace {

std::array<char, 6> base36(std::uint64_t value) {
  static constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::array<char, 6> text{};
  for (std::size_t i = text.size(); i-- > 0; value /= 36) text[i] = kDigits[value % 36];
  return text;
}

}  // namespace

std::array<char, 6> approval_of(ledger::Sequence sequence) { return base36(sequence % kApprovals); }

std::optional<ledger::Sequence> latest_named(std::string_view approval, ledger::Sequence newest) {
  ledger::Sequence sequence = 0;
  for (const char c : approval) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'A' || c > 'Z')) return std::nullopt;
    sequence = sequence * 36 + static_cast<ledger::Sequence>(is_digit ? c - '0' : c - 'A' + 10);
  }
  if (approval.size() != 6 || sequence > newest) return std::nullopt;
  return newest - (newest - sequence) % kApprovals;
}

std::array<char, 6> random_approval(base::RandomSource& random) {
  return base36(random.below(kApprovals));
}

std::array<char, 12> reference_of(base::TimeUs now, std::uint64_t number) {
  const base::CivilTime local = base::civil_seoul(now);
  const int hour = (local.year % 10 * 1'000 + local.day_of_year) * 100 + local.hour;
  return number_text<12>(static_cast<std::uint64_t>(hour) * 1'000'000 + number % 1'000'000).data;
}

}  // namespace handlers
