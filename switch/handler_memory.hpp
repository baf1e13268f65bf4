#pragma once
/// Memory for one Asio operation at a time, so that a connection's steady state needs no heap.

#include <array>
#include <cstddef>
#include <new>

namespace core {

/// Enough for one read, wait or accept with a small handler; what is larger, or a second operation
/// at the same time, comes from the heap.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;
  ~HandlerMemory() = default;

  bool is_in_use() const { return in_use_; }
  void* allocate(std::size_t size) {
    if (in_use_ || size > space_.size()) return ::operator new(size);
    in_use_ = true;
    return space_.data();
  }
  void deallocate(void* memory) {
    if (memory == space_.data())
      in_use_ = false;
    else
      ::operator delete(memory);
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 256> space_;
  bool in_use_ = false;
};

/// For boost::asio::bind_allocator.
template <class T>
struct HandlerAllocator {
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& from) : memory(&from) {}
  template <class Other>
  HandlerAllocator(const HandlerAllocator<Other>& other) : memory(other.memory) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory->allocate(count * sizeof(T))); }
  void deallocate(T* from, std::size_t) { memory->deallocate(from); }

  friend bool operator==(const HandlerAllocator&, const HandlerAllocator&) = default;

  HandlerMemory* memory;
};

}  // namespace core
