#include "base/new_file.hpp"

#include <fcntl.h>
#include <stdio.h>
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

int sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return errno;
  const int error = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return error;
}

}  // namespace

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)), unfinished_(path_) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0) throw is_there(path_);
  unfinished_ += ".new";
  ::unlink(unfinished_.c_str());
  handle_ = ::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (handle_ < 0) throw failed(unfinished_, "cannot be made", errno);
}

NewFile::~NewFile() {
  ::close(handle_);
  if (!is_kept_) ::unlink(unfinished_.c_str());
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(handle_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) throw failed(unfinished_, "cannot be written", put < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void NewFile::keep() {
  if (::fsync(handle_) != 0) throw failed(unfinished_, "cannot be synced", errno);
  if (::renameat2(AT_FDCWD, unfinished_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0)
    throw errno == EEXIST ? is_there(path_) : failed(path_, "cannot get its name", errno);
  is_kept_ = true;
  if (const int error = sync_folder_of(path_); error != 0)
    throw failed(path_, "is written, but its folder cannot be synced", error);
}

}  // namespace base
