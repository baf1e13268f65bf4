#pragma once
/// The first start: merchants, terminals, products, prefunds, lots and limits of the seed file
/// become ledger data, once.

#include <cstdint>

#include "base/random.hpp"
#include "config/seed.hpp"
#include "crypto/card_vault.hpp"
#include "ledger/directory.hpp"
#include "ledger/store.hpp"

namespace core {

/// Whether the data has taken a seed already.
bool is_seeded(ledger::Store& store);

/// Writes the seed in one commit unless the data already has one; returns whether it wrote. Throws
/// std::runtime_error when the store does not take it. The store must commit before it returns.
bool seed_if_new(ledger::Store& store, const config::Seed& seed, crypto::CardVault& vault,
                 base::RandomSource& random, std::string_view bin, base::TimeUs now);

/// Data from before limits were ledger data gets these; other data keeps its own. Throws
/// std::runtime_error when the store does not take them.
void seed_limits_if_absent(ledger::Store& store, const ledger::LimitsRecord& limits);

/// Writes the seed's rates as in force from the beginning, unless there are rates already or the
/// seed has none; returns whether it wrote. Data of a version without rates has none. As above.
bool seed_rates_if_none(ledger::Store& store, const config::Seed& seed);

}  // namespace core
