#pragma once
/// Takes a rate table into the ledger while the switch runs; between two batches, on its thread.

#include <optional>
#include <string>
#include <vector>

#include "ledger/directory.hpp"
#include "ledger/store.hpp"

namespace core {

/// Keeps a table of checked rows that is in force from `from` on, or from now; one that has not
/// been in force yet gives way to another of the same moment. Throws std::runtime_error with a
/// sentence when the moment is past, there are too many tables, or the store does not take it; then
/// nothing has changed. The store must commit before it returns.
ledger::RatesFrom load_rates(ledger::Store& store, ledger::Directory& directory,
                             std::vector<ledger::RateRow> rows, std::optional<base::TimeUs> from,
                             base::TimeUs now);

/// `2026-11-23 12:00:00`, or `the beginning`.
std::string rates_from_text(ledger::RatesFrom from);

}  // namespace core
