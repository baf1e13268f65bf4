#pragma once
/// How the switch's JSON looks on a screen.

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace tools {

/// A value as a cell: numbers with thousands separators, yes and no, lists with blanks between.
std::string cell_text(const boost::json::value& value);

/// One object as two columns; what is nested is named `outer.inner`. "kind" is left out.
std::string object_table(const boost::json::object& object);

/// Objects of one kind as rows, of each the members that are named; one that no object has makes no
/// column.
std::string rows_table(const std::vector<boost::json::object>& rows,
                       const std::vector<std::string>& members);

/// How far a `progress` line says the work is, 0 to 1000.
int progress_share(const boost::json::object& line);

/// Asks a running switch: `progress` lines move a bar, the others are given back. Throws
/// ControlError.
std::vector<boost::json::object> ask_with_bar(const std::filesystem::path& socket,
                                              const boost::json::object& request);

}  // namespace tools
