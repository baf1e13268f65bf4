#pragma once
/// `cpswitch --restore BACKUP --data NEW`: makes a data folder from a backup and proves its books;
/// serves nothing.

#include "config/settings.hpp"

namespace core {

/// Tells on standard output what it does and what it has restored. Throws std::runtime_error with a
/// sentence; NEW is then still marked as unfinished, or untouched.
void restore_data(const config::CommandLine& command);

}  // namespace core
