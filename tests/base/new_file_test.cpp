#include "base/new_file.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

class NewFile : public testing::Test {
 protected:
  NewFile() {
    std::string name = testing::TempDir() + "/new-file-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~NewFile() override { std::filesystem::remove_all(folder); }

  std::string text(const char* name) const {
    std::ifstream in(folder / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool is_empty() const { return std::filesystem::is_empty(folder); }

  std::filesystem::path folder;
};

TEST_F(NewFile, IsThereForItsOwnerOnceItIsKept) {
  base::NewFile file(folder / "a");
  file.write("one ");
  file.write("two");
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
  file.keep();
  EXPECT_EQ(text("a"), "one two");
  EXPECT_FALSE(std::filesystem::exists(folder / "a.new"));
  struct stat status {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(NewFile, LeavesNothingUnlessItIsKept) {
  {
    base::NewFile file(folder / "a");
    file.write("one");
  }
  EXPECT_TRUE(is_empty());
}

TEST_F(NewFile, NeverTakesAnothersPlace) {
  base::NewFile file(folder / "a");
  file.write("new");
  std::ofstream(folder / "a") << "old";
  EXPECT_THROW(file.keep(), std::runtime_error) << "it came meanwhile";
  EXPECT_THROW(base::NewFile(folder / "a"), std::runtime_error);
  EXPECT_EQ(text("a"), "old");
  EXPECT_THROW(base::NewFile(folder / "nowhere" / "a"), std::runtime_error);
}

TEST_F(NewFile, ForWhichThereIsNoRoomIsNone) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{1'000, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  {
    base::NewFile file(folder / "a");
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
    EXPECT_THROW(file.write(std::string(2'000, 'x')), std::runtime_error);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  }
  ::signal(SIGXFSZ, handler);
  EXPECT_TRUE(is_empty());
}

}  // namespace
