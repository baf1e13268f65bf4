#pragma once
/// `products`, `add-product` and `end-product` of the control socket. A product is never changed
/// nor removed: its cards were sold by it. One that takes its place is added.

#include <boost/json/object.hpp>
#include <vector>

#include "ledger/directory.hpp"
#include "ledger/store.hpp"
#include "switch/message_log.hpp"

namespace core {

/// A line of kind `product` for each, ended ones too.
std::vector<boost::json::object> describe_products(const ledger::Directory& directory);

// What changes is durable, and counts from the next message on. Each throws BadRequest, and
// std::runtime_error when the ledger does not take it. Where change_ledger() may be called.

/// "face", "name"; "days" (1,825), "mix" (all), "points_bp" (0). The product of that face value
/// that was sold so far ends in the same commit.
boost::json::object add_product(const boost::json::object& request, ledger::Store& store,
                                ledger::Directory& directory, MessageLog& log);
/// "number". Cards of it go on, and those in stock can still be sold.
boost::json::object end_product(const boost::json::object& request, ledger::Store& store,
                                ledger::Directory& directory, MessageLog& log);

}  // namespace core
