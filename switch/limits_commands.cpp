#include "switch/limits_commands.hpp"

#include <fmt/format.h>

#include <string>

#include "switch/control_request.hpp"
#include "switch/ledger_change.hpp"

namespace core {

namespace json = boost::json;
using ledger::LimitsRecord;

namespace {

struct MoneyLimit {
  const char* name;    ///< in a request
  const char* member;  ///< in an answer
  std::int64_t LimitsRecord::*field;
};
constexpr MoneyLimit kMoneyLimits[] = {
    {"transaction", "transaction_won", &LimitsRecord::transaction_won},
    {"day", "day_won", &LimitsRecord::daily_won},
    {"balance", "balance_won", &LimitsRecord::balance_won},
    {"recharge", "recharge_won", &LimitsRecord::recharge_won}};

}  // namespace

json::object describe_limits(const LimitsRecord& limits) {
  json::object line{{"kind", "limits"}};
  for (const MoneyLimit& limit : kMoneyLimits) line[limit.member] = limits.*limit.field;
  return line;
}

json::object set_limits(const json::object& request, ledger::Store& store,
                        ledger::Directory& directory, MessageLog& log) {
  LimitsRecord limits = directory.limits();
  std::string changes;
  for (const MoneyLimit& limit : kMoneyLimits) {
    const auto wanted = number_if_given(request, limit.name, 1, ledger::kMostToldWon);
    if (!wanted) continue;
    changes += fmt::format("{}{} {} won, was {}", changes.empty() ? "" : "; ", limit.name, *wanted,
                           limits.*limit.field);
    limits.*limit.field = *wanted;
  }
  if (changes.empty())
    throw BadRequest("which limit? give one of `transaction`, `day`, `balance`, `recharge`");
  change_ledger(store, directory, [&](ledger::Draft& draft) {
    draft.write(ledger::Table::limits, ledger::kLimitsKey, limits);
  });
  log.event(config::LogLevel::info, "money limits", {}, changes);
  return describe_limits(limits);
}

}  // namespace core
