#pragma once
/// A statement's tags as a table: DE 48's 0043 and 0044, docs/protocol.md section 5.

#include <string>
#include <string_view>

namespace tools {

/// Sums by kind, then the page's entries; either may be empty. What is no statement is shown as
/// nothing.
std::string statement_tables(std::string_view entries, std::string_view summary);

}  // namespace tools
