#pragma once
/// The golden messages: whole frames with their elements and their masked description, written by
/// an independent codec.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "codec/frame.hpp"
#include "tests/codec/support.hpp"

namespace codec_test {

struct GoldenFile {
  std::string name;
  std::string profile;
  codec::FrameFormat format;
  Bytes tpdu;
  bool has_mac = false;  ///< DE 64 or 128 is a right MAC
  Bytes frame;
  std::string mti;
  std::vector<std::pair<int, std::string>> fields;  ///< b elements in hexadecimal
  std::vector<std::string> description;             ///< number and value, without names
};

/// Fails the running test on a line that is none of the format's.
GoldenFile read_golden_file(const std::filesystem::path& path);

/// All files of one profile, by name.
std::vector<GoldenFile> golden_files(std::string_view profile);

}  // namespace codec_test
