#pragma once
/// What the tests of crypto/ share: keys, repeatable randomness, a folder that goes away.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/random.hpp"
#include "crypto/key_store.hpp"

namespace crypto::test {

inline std::vector<std::uint8_t> hex(std::string_view text) { return base::from_hex(text).value(); }
inline Key key(std::string_view text) { return Key(hex(text)); }

/// 100, 101, 102 …
class CountingRandom : public base::RandomSource {
 public:
  void fill(base::ByteSpan out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 100;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "cp-crypto-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Writes a file with mode 0600.
inline std::filesystem::path write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file) << text;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file;
}

/// What an exception says; empty where none comes.
template <class Call>
std::string complaint(const Call& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace crypto::test
