#pragma once
/// The rate table as an operator keeps it: a CSV file, checked as a whole before any of it counts.

#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "ledger/rates.hpp"

namespace config {

/// More than 1,000 rows of the longest kind have.
inline constexpr std::size_t kMostRateFileBytes = 48'000;

/// The content of a file whose first line is `prefix,won,unit_s,connection_won`; an empty prefix is
/// every other call's. Throws ConfigError with the line, and nothing of it is taken.
std::vector<ledger::RateRow> read_rate_file(std::string_view text);

}  // namespace config
