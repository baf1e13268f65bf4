#pragma once
/// The kinds of sections of a seed file; for this folder only. Each throws ConfigError.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ini.hpp"
#include "config/seed.hpp"

namespace config {

std::vector<SeedMerchant> read_merchants(Ini& ini, const Settings& settings, SeedUse use);
std::vector<SeedTerminal> read_terminals(Ini& ini, const std::vector<SeedMerchant>& merchants);
std::vector<SeedCategory> read_categories(Ini& ini);
std::vector<SeedProduct> read_products(Ini& ini);
std::vector<SeedLot> read_lots(Ini& ini, const std::string& bin,
                               const std::vector<SeedProduct>& products);
ledger::LimitsRecord read_money_limits(Ini& ini);
std::vector<ledger::RateRow> read_rates(Ini& ini);

/// A required UTF-8 text of 1 to 40 bytes without control characters.
std::string read_name(Section& section, std::string_view key);
/// A merchant category code of four digits other than 0000, or nothing.
std::optional<std::uint16_t> parse_mcc(std::string_view text);

}  // namespace config
