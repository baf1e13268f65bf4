#pragma once
/// The few file calls the journal makes, so that a test can make each of them fail.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ledger {

struct OpenFlags {
  bool write = false;
  bool create = false;
  bool direct = false;   ///< O_DIRECT: buffer, size and offset in whole blocks
  bool durable = false;  ///< O_DSYNC: a write is on disk when it returns
};

/// An open file; closed by the destructor. One thread at a time.
class File {
 public:
  virtual ~File() = default;
  /// How many bytes were written or read (fewer than asked at the end of file or disk), or -errno.
  virtual std::int64_t write(const void* from, std::size_t size, std::uint64_t at) = 0;
  virtual std::int64_t read(void* to, std::size_t size, std::uint64_t at) = 0;
  virtual std::int64_t size() = 0;  ///< or -errno
  /// Reserves disk space; 0 or errno. A file system that cannot is no error.
  virtual int reserve(std::uint64_t bytes) = 0;
  virtual int sync() = 0;  ///< fdatasync; 0 or errno
};

/// Paths and whole files; any thread. Every int is 0 or errno.
class FileLayer {
 public:
  virtual ~FileLayer() = default;
  /// Null and `error` set when it does not open.
  virtual std::unique_ptr<File> open(const std::filesystem::path& path, OpenFlags flags,
                                     int& error) = 0;
  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual int remove(const std::filesystem::path& path) = 0;
  virtual int make_folder(const std::filesystem::path& path) = 0;  ///< 0 when it is there already
  virtual int sync_folder(const std::filesystem::path& path) = 0;
  /// The names in a folder, in no order.
  virtual int list(const std::filesystem::path& folder, std::vector<std::string>& names) = 0;
};

/// The operating system's files.
FileLayer& system_files();

/// `No space left on device`, for a sentence.
std::string error_text(int error);
/// True for what goes away when someone makes room: ENOSPC, EDQUOT, EFBIG.
bool is_no_room(int error);

}  // namespace ledger
