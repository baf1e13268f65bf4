#include "tests/codec/golden_file.hpp"

#include <algorithm>
#include <fstream>

namespace codec_test {
namespace {

std::string unquoted(std::string value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

void read_head(GoldenFile& golden, const std::string& key, const std::string& value) {
  if (key == "profile") {
    golden.profile = value;
  } else if (key == "header") {
    const auto kind = codec::find_header(value);
    ASSERT_TRUE(kind.has_value()) << value;
    golden.format.kind = *kind;
  } else if (key == "tpdu") {
    golden.format.tpdu = true;
    golden.tpdu = from_hex(value);
  } else if (key == "mac") {
    golden.has_mac = true;
  } else if (key == "hex") {
    golden.frame = from_hex(value);
  } else {
    FAIL() << "unknown line: " << key;
  }
}

void read_field(GoldenFile& golden, const std::string& line) {
  const auto blank = line.find(' ');
  ASSERT_NE(blank, std::string::npos) << line;
  const std::string value = line.substr(blank + 1);
  if (line.starts_with("MTI "))
    golden.mti = value;
  else
    golden.fields.emplace_back(std::stoi(line), unquoted(value));
}

}  // namespace

GoldenFile read_golden_file(const std::filesystem::path& path) {
  GoldenFile golden;
  golden.name = path.filename().string();
  std::ifstream file(path);
  enum { head, fields, description } section = head;
  for (std::string line; std::getline(file, line);) {
    if (line == "fields:") {
      section = fields;
    } else if (line == "description:") {
      section = description;
    } else if (section == fields) {
      read_field(golden, line);
    } else if (section == description) {
      golden.description.push_back(line);
    } else if (!line.empty() && !line.starts_with("#")) {
      const auto colon = line.find(": ");
      if (colon == std::string::npos) {
        ADD_FAILURE() << path << ": " << line;
        break;
      }
      read_head(golden, line.substr(0, colon), line.substr(colon + 2));
    }
  }
  EXPECT_FALSE(golden.frame.empty()) << path;
  EXPECT_FALSE(golden.fields.empty()) << path;
  EXPECT_FALSE(golden.description.empty()) << path;
  return golden;
}

std::vector<GoldenFile> golden_files(std::string_view profile) {
  const auto folder = std::filesystem::path(CYBERPASS_SOURCE_DIR) / "tests/golden" / profile;
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<GoldenFile> files;
  for (const auto& path : paths) files.push_back(read_golden_file(path));
  return files;
}

}  // namespace codec_test
