/// cpctl lot open, and what is asked of a switch that is not there.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/printer_file.hpp"
#include "crypto/random.hpp"
#include "tools/control_client.hpp"
#include "tools/ctl_commands.hpp"

namespace tools {
namespace {

constexpr char kCard[] = "9410120000000011,123456789012,12345678\n";

class LotFile : public testing::Test {
 protected:
  LotFile() {
    std::string name = testing::TempDir() + "/cpctl-lot-XXXXXX";
    folder = ::mkdtemp(name.data());
    crypto::SystemRandom random;
    crypto::PrinterFileHead head;
    head.lot = 7;
    crypto::PrinterFileWriter writer(crypto::Key(std::vector<std::uint8_t>(32, 0xFF)), head,
                                     random);
    writer.add("9410120000000011", "123456789012", "12345678");
    bytes = writer.head() + writer.seal(crypto::Chunk::more);
    writer.add("9410120000000011", "123456789012", "12345678");
    bytes += writer.seal(crypto::Chunk::last);
    write("lot", bytes);
    write("key", std::string(64, '5') + "\n" + std::string(64, 'A') + "\n");
  }
  ~LotFile() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  int open(const std::string& key, const std::string& to) const {
    return ctl_lot_open({folder / "lot", to == "-" ? to : (folder / to).string(), folder / key});
  }
  /// Why it does not open; nothing may be left then.
  std::string refusal(const std::string& key) const {
    try {
      open(key, "out");
    } catch (const std::exception& failure) {
      EXPECT_FALSE(std::filesystem::exists(folder / "out"));
      EXPECT_FALSE(std::filesystem::exists(folder / "out.new"));
      return failure.what();
    }
    return "";
  }

  std::filesystem::path folder;
  std::string bytes;
};

TEST_F(LotFile, OpensToAFileOfItsOwner) {
  EXPECT_EQ(open("key", "out"), kWell);
  EXPECT_EQ(read("out"), std::string(crypto::kPrinterTitles) + kCard + kCard);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THROW(open("key", "out"), std::runtime_error) << "never over another file";
}

TEST_F(LotFile, OpensToStandardOutputWhenAllOfItIsRight) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(open("key", "-"), kWell);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            std::string(crypto::kPrinterTitles) + kCard + kCard);
  write("lot", std::string_view(bytes).substr(0, bytes.size() - 1));
  testing::internal::CaptureStdout();
  EXPECT_THROW(open("key", "-"), std::runtime_error);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "") << "nothing of a file that is not whole";
}

TEST_F(LotFile, ThatIsDamagedCutShortOrUnderAnotherKeyIsRefused) {
  write("other", std::string(64, '5'));
  EXPECT_NE(refusal("other").find("not the printer key"), std::string::npos);
  write("short", std::string(32, '5'));
  EXPECT_EQ(refusal("short"), "line 1 must be 64 hexadecimal digits");
  EXPECT_NE(refusal("none"), "");
  write("lot", std::string_view(bytes).substr(0, bytes.size() - 20));
  EXPECT_NE(refusal("key").find("cut short"), std::string::npos);
  std::string altered = bytes;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  write("lot", altered);
  EXPECT_NE(refusal("key").find("is not what the switch wrote"), std::string::npos);
  write("lot", "number,pin,password\n");
  EXPECT_NE(refusal("key").find("begins with CPLOT001"), std::string::npos);
}

TEST(Lot, CommandsNeedARunningSwitch) {
  const SwitchPlace place{"/nowhere", "/nowhere/control.sock", ""};
  EXPECT_THROW(ctl_lot_create(place, 10'000, 1), ControlError);
  EXPECT_THROW(ctl_lot_continue(place, 1), ControlError);
  EXPECT_THROW(ctl_lot_list(place), ControlError);
  EXPECT_THROW(ctl_lot_print(place, 1, "file"), ControlError);
}

}  // namespace
}  // namespace tools
