#include "switch/rate_loading.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "switch/ledger_change.hpp"

namespace core {
namespace {

void refuse_what_is_there(const ledger::RateTables& rates, ledger::RatesFrom from,
                          base::TimeUs now) {
  const bool is_there = rates.all().contains(from);
  if (is_there && from == ledger::rates_from(now))
    throw std::runtime_error("another table came into force this very second: load it once more");
  if (!is_there && rates.all().size() == ledger::kMostRateTables)
    throw std::runtime_error(
        fmt::format("there are {} rate tables, and all are kept: replace one that is not in force "
                    "yet, with its own --from",
                    rates.all().size()));
}

}  // namespace

ledger::RatesFrom load_rates(ledger::Store& store, ledger::Directory& directory,
                             std::vector<ledger::RateRow> rows, std::optional<base::TimeUs> from,
                             base::TimeUs now) {
  if (from && *from / base::kMicrosPerSecond < now / base::kMicrosPerSecond)
    throw std::runtime_error(
        "that moment is past, and calls were rated since: say one to come, or none for now");
  const ledger::RatesFrom wanted = ledger::rates_from(from.value_or(now));
  refuse_what_is_there(directory.rates(), wanted, now);
  change_ledger(store, directory,
                [&](ledger::Draft& draft) { ledger::write_rates(draft, wanted, std::move(rows)); });
  directory.refresh_rates(store);
  return wanted;
}

std::string rates_from_text(ledger::RatesFrom from) {
  if (from == 0) return "the beginning";
  const auto at = base::civil_seoul(static_cast<base::TimeUs>(from) * base::kMicrosPerSecond);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", at.year, at.month, at.day, at.hour,
                     at.minute, at.second);
}

}  // namespace core
