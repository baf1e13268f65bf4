#pragma once
/// What names an approval (DE 38) and a message without a reference of its own (DE 37).

#include <array>
#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "ledger/records.hpp"

namespace handlers {

/// Six digits and letters that name a remembered transaction.
std::array<char, 6> approval_of(ledger::Sequence sequence);
/// After so many transactions the names begin again.
inline constexpr std::uint64_t kApprovals = 36ull * 36 * 36 * 36 * 36 * 36;
/// The latest transaction up to `newest` with this name; those before it are kApprovals apart.
std::optional<ledger::Sequence> latest_named(std::string_view approval, ledger::Sequence newest);
/// The same for an approval that is not remembered.
std::array<char, 6> random_approval(base::RandomSource& random);

/// Twelve digits: last digit of the year, day of the year and hour (local), and six of `number`.
std::array<char, 12> reference_of(base::TimeUs now, std::uint64_t number);

}  // namespace handlers
