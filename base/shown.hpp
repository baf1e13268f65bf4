#pragma once
/// Foreign text as it may stand in a sentence for an operator.

#include <string>
#include <string_view>

namespace base {

/// Short and on one line: at most 60 characters, bytes that are not printable ASCII as question
/// marks (a terminal could take them for commands, a log reader for a broken line); `an empty
/// value` where there is none. For text that is no secret.
std::string shown(std::string_view text);

}  // namespace base
