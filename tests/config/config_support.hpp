#pragma once
/// What the tests of config/ share: a folder with a configuration, and what loading it says.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "config/seed.hpp"
#include "config/settings.hpp"

namespace config::test {

using Sets = std::vector<std::pair<std::string, std::string>>;

/// The command line that starts the demo world.
inline CommandLine demo_command() {
  CommandLine command;
  command.config = CYBERPASS_SOURCE_DIR "/config/demo.conf";
  command.data = "/data";
  return command;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "cp-config-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  std::filesystem::path write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

  /// Settings of a file `conf` with this text.
  Settings settings(std::string_view text, const Sets& sets = {}) const {
    CommandLine command;
    command.config = write("conf", text);
    command.data = "/data";
    command.sets = sets;
    return load_settings(command);
  }

  /// What a call that throws says, without this folder's name; empty where nothing is thrown.
  template <class Call>
  std::string complaint(const Call& call) const {
    try {
      call();
    } catch (const ConfigError& error) {
      std::string text = error.what();
      const std::string name = path_.string() + "/";
      for (std::size_t at = text.find(name); at != text.npos; at = text.find(name))
        text.erase(at, name.size());
      return text;
    }
    return "";
  }
  std::string refusal(std::string_view text, const Sets& sets = {}) const {
    return complaint([&] { (void)settings(text, sets); });
  }

 private:
  std::filesystem::path path_;
};

}  // namespace config::test
