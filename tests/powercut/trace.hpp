#pragma once
/// The trace: what a recorded process asked of the files below a folder, in order, with all bytes.
///
/// One file of a TraceHeader and TraceRecords, mapped by the recorder and grown by an atomic
/// counter, so that records of all threads have one order and what was recorded survives SIGKILL.
/// What takes time (a write, a sync) has a record where it begins and one where it has ended; its
/// effect is certain only from the second on. Numbers are of the machine that runs the test.

#include <atomic>
#include <cstdint>

namespace powercut {

inline constexpr std::uint64_t kTraceMagic = 0x31544355'43525750;  // "PWRCUCT1"
/// Bound of a trace; a sparse file. A process that would go beyond it is ended.
inline constexpr std::uint64_t kTraceBytes = std::uint64_t{8} << 30;

struct TraceHeader {
  std::uint64_t magic;
  std::atomic<std::uint64_t> used;    ///< bytes, this header included
  std::atomic<std::uint32_t> frozen;  ///< not 0: no recorded call begins any more
  std::atomic<std::uint32_t> busy;    ///< recorded calls under way
  std::atomic<std::uint32_t> handles;
  std::uint32_t reserved[7];
};
static_assert(sizeof(TraceHeader) == 56);

enum class Event : std::uint32_t {
  start = 1,         ///< a process begins to be recorded
  open = 2,          ///< text: path; flags: open's; a `handle` of its own
  write_begin = 3,   ///< handle, offset, size; bytes unless kOnlyZeros
  write_end = 4,     ///< begin: offset of its write_begin in the trace; result
  sync_begin = 5,    ///< handle: of a file or a folder
  sync_end = 6,      ///< begin, result
  resize = 7,        ///< handle, size: the file's from now on
  rename = 8,        ///< text: from, 0, to
  remove = 9,        ///< text: path
  make_folder = 10,  ///< text: path
  listen = 11,       ///< the process has begun to serve
  sent = 12,  ///< to a TCP peer, about to leave: offset: local port, size: peer's port; bytes
};

struct TraceRecord {
  static constexpr std::uint32_t kOnlyZeros = 1;

  std::uint64_t bytes;  ///< of this record with what follows it, a multiple of 8
  Event event;
  std::uint32_t handle;
  std::uint64_t begin;
  std::uint64_t offset;
  std::uint64_t size;
  std::int64_t result;
  std::uint32_t flags;
  std::uint32_t payload_bytes;  ///< text or bytes that follow
};
static_assert(sizeof(TraceRecord) == 56);

}  // namespace powercut
