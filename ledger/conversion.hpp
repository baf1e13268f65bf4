#pragma once
/// From the format version before this one to this one: done once, at the first start of a program
/// that writes the new one.

#include <cstdint>

#include "ledger/lmdb_file.hpp"

namespace ledger {

/// Version 1 had a card's password verifier in its file, version 2 has it in the card's record.
/// Converts all cards in one transaction of LMDB, which takes memory and time in proportion to
/// their number; returns it. Nothing may be in the journal that LMDB does not hold, and nobody else
/// may read. Throws std::runtime_error with a sentence, and then nothing has changed.
std::uint64_t convert_from_version_1(LmdbFile& file);

}  // namespace ledger
