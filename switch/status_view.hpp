#pragma once
/// The switch's figures as `status` of the control socket has them.

#include <boost/json/object.hpp>
#include <string_view>

#include "ledger/durable_store.hpp"
#include "switch/engine.hpp"
#include "switch/guess_brake.hpp"

namespace core {

std::string_view to_text(ledger::Writable writable);
boost::json::object describe(const EngineFigures& figures);
boost::json::object describe(const GuessFigures& figures);
boost::json::object describe(const ledger::StoreFigures& figures);

}  // namespace core
