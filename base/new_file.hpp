#pragma once
/// A file for its owner only that is there whole or not at all.
///
///   NewFile file(path) → write() … → keep(); without keep() nothing is left

#include <filesystem>
#include <string_view>

namespace base {

/// Each call throws std::runtime_error with a sentence that names the file. One thread.
class NewFile {
 public:
  /// Mode 0600. Throws where there is `path`, or its folder is of a file system without O_TMPFILE.
  explicit NewFile(std::filesystem::path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes);
  /// On disk under its name when this returns. Never takes the place of a file that has come since.
  void keep();

 private:
  std::filesystem::path path_;
  int handle_ = -1;
};

}  // namespace base
