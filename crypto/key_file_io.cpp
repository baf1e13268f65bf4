// The key file on disk: read only when it is nobody else's, written so that it is there whole.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "crypto/key_file.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

/// A file descriptor, closed when the scope ends.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

std::runtime_error failed(const std::filesystem::path& file, const std::string& what, int error) {
  return std::runtime_error(file.string() + ": " + what + " (" + std::strerror(error) + ")");
}

/// Refuses what others than the owner could have read or written.
void check_access(const std::filesystem::path& file, const struct stat& status) {
  const std::string name = file.string();
  if (status.st_uid != ::geteuid())
    throw std::runtime_error(name + ": belongs to user " + std::to_string(status.st_uid) +
                             ", not to the switch's user " + std::to_string(::geteuid()) +
                             "; a key file must belong to the user that the switch runs as");
  if ((status.st_mode & 077) == 0) return;
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777));
  throw std::runtime_error(name + ": others than its owner have access to it (mode " + mode +
                           "); run chmod 600 on it, and replace its keys if they may be known");
}

/// Wipes and unlinks what a failed write left.
class Unfinished {
 public:
  explicit Unfinished(std::filesystem::path file) : file_(std::move(file)) {}
  ~Unfinished() {
    if (!kept_) ::unlink(file_.c_str());
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { kept_ = true; }

 private:
  std::filesystem::path file_;
  bool kept_ = false;
};

void sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok() || ::fsync(opened.get()) != 0) throw failed(folder, "cannot be synced", errno);
}

}  // namespace

SecretText read_key_file(const std::filesystem::path& file, KeyFileAccess access) {
  // Non-blocking, so that a pipe in the file's place is refused and not waited for.
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.ok()) throw failed(file, "the key file cannot be opened", errno);
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0)
    throw failed(file, "the key file cannot be looked at", errno);
  if (!S_ISREG(status.st_mode)) throw std::runtime_error(file.string() + ": is no regular file");
  if (access == KeyFileAccess::owner_only) check_access(file, status);
  if (static_cast<std::size_t>(status.st_size) > kMaxKeyFileSize)
    throw std::runtime_error(file.string() + ": is too large for a key file (at most " +
                             std::to_string(kMaxKeyFileSize) + " bytes)");
  SecretText text(file, static_cast<std::size_t>(status.st_size));
  std::size_t size = 0;
  while (size < text.bytes.size()) {
    const ssize_t got = ::read(opened.get(), text.bytes.data() + size, text.bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw failed(file, "the key file cannot be read whole", got < 0 ? errno : EIO);
    size += static_cast<std::size_t>(got);
  }
  return text;
}

void write_key_file(const std::filesystem::path& file, std::string_view text, KeyFileWrite how) {
  std::filesystem::path temporary = file;
  temporary += ".new";
  ::unlink(temporary.c_str());  // what a crash left
  const Descriptor opened(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!opened.ok()) throw failed(temporary, "the key file cannot be made", errno);
  Unfinished unfinished(temporary);
  if (::fchmod(opened.get(), 0600) != 0) throw failed(temporary, "its mode cannot be set", errno);
  while (!text.empty()) {
    const ssize_t put = ::write(opened.get(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) throw failed(temporary, "the key file cannot be written", put < 0 ? errno : EIO);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(opened.get()) != 0) throw failed(temporary, "the key file cannot be synced", errno);
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, file.c_str(),
                  how == KeyFileWrite::make ? RENAME_NOREPLACE : 0) != 0) {
    if (errno == EEXIST)
      throw std::runtime_error(file.string() +
                               ": there is a key file already; its keys are never overwritten");
    throw failed(file, "the key file cannot be renamed in", errno);
  }
  unfinished.keep();
  sync_folder_of(file);
}

}  // namespace crypto
