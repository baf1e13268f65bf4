#include <gtest/gtest.h>

#include "config_support.hpp"

namespace config::test {
namespace {

const std::string kStation = "[station.S-1]\nid = 1\nrole = terminal\nport = 9000\nmac = none\n";

TEST(MetricsSettings, AreOnLoopbackUnlessSaidOtherwise) {
  const Folder folder;
  const Settings settings = folder.settings(kStation);
  EXPECT_EQ(settings.metrics.address, "127.0.0.1");
  EXPECT_EQ(settings.metrics.port, 8'592);
  const Settings other =
      folder.settings(kStation, {{"metrics.address", "192.0.2.7"}, {"metrics.port", "9100"}});
  EXPECT_EQ(other.metrics.address, "192.0.2.7");
  EXPECT_EQ(other.metrics.port, 9'100);
}

TEST(MetricsSettings, PortZeroIsNoneWhereverTheOthersMove) {
  CommandLine command = demo_command();
  command.port_base = 18'580;
  EXPECT_EQ(load_settings(command).metrics.port, 18'592);
  command.sets = {{"metrics.port", "0"}};
  EXPECT_EQ(load_settings(command).metrics.port, 0);
}

TEST(MetricsSettings, AreChecked) {
  const Folder folder;
  EXPECT_EQ(folder.refusal(kStation + "[metrics]\naddress = localhost\n"),
            "conf:7: metrics.address: localhost is not allowed: an IPv4 or IPv6 address in digits");
  EXPECT_EQ(folder.refusal(kStation + "[metrics]\nport = 70000\n"),
            "conf:7: metrics.port: 70000 is not allowed: a number from 0 to 65535");
  EXPECT_EQ(folder.refusal(kStation, {{"metrics.port", "9000"}}),
            "metrics.port: 9000 is S-1's; set another one, or 0 for none");
  EXPECT_EQ(folder.refusal(kStation, {{"metrics.port", "9000"}, {"metrics.address", "127.0.0.2"}}),
            "")
      << "another address";
  EXPECT_EQ(folder.refusal("demo = yes\n" + kStation, {{"metrics.address", "0.0.0.0"}}),
            "--set metrics.address: 0.0.0.0 is not allowed: only a loopback address in the demo "
            "world");
  CommandLine command = demo_command();
  command.port_base = 65'526;
  EXPECT_EQ(folder.complaint([&] { (void)load_settings(command); }),
            "metrics.port: --port-base moves 8592 to 65538, which is no port (1 to 65535)");
}

}  // namespace
}  // namespace config::test
