#pragma once
/// A finished trace, record by record.

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "tests/powercut/trace.hpp"

namespace powercut {

/// Maps the file as long as it lives. Throws std::runtime_error when it is no trace.
class TraceReader {
 public:
  explicit TraceReader(const std::filesystem::path& file);
  ~TraceReader();
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  /// Records are numbered from 0 in their order.
  std::size_t size() const { return places_.size(); }
  const TraceRecord& record(std::size_t number) const {
    return *reinterpret_cast<const TraceRecord*>(map_ + places_[number]);
  }
  /// Where it lies in the file: what TraceRecord::begin names.
  std::uint64_t place(std::size_t number) const { return places_[number]; }
  const TraceRecord& record_at(std::uint64_t place) const {
    return *reinterpret_cast<const TraceRecord*>(map_ + place);
  }
  static std::string_view payload(const TraceRecord& record) {
    return {reinterpret_cast<const char*>(&record + 1), record.payload_bytes};
  }

 private:
  const char* map_ = nullptr;
  std::size_t bytes_ = 0;
  std::vector<std::uint64_t> places_;
};

}  // namespace powercut
