#include "config/changes.hpp"

#include "config_support.hpp"

namespace {

using config::Changes;
using config::test::Folder;
using Names = std::vector<std::string>;

constexpr std::string_view kShop = "[station.SHOP]\nid = 1\nrole = terminal\nport = 9000\n";
constexpr std::string_view kOther = "[station.SHOP-2]\nid = 2\nrole = terminal\nport = 9001\n";

class ChangesTest : public testing::Test {
 protected:
  Changes changes(const std::string& before, const std::string& after) const {
    return config::compare(folder_.settings(before), folder_.settings(after));
  }
  /// Of the station SHOP, to whose section these lines are added.
  config::StationChange change(const std::string& before, const std::string& after) const {
    const Changes all = changes(std::string(kShop) + before, std::string(kShop) + after);
    EXPECT_TRUE(all.settings.empty() && all.needs_restart.empty());
    const config::StationChange* const found = all.find("SHOP");
    return found == nullptr ? config::StationChange() : *found;
  }
  Folder folder_;
};

TEST_F(ChangesTest, WhatIsWrittenOtherwiseAndMeansTheSameIsNoChange) {
  const Changes none =
      changes(std::string(kShop) + "[limits]\nidle-timeout = 60s\n[ledger]\n",
              "demo = no\n[limits]\nidle-timeout = 1m\nbatch = 256\n[log]\nlevel = info\n" +
                  std::string(kShop) + "header = 2-byte\nmac = none\nmax-connections = 1024\n");
  EXPECT_EQ(none.settings, Names());
  EXPECT_EQ(none.needs_restart, Names());
  EXPECT_TRUE(none.stations_changed.empty());
}

TEST_F(ChangesTest, StationsAreAddedAndRemovedByName) {
  const Changes all = changes(std::string(kShop), std::string(kOther));
  EXPECT_EQ(all.stations_added, Names{"SHOP-2"});
  EXPECT_EQ(all.stations_removed, Names{"SHOP"});
  EXPECT_TRUE(all.stations_changed.empty());
  EXPECT_EQ(all.needs_restart, Names());
}

TEST_F(ChangesTest, WhatItSpeaksEndsConnectionsAndWhatItMayDoesNot) {
  const auto allowed = change("", "password = optional\nsign-on = required\nmax-connections = 3\n");
  EXPECT_EQ(allowed.keys, (Names{"max-connections", "password", "sign-on"}));
  EXPECT_FALSE(allowed.ends_connections);
  for (const std::string line : {"mac = x9.19", "tpdu = yes", "header = 2-bcd",
                                 "profile = iso87-ascii", "address = 127.0.0.2"}) {
    const auto speaks = change("", line + "\nsign-on = required\n");
    EXPECT_EQ(speaks.keys.size(), 2u) << line;
    EXPECT_TRUE(speaks.ends_connections) << line;
  }
}

TEST_F(ChangesTest, AStationWhoseNameBeginsAnothersIsNotConfusedWithIt) {
  const std::string both = std::string(kShop) + std::string(kOther);
  const Changes all = changes(both, both + "sign-on = required\n");
  ASSERT_EQ(all.stations_changed.size(), 1u);
  EXPECT_EQ(all.stations_changed[0].name, "SHOP-2");
}

TEST_F(ChangesTest, LimitsAndTheLogsLevelAreTakenAndTheRestNeedsARestart) {
  const std::string shop(kShop);
  const Changes all =
      changes(shop, "bin = 941013\n" + shop +
                        "[limits]\nbatch = 1\nin-flight = 5\n[log]\nlevel = error\nfile = x\n"
                        "[ledger]\nwindow = 1s\n[keys]\nmaster = m\n");
  EXPECT_EQ(all.settings, (Names{"limits.batch", "limits.in-flight", "log.level"}));
  EXPECT_EQ(all.needs_restart, (Names{"bin", "keys.master", "ledger.window", "log.file"}));
}

TEST_F(ChangesTest, AListenersFilesAreTakenButNotItsPortAndNoOtherListener) {
  const std::string gate =
      "[listener.GATE]\naddress = ::1\nclient-ca = a\nkey = k\ncertificate = c\nport = ";
  const std::string shop(kShop);
  const Changes files = changes(shop + gate + "9002\n", shop + gate + "9002\ncrl = r\n");
  EXPECT_EQ(files.settings, Names{"listener.GATE.crl"});
  EXPECT_EQ(files.needs_restart, Names());
  EXPECT_EQ(changes(shop + gate + "9002\n", shop + gate + "9003\n").needs_restart,
            Names{"listener.GATE.port"});
  const Changes another = changes(shop, shop + gate + "9002\n");
  EXPECT_EQ(another.settings, Names());
  EXPECT_EQ(another.needs_restart.size(), 6u) << "all of its keys, the default one too";
}

}  // namespace
