#pragma once
/// `limits` and `set-limits` of the control socket: what amounts may come to.

#include <boost/json/object.hpp>

#include "ledger/directory.hpp"
#include "ledger/store.hpp"
#include "switch/message_log.hpp"

namespace core {

/// {"kind":"limits", "transaction_won":…, "day_won":…, "balance_won":…, "recharge_won":…}
boost::json::object describe_limits(const ledger::LimitsRecord& limits);

/// Changes those of "transaction", "day", "balance", "recharge" that are given, durably and from
/// the next message on. Throws BadRequest, and std::runtime_error when the ledger does not take it.
/// Where change_ledger() may be called.
boost::json::object set_limits(const boost::json::object& request, ledger::Store& store,
                               ledger::Directory& directory, MessageLog& log);

}  // namespace core
