#pragma once
/// Memory that O_DIRECT takes.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "ledger/journal_format.hpp"

namespace ledger {

struct FreeBuffer {
  void operator()(std::uint8_t* bytes) const { std::free(bytes); }
};
using AlignedBuffer = std::unique_ptr<std::uint8_t[], FreeBuffer>;

/// `bytes` rounded up to whole blocks, not initialised.
inline AlignedBuffer make_aligned_buffer(std::size_t bytes) {
  auto* got = static_cast<std::uint8_t*>(std::aligned_alloc(kBlockBytes, round_up_to_block(bytes)));
  if (got == nullptr) throw std::bad_alloc();
  return AlignedBuffer(got);
}

}  // namespace ledger
