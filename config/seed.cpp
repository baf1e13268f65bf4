#include "config/seed.hpp"

#include "config/seed_parts.hpp"

namespace config {

Seed load_seed(const Settings& settings) {
  Seed seed;
  if (!settings.seed_file) return seed;
  Ini ini(*settings.seed_file);
  seed.merchants = read_merchants(ini, settings);
  seed.terminals = read_terminals(ini, seed.merchants);
  seed.categories = read_categories(ini);
  seed.products = read_products(ini);
  seed.lots = read_lots(ini, settings.bin, seed.products);
  ini.refuse_unknown();
  return seed;
}

}  // namespace config
