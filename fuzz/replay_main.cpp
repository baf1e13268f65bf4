/// Stands in for libFuzzer where the compiler has none: runs a target once with each file of a
/// corpus, so that what was once found stays tested. replay FOLDER-OR-FILE …

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

/// In a buffer of exactly its size, so that the address sanitizer sees one byte more.
void replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> read((std::istreambuf_iterator<char>(file)), {});
  const std::vector<unsigned char> bytes(read.begin(), read.end());
  std::fprintf(stderr, "%s, %zu bytes\n", path.c_str(), bytes.size());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  int files = 0;
  for (int i = 1; i < count; ++i) {
    if (!fs::is_directory(arguments[i])) {
      replay(arguments[i]);
      ++files;
      continue;
    }
    for (const auto& entry : fs::directory_iterator(arguments[i])) {
      replay(entry.path());
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
