#include "handlers/approval.hpp"

#include "handlers/number_text.hpp"

namespace handlers {
namespace {

constexpr std::uint64_t kApprovals = 36ull * 36 * 36 * 36 * 36 * 36;

std::array<char, 6> base36(std::uint64_t value) {
  static constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::array<char, 6> text{};
  for (std::size_t i = text.size(); i-- > 0; value /= 36) text[i] = kDigits[value % 36];
  return text;
}

}  // namespace

std::array<char, 6> approval_of(ledger::Sequence sequence) { return base36(sequence % kApprovals); }

std::array<char, 6> random_approval(base::RandomSource& random) {
  return base36(random.below(kApprovals));
}

std::array<char, 12> reference_of(base::TimeUs now, std::uint64_t number) {
  const base::CivilTime local = base::civil_seoul(now);
  const std::uint64_t hour =
      static_cast<std::uint64_t>((local.year % 10 * 1'000 + local.day_of_year) * 100 + local.hour);
  return number_text<12>(hour * 1'000'000 + number % 1'000'000).data;
}

}  // namespace handlers
