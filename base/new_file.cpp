#include "base/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace base {
namespace {

std::runtime_error failed(const std::filesystem::path& file, const std::string& what, int error) {
  return std::runtime_error(file.string() + " " + what + ": " + std::strerror(error));
}

std::runtime_error is_there(const std::filesystem::path& file) {
  return std::runtime_error(file.string() +
                            " is there already and is not overwritten: name another file");
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

int sync_folder_of(const std::filesystem::path& file) {
  const int handle = ::open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return errno;
  const int error = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return error;
}

}  // namespace

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0) throw is_there(path_);
  // Without a name until it is whole: whatever ends this program leaves nothing behind.
  handle_ = ::open(folder_of(path_).c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
  if (handle_ < 0) throw failed(path_, "cannot be made", errno);
}

NewFile::~NewFile() { ::close(handle_); }

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(handle_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) throw failed(path_, "cannot be written", put < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void NewFile::keep() {
  if (::fsync(handle_) != 0) throw failed(path_, "cannot be synced", errno);
  const std::string unnamed = "/proc/self/fd/" + std::to_string(handle_);
  if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0)
    throw errno == EEXIST ? is_there(path_) : failed(path_, "cannot get its name", errno);
  if (const int error = sync_folder_of(path_); error != 0)
    throw failed(path_, "is written, but its folder cannot be synced", error);
}

}  // namespace base
