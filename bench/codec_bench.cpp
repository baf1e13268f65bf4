// Reading and writing the typical purchase in each profile: nanoseconds, and allocations an
// operation, which must be 0.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "codec/message.hpp"
#include "codec/writer.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

void* allocate(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using Space = std::array<std::uint8_t, 512>;

constexpr std::uint8_t kPinBlock[8] = {0x1B, 0x9C, 0x18, 0x45, 0xDA, 0x2E, 0x7F, 0x60};
constexpr std::uint8_t kMac[8] = {0x5E, 0x11, 0xC3, 0x90, 0xAF, 0x07, 0x42, 0xD8};

/// 19 elements, 127 bytes in iso87-binary. Cards come as digits, everything else as what it is.
std::size_t put_purchase(const codec::Profile& profile, base::ByteSpan space) {
  codec::Writer writer(profile, space);
  writer.begin({200});
  writer.digits(2, "9410129900000011");
  writer.number(3, 0);
  writer.number(4, 5'000);
  writer.number(7, 905'013'000);
  writer.number(11, 123'456);
  writer.number(12, 103'000);
  writer.number(13, 905);
  writer.number(14, 3'109);
  writer.number(22, 51);
  writer.number(25, 0);
  writer.number(32, 410'001);
  writer.digits(35, "9410129900000011=310920100000001");
  writer.text(37, "624810000801");
  writer.text(38, "A00801");
  writer.text(41, "POS00001");
  writer.text(42, "DEMOMART0000001");
  writer.text(49, "410");
  writer.bytes(52, kPinBlock);
  writer.bytes(64, kMac);
  return writer.finish().value_or(0);
}

void report(benchmark::State& state, std::size_t allocations_before, std::size_t message_size) {
  const auto made = static_cast<double>(allocations.load() - allocations_before);
  state.counters["allocations"] = benchmark::Counter(made, benchmark::Counter::kAvgIterations);
  state.counters["bytes"] = static_cast<double>(message_size);
}

void read_purchase(benchmark::State& state, const codec::Profile& profile) {
  Space space;
  const std::size_t size = put_purchase(profile, space);
  const base::ByteView bytes{space.data(), size};
  const std::size_t before = allocations.load();
  for (auto _ : state) {
    codec::Message message;
    const auto result = codec::read_message(profile, bytes, message);
    if (!result) state.SkipWithError("not readable");
    benchmark::DoNotOptimize(message);
  }
  report(state, before, size);
}

void write_purchase(benchmark::State& state, const codec::Profile& profile) {
  Space space;
  std::size_t size = 0;
  const std::size_t before = allocations.load();
  for (auto _ : state) {
    size = put_purchase(profile, space);
    benchmark::DoNotOptimize(space);
  }
  report(state, before, size);
}

}  // namespace

BENCHMARK_CAPTURE(read_purchase, iso87_binary, codec::kIso87Binary);
BENCHMARK_CAPTURE(read_purchase, iso87_ascii, codec::kIso87Ascii);
BENCHMARK_CAPTURE(read_purchase, iso87_ascii_binary, codec::kIso87AsciiBinary);
BENCHMARK_CAPTURE(write_purchase, iso87_binary, codec::kIso87Binary);
BENCHMARK_CAPTURE(write_purchase, iso87_ascii, codec::kIso87Ascii);
BENCHMARK_CAPTURE(write_purchase, iso87_ascii_binary, codec::kIso87AsciiBinary);

BENCHMARK_MAIN();
