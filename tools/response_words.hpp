#pragma once
/// What a DE 39 means, in words, as the wire contract has it.

#include <string_view>

namespace tools {

/// `approved`; `unknown` for a code that the contract does not have.
std::string_view response_words(std::string_view code);

/// Money moved, or what was asked was answered: 00, or 10 for less than asked.
inline bool is_approval(std::string_view code) { return code == "00" || code == "10"; }

}  // namespace tools
