#include "ledger/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace ledger {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kPolynomial : 0);
    table[i] = rest;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t before,
                                                               const void* bytes,
                                                               std::size_t size) {
  const auto* at = static_cast<const std::uint8_t*>(bytes);
  std::uint64_t rest = ~before;
  for (; size >= 8; size -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    rest = _mm_crc32_u64(rest, word);
  }
  auto rest32 = static_cast<std::uint32_t>(rest);
  for (; size > 0; --size, ++at) rest32 = _mm_crc32_u8(rest32, *at);
  return ~rest32;
}
#endif

using Function = std::uint32_t (*)(std::uint32_t, const void*, std::size_t);

Function choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") != 0) return by_instruction;
#endif
  return crc32c_by_table;
}

}  // namespace

std::uint32_t crc32c_by_table(std::uint32_t before, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const std::uint8_t*>(bytes);
  std::uint32_t rest = ~before;
  for (; size > 0; --size, ++at) rest = (rest >> 8) ^ kTable[(rest ^ *at) & 0xFF];
  return ~rest;
}

std::uint32_t crc32c(std::uint32_t before, const void* bytes, std::size_t size) {
  static const Function function = choose();
  return function(before, bytes, size);
}

}  // namespace ledger
