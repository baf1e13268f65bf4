#include "ledger/file_layer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace ledger {
namespace {

class SystemFile : public File {
 public:
  explicit SystemFile(int fd) : fd_(fd) {}
  ~SystemFile() override { ::close(fd_); }
  SystemFile(const SystemFile&) = delete;
  SystemFile& operator=(const SystemFile&) = delete;

  std::int64_t write(const void* from, std::size_t size, std::uint64_t at) override {
    return retried([&] { return ::pwrite(fd_, from, size, static_cast<off_t>(at)); });
  }

  std::int64_t read(void* to, std::size_t size, std::uint64_t at) override {
    std::size_t done = 0;
    while (done < size) {
      const std::int64_t got = retried([&] {
        return ::pread(fd_, static_cast<char*>(to) + done, size - done,
                       static_cast<off_t>(at + done));
      });
      if (got < 0) return got;
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return static_cast<std::int64_t>(done);
  }

  std::int64_t size() override {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return -errno;
    return status.st_size;
  }

  int reserve(std::uint64_t bytes) override {
    if (::fallocate(fd_, 0, 0, static_cast<off_t>(bytes)) == 0) return 0;
    return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
  }

  int sync() override { return ::fdatasync(fd_) == 0 ? 0 : errno; }

 private:
  /// An interrupted call has done nothing; anything else is told as it is.
  template <class Call>
  static std::int64_t retried(Call call) {
    for (;;) {
      const ssize_t result = call();
      if (result >= 0) return result;
      if (errno != EINTR) return -errno;
    }
  }

  int fd_;
};

class SystemFiles : public FileLayer {
 public:
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenFlags flags,
                             int& error) override {
    int mode = O_CLOEXEC | (flags.write ? O_RDWR : O_RDONLY);
    if (flags.create) mode |= O_CREAT;
    if (flags.direct) mode |= O_DIRECT;
    if (flags.durable) mode |= O_DSYNC;
    const int fd = ::open(path.c_str(), mode, 0600);
    error = fd < 0 ? errno : 0;
    return fd < 0 ? nullptr : std::make_unique<SystemFile>(fd);
  }

  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  }

  int remove(const std::filesystem::path& path) override {
    return ::unlink(path.c_str()) == 0 ? 0 : errno;
  }

  int make_folder(const std::filesystem::path& path) override {
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return 0;
    return errno;
  }

  int sync_folder(const std::filesystem::path& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return error;
  }

  int list(const std::filesystem::path& folder, std::vector<std::string>& names) override {
    std::error_code error;
    names.clear();
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error))
      names.push_back(at->path().filename().string());
    return error.value();
  }
};

}  // namespace

FileLayer& system_files() {
  static SystemFiles files;
  return files;
}

std::string error_text(int error) { return std::generic_category().message(error); }

bool is_no_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

}  // namespace ledger
