#include "config/seed.hpp"

#include "config/seed_parts.hpp"

namespace config {

Seed load_seed(const Settings& settings, SeedUse use) {
  Seed seed;
  if (!settings.seed_file) return seed;
  Ini ini(*settings.seed_file);
  seed.merchants = read_merchants(ini, settings, use);
  seed.terminals = read_terminals(ini, seed.merchants);
  seed.categories = read_categories(ini);
  seed.products = read_products(ini);
  seed.lots = read_lots(ini, settings.bin, seed.products);
  seed.limits = read_money_limits(ini);
  seed.rates = read_rates(ini);
  ini.refuse_unknown();
  if (use == SeedUse::taken) {
    std::erase_if(seed.merchants, [](const SeedMerchant& each) { return each.station_id == 0; });
    std::erase_if(seed.terminals, [](const SeedTerminal& each) { return each.station_id == 0; });
  }
  return seed;
}

}  // namespace config
