#pragma once
/// CRC-32C (Castagnoli), by the processor's instruction where there is one.

#include <cstddef>
#include <cstdint>

namespace ledger {

/// The checksum of what `before` is the checksum of, followed by these bytes; 0 to begin.
std::uint32_t crc32c(std::uint32_t before, const void* bytes, std::size_t size);

/// The same without the instruction; what other processors use.
std::uint32_t crc32c_by_table(std::uint32_t before, const void* bytes, std::size_t size);

}  // namespace ledger
