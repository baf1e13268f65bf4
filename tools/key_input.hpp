#pragma once
/// A key as an operator brings it: lines of a file or of standard input, never on the command line.

#include <string>
#include <vector>

#include "crypto/key_store.hpp"

namespace tools {

inline constexpr std::size_t kPrinterKey = 32;  ///< bytes

/// The lines that are not blank, of a file or, where `from` is empty or `-`, of standard input;
/// what is typed there is not shown. Throws UsageError where there is none.
std::vector<std::string> read_key_lines(const std::string& from);

/// Components in hexadecimal digits, a line each, of a key of `size` bytes: together they are it.
/// Throws UsageError with the line's number, and none of its content.
crypto::Key combine_components(std::vector<std::string> lines, std::size_t size);

}  // namespace tools
