#include "tests/powercut/trace_reader.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace powercut {

TraceReader::TraceReader(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("there is no trace " + file.string());
  bytes_ = std::filesystem::file_size(file);
  void* map = ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (map == MAP_FAILED) throw std::runtime_error(file.string() + " cannot be mapped");
  map_ = static_cast<const char*>(map);
  const auto* header = reinterpret_cast<const TraceHeader*>(map_);
  if (bytes_ < sizeof *header || header->magic != kTraceMagic)
    throw std::runtime_error(file.string() + " is no trace");
  const std::uint64_t used = header->used;
  for (std::uint64_t at = sizeof *header; at < used; at += record_at(at).bytes) {
    if (record_at(at).bytes < sizeof(TraceRecord))
      throw std::runtime_error(file.string() + " has a record that was not written to its end");
    places_.push_back(at);
  }
}

TraceReader::~TraceReader() { ::munmap(const_cast<char*>(map_), bytes_); }

}  // namespace powercut
