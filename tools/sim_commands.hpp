#pragma once
/// The commands of cpsim, one function each; they return how the program ends.

#include "tools/command_line.hpp"

namespace tools {

/// `cpsim terminal`: one message, shown with its answer.
int sim_terminal(const Words& words);
/// `cpsim day`: a day of all kinds of terminals, each answer compared with the expected one.
int sim_day(const Words& words);

}  // namespace tools
