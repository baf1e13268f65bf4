#include "ledger/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "ledger/file_layer.hpp"

namespace ledger {

DataLock::DataLock(const std::filesystem::path& folder, bool reading) {
  const std::filesystem::path file = folder / "lock";
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) {
    if (reading && errno == EROFS) return;
    throw std::runtime_error("the data folder's lock " + file.string() + " does not open: " +
                             error_text(errno) + "; give this user the right to write there");
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    char holder[32] = {};
    const ssize_t got = ::pread(fd_, holder, sizeof holder - 1, 0);
    ::close(fd_);
    if (error != EWOULDBLOCK)
      throw std::runtime_error("the data folder " + folder.string() +
                               " cannot be locked: " + error_text(error));
    std::string pid(holder, got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    throw std::runtime_error("the data folder " + folder.string() + " is in use by process " +
                             (pid.empty() ? "(unknown)" : pid) +
                             "; stop that process first, or name another folder");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // The number is for people; the lock is what counts.
  if (::ftruncate(fd_, 0) != 0 ||
      ::pwrite(fd_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
  }
}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace ledger
