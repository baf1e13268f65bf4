#pragma once
/// Foreign text as it may stand in a sentence for an operator.

#include <string>
#include <string_view>

namespace base {

/// Short and on one line: at most 60 characters, control characters as question marks; `an empty
/// value` where there is none. For text that is no secret.
std::string shown(std::string_view text);

}  // namespace base
