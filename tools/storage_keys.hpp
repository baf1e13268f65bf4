#pragma once
/// The storage keys of a stopped switch, for a look at its sealed card numbers.

#include <memory>

#include "crypto/key_store.hpp"
#include "tools/ctl_commands.hpp"

namespace tools {

/// The keys beside the data; none where nobody named the file and it is not there. Throws
/// std::runtime_error when the file is not as it must be.
std::unique_ptr<crypto::FileKeyStore> load_storage_keys(const SwitchPlace& place);

}  // namespace tools
