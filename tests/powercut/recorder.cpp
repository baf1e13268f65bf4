/// For LD_PRELOAD: records what a process does to the files below POWERCUT_FOLDER in
/// POWERCUT_TRACE, and what it sends to TCP peers. LMDB's own calls come through here as well, for
/// it writes with write calls only (its lock file, which it maps, aside).
///
/// Every call is made as a system call of its own: whatever else is preloaded (a sanitizer) is not
/// in the way. With POWERCUT_NO_DIRECT set, O_DIRECT is refused as some file systems do.

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/powercut/trace.hpp"

namespace powercut {
namespace {

constexpr std::size_t kMostDescriptors = 65'536;

TraceHeader* trace = nullptr;  // null: nothing is recorded
char folder[PATH_MAX];         // without a slash at its end
bool no_direct = false;
std::array<std::atomic<std::uint32_t>, kMostDescriptors> handles;  // by descriptor; 0: not ours

[[noreturn]] void give_up(const char* what) {
  dprintf(STDERR_FILENO, "recorder: %s: %s\n", what, std::strerror(errno));
  _exit(99);
}

/// A call that is recorded; waits while the trace is frozen, so that the process can be killed
/// with none under way.
class Busy {
 public:
  Busy() {
    for (;;) {
      trace->busy.fetch_add(1);
      if (trace->frozen.load() == 0) return;
      trace->busy.fetch_sub(1);
      ::usleep(500);
    }
  }
  ~Busy() { trace->busy.fetch_sub(1); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
};

struct Bytes {
  const iovec* parts;
  int count;
  std::size_t size() const {
    std::size_t sum = 0;
    for (int i = 0; i < count; ++i) sum += parts[i].iov_len;
    return sum;
  }
  bool only_zeros() const {
    for (int i = 0; i < count; ++i) {
      const auto* at = static_cast<const unsigned char*>(parts[i].iov_base);
      if (std::any_of(at, at + parts[i].iov_len, [](unsigned char byte) { return byte != 0; }))
        return false;
    }
    return true;
  }
};

/// Appends a record and returns where it lies in the trace.
std::uint64_t record(TraceRecord head, Bytes payload) {
  const std::size_t size = payload.size();
  head.payload_bytes = static_cast<std::uint32_t>(size);
  head.bytes = (sizeof head + size + 7) / 8 * 8;
  const std::uint64_t at = trace->used.fetch_add(head.bytes);
  if (at + head.bytes > kTraceBytes) {
    errno = ENOSPC;
    give_up("the trace is full");
  }
  char* to = reinterpret_cast<char*>(trace) + at;
  std::memcpy(to, &head, sizeof head);
  to += sizeof head;
  for (int i = 0; i < payload.count; ++i) {
    std::memcpy(to, payload.parts[i].iov_base, payload.parts[i].iov_len);
    to += payload.parts[i].iov_len;
  }
  return at;
}
std::uint64_t record(const TraceRecord& head) { return record(head, {nullptr, 0}); }

iovec text_part(const char* text, std::size_t size) { return {const_cast<char*>(text), size}; }

std::uint32_t handle_of(int fd) {
  if (trace == nullptr || fd < 0 || static_cast<std::size_t>(fd) >= kMostDescriptors) return 0;
  return handles[static_cast<std::size_t>(fd)].load();
}

/// The path below the folder, empty for itself, or null when it lies elsewhere. Relative ones are
/// taken from the working folder.
const char* inside(const char* path, char (&whole)[PATH_MAX]) {
  if (trace == nullptr || path == nullptr) return nullptr;
  if (path[0] == '/') {
    std::snprintf(whole, sizeof whole, "%s", path);
  } else {
    char here[PATH_MAX];
    if (::syscall(SYS_getcwd, here, sizeof here) < 0) return nullptr;
    std::snprintf(whole, sizeof whole, "%.*s/%s", PATH_MAX / 2, here, path);
  }
  const std::size_t size = std::strlen(folder);
  if (std::strncmp(whole, folder, size) != 0) return nullptr;
  return whole[size] == '/' ? whole + size + 1 : whole[size] == '\0' ? whole + size : nullptr;
}

int opened(long fd, const char* path, int flags) {
  char whole[PATH_MAX];
  const char* below = inside(path, whole);
  if (fd < 0 || below == nullptr || (flags & O_PATH) != 0) return static_cast<int>(fd);
  if (static_cast<std::size_t>(fd) >= kMostDescriptors) give_up("too many descriptors");
  struct stat what {};
  // A socket or a device is no data; it cannot be lost.
  if (::fstat(static_cast<int>(fd), &what) != 0 ||
      !(S_ISREG(what.st_mode) || S_ISDIR(what.st_mode)))
    return static_cast<int>(fd);
  TraceRecord head{};
  head.event = Event::open;
  head.handle = trace->handles.fetch_add(1) + 1;
  head.flags = static_cast<std::uint32_t>(flags) | (S_ISDIR(what.st_mode) ? O_DIRECTORY : 0);
  const iovec text = text_part(below, std::strlen(below));
  record(head, {&text, 1});
  handles[static_cast<std::size_t>(fd)].store(head.handle);
  return static_cast<int>(fd);
}

int do_open(int at, const char* path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  if (inside(path, whole) == nullptr)
    return static_cast<int>(::syscall(SYS_openat, at, path, flags, mode));
  if (no_direct && (flags & O_DIRECT) != 0) {
    errno = EINVAL;
    return -1;
  }
  const Busy busy;
  return opened(::syscall(SYS_openat, at, path, flags, mode), path, flags);
}

/// `call` writes what `bytes` says at `offset`; -1: where the descriptor stands.
template <class Call>
ssize_t do_write(int fd, Bytes bytes, off_t offset, Call call) {
  const std::uint32_t handle = handle_of(fd);
  if (handle == 0) return call();
  const Busy busy;
  if (offset < 0) {
    const bool append = (::syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) != 0;
    offset = ::syscall(SYS_lseek, fd, 0, append ? SEEK_END : SEEK_CUR);
  }
  TraceRecord head{};
  head.event = Event::write_begin;
  head.handle = handle;
  head.offset = static_cast<std::uint64_t>(offset);
  head.size = bytes.size();
  const bool zeros = bytes.only_zeros();
  head.flags = zeros ? TraceRecord::kOnlyZeros : 0;
  TraceRecord end{};
  end.event = Event::write_end;
  end.handle = handle;
  end.begin = record(head, zeros ? Bytes{nullptr, 0} : bytes);
  const ssize_t result = call();
  const int error = errno;
  end.result = result;
  record(end);
  errno = error;
  return result;
}

int do_sync(int fd, long number) {
  const std::uint32_t handle = handle_of(fd);
  if (handle == 0) return static_cast<int>(::syscall(number, fd));
  const Busy busy;
  TraceRecord head{};
  head.event = Event::sync_begin;
  head.handle = handle;
  TraceRecord end{};
  end.event = Event::sync_end;
  end.handle = handle;
  end.begin = record(head);
  const long result = ::syscall(number, fd);
  const int error = errno;
  end.result = result;
  record(end);
  errno = error;
  return static_cast<int>(result);
}

/// After a call that has perhaps changed the file's size.
int resized(int fd, std::uint32_t handle, long result) {
  struct stat what {};
  if (result != 0 || ::fstat(fd, &what) != 0) return static_cast<int>(result);
  TraceRecord head{};
  head.event = Event::resize;
  head.handle = handle;
  head.size = static_cast<std::uint64_t>(what.st_size);
  record(head);
  return 0;
}

int do_truncate(int fd, off_t size) {
  const std::uint32_t handle = handle_of(fd);
  if (handle == 0) return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  const Busy busy;
  return resized(fd, handle, ::syscall(SYS_ftruncate, fd, size));
}

int do_allocate(int fd, int mode, off_t offset, off_t size) {
  const std::uint32_t handle = handle_of(fd);
  if (handle == 0) return static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, size));
  const Busy busy;
  if (mode != 0) {  // punched holes and the like: nobody here does it, and it would not be recorded
    errno = EOPNOTSUPP;
    return -1;
  }
  return resized(fd, handle, ::syscall(SYS_fallocate, fd, mode, offset, size));
}

/// A change of names: `call` makes it.
template <class Call>
int do_names(Event event, const char* first, const char* second, Call call) {
  char whole[PATH_MAX], other[PATH_MAX];
  const char* from = inside(first, whole);
  if (from == nullptr) return call();
  const Busy busy;
  const int result = call();
  if (result != 0) return result;
  TraceRecord head{};
  head.event = event;
  const char* to = second == nullptr ? "" : inside(second, other);
  if (to == nullptr) give_up("a file leaves the recorded folder");
  const std::array<iovec, 2> texts{text_part(from, std::strlen(from) + 1),
                                   text_part(to, std::strlen(to))};
  record(head, {texts.data(), 2});
  return 0;
}

int port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

/// From here on a peer may have been answered.
void note_sent(int fd, Bytes bytes) {
  if (trace == nullptr) return;
  sockaddr_storage here{}, peer{};
  socklen_t size = sizeof here;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size) != 0) return;
  size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return;
  if (port_of(here) == 0) return;
  const Busy busy;
  TraceRecord head{};
  head.event = Event::sent;
  head.offset = static_cast<std::uint64_t>(port_of(here));
  head.size = static_cast<std::uint64_t>(port_of(peer));
  record(head, bytes);
}

__attribute__((constructor)) void begin() {
  const char* file = std::getenv("POWERCUT_TRACE");
  const char* below = std::getenv("POWERCUT_FOLDER");
  if (file == nullptr || below == nullptr) return;
  std::snprintf(folder, sizeof folder, "%s", below);
  no_direct = std::getenv("POWERCUT_NO_DIRECT") != nullptr;
  const long fd = ::syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::syscall(SYS_ftruncate, fd, kTraceBytes) != 0) give_up("no trace");
  void* map =
      ::mmap(nullptr, kTraceBytes, PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(fd), 0);
  if (map == MAP_FAILED) give_up("the trace cannot be mapped");
  ::syscall(SYS_close, fd);
  auto* header = static_cast<TraceHeader*>(map);
  if (header->magic == 0) {
    header->used = sizeof(TraceHeader);
    header->magic = kTraceMagic;
  }
  trace = header;
  TraceRecord head{};
  head.event = Event::start;
  record(head);
}

}  // namespace
}  // namespace powercut

using namespace powercut;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  return do_open(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

int openat(int at, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  // Below another folder's descriptor nothing here is opened for writing.
  if (at != AT_FDCWD && path[0] != '/')
    return static_cast<int>(::syscall(SYS_openat, at, path, flags, mode));
  return do_open(AT_FDCWD, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) __attribute__((alias("openat")));

int close(int fd) {
  if (handle_of(fd) != 0) handles[static_cast<std::size_t>(fd)].store(0);
  return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* from, size_t size) {
  const iovec part{const_cast<void*>(from), size};
  return do_write(fd, {&part, 1}, -1, [&] { return ::syscall(SYS_write, fd, from, size); });
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  const iovec part{const_cast<void*>(from), size};
  return do_write(fd, {&part, 1}, at, [&] { return ::syscall(SYS_pwrite64, fd, from, size, at); });
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at)
    __attribute__((alias("pwrite")));
ssize_t writev(int fd, const iovec* parts, int count) {
  return do_write(fd, {parts, count}, -1, [&] { return ::syscall(SYS_writev, fd, parts, count); });
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t at) {
  return do_write(fd, {parts, count}, at,
                  [&] { return ::syscall(SYS_pwritev, fd, parts, count, at, 0); });
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off64_t at)
    __attribute__((alias("pwritev")));

int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }

int ftruncate(int fd, off_t size) noexcept { return do_truncate(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return do_truncate(fd, size); }
int fallocate(int fd, int mode, off_t at, off_t size) { return do_allocate(fd, mode, at, size); }
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return do_allocate(fd, mode, at, size);
}
int posix_fallocate(int fd, off_t at, off_t size) {
  return do_allocate(fd, 0, at, size) == 0 ? 0 : errno;
}

int rename(const char* from, const char* to) noexcept {
  return do_names(Event::rename, from, to,
                  [&] { return static_cast<int>(::syscall(SYS_rename, from, to)); });
}
int renameat2(int at, const char* from, int to_at, const char* to, unsigned flags) noexcept {
  return do_names(Event::rename, from, to, [&] {
    return static_cast<int>(::syscall(SYS_renameat2, at, from, to_at, to, flags));
  });
}
int unlink(const char* path) noexcept {
  return do_names(Event::remove, path, nullptr,
                  [&] { return static_cast<int>(::syscall(SYS_unlink, path)); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  return do_names(Event::make_folder, path, nullptr,
                  [&] { return static_cast<int>(::syscall(SYS_mkdir, path, mode)); });
}

int listen(int fd, int backlog) noexcept {
  if (trace != nullptr) {
    const Busy busy;
    TraceRecord head{};
    head.event = Event::listen;
    record(head);
  }
  return static_cast<int>(::syscall(SYS_listen, fd, backlog));
}

ssize_t send(int fd, const void* from, size_t size, int flags) {
  const iovec part{const_cast<void*>(from), size};
  note_sent(fd, {&part, 1});
  return ::syscall(SYS_sendto, fd, from, size, flags, nullptr, 0);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  note_sent(fd, {message->msg_iov, static_cast<int>(message->msg_iovlen)});
  return ::syscall(SYS_sendmsg, fd, message, flags);
}

}  // extern "C"
