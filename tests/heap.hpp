#pragma once
/// The heap of a test program: counts what each thread takes, and fails on demand. Included by one
/// file of the program only: it replaces operator new, which the sanitizers still see through
/// malloc().

#include <cstdlib>
#include <new>

namespace test {

/// Allocations of this thread so far.
inline thread_local std::size_t allocations = 0;
/// This many allocations of this thread succeed, then one fails; negative: all succeed.
inline thread_local long allocations_left = -1;

/// Fails the n-th allocation (from 0) while it lives.
class FailingAllocation {
 public:
  explicit FailingAllocation(long n) { allocations_left = n; }
  ~FailingAllocation() { allocations_left = -1; }
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  /// It was reached.
  static bool has_failed() { return allocations_left < 0; }
};

inline void* allocate(std::size_t size) {
  ++allocations;
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace test

void* operator new(std::size_t size) { return test::allocate(size); }
void* operator new[](std::size_t size) { return test::allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
