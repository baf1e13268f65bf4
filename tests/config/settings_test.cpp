#include "config/settings.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/config/config_support.hpp"

namespace config {
namespace {

using test::Folder;

const std::string kStation = "[station.S-1]\nid = 1\nrole = terminal\nport = 9000\n";
const std::string kDemo = "demo = yes\n";

TEST(Settings, Defaults) {
  const Folder folder;
  const Settings settings = folder.settings(kStation);
  EXPECT_FALSE(settings.demo);
  EXPECT_EQ(settings.bin, "941012");
  EXPECT_EQ(settings.demo_key_file, std::nullopt);
  EXPECT_EQ(settings.seed_file, std::nullopt);
  EXPECT_EQ(settings.key_file, "/data/keys");
  EXPECT_EQ(settings.acquirer_timeout_us, 20'000'000);

  const Station& station = settings.stations.at(0);
  EXPECT_EQ(station.address, "127.0.0.1");
  EXPECT_EQ(station.profile, &codec::kIso87Binary);
  EXPECT_EQ(station.frame.kind, codec::HeaderKind::two_byte);
  EXPECT_FALSE(station.frame.tpdu);
  EXPECT_EQ(station.mac, crypto::MacKind::none);
  EXPECT_TRUE(station.password_required);
  EXPECT_FALSE(station.sign_on_required);
  EXPECT_EQ(station.max_connections, 1'024u);
  EXPECT_EQ(station.key_form, crypto::KeyForm::aes_kw);

  EXPECT_EQ(settings.limits.frame_timeout_us, 10'000'000);
  EXPECT_EQ(settings.limits.idle_timeout_us, 600'000'000);
  EXPECT_EQ(settings.limits.in_flight, 256u);
  EXPECT_EQ(settings.limits.connections, 4'096u);
  EXPECT_EQ(settings.limits.batch, 256u);
  EXPECT_EQ(settings.limits.output_bytes, 262'144u);

  EXPECT_EQ(settings.ledger.window_us, 10'000'000);
  EXPECT_EQ(settings.ledger.overlay_bytes, 128u << 20);
  EXPECT_EQ(settings.ledger.segment_bytes, 64u << 20);
  EXPECT_EQ(settings.ledger.journal_bytes, std::uint64_t{8} << 30);
  EXPECT_EQ(settings.ledger.snapshot_limit_us, 60'000'000);
  EXPECT_EQ(settings.ledger.backup_limit_us, 600'000'000);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  EXPECT_LT(settings.ledger.map_bytes, std::uint64_t{1} << 40);
#else
  EXPECT_EQ(settings.ledger.map_bytes, std::uint64_t{1} << 40);
#endif
  EXPECT_EQ(settings.ledger.slow_write_us, 20'000);

  EXPECT_EQ(settings.log.format, LogFormat::text);
  EXPECT_EQ(settings.log.level, LogLevel::info);
  EXPECT_TRUE(settings.log.file.empty());
  EXPECT_EQ(settings.log.queue_lines, 8'192u);
}

TEST(Settings, EveryKeyIsRead) {
  const Folder folder;
  const Settings settings = folder.settings(
      "bin = 123456   # ours\n keys.file = /etc/keys\r\nkeys.master = "
      "credential:m\ncontrol.socket=c.sock\nseed = a/b.seed\n"
      "acquirers.timeout = 1500ms\n"
      "[limits]\nframe-timeout = 5s\nidle-timeout = 2m\nin-flight = 8\nconnections = 9\n"
      "batch = 10\noutput-bytes = 20000\n"
      "[ledger]\nwindow = 2s\noverlay-mib = 3\nsegment-mib = 4\njournal-mib = 16\nmap-gib = "
      "5\nslow-write = 6ms\n"
      "snapshot-limit = 7s\nbackup-limit = 8s\n"
      "[log]\nformat = json\nlevel = debug\nfile = x.log\nqueue-lines = 100\n"
      "[station.S-2]\nid = 65535\nrole = bank\nport = 1\naddress = ::1\nprofile = iso87-ascii\n"
      "header = 2-byte-inclusive\ntpdu = yes\nmac = cmac\npassword = optional\n"
      "sign-on = required\nmax-connections = 7\nkey-exchange = tr-31\n");
  EXPECT_EQ(settings.bin, "123456");
  EXPECT_EQ(settings.key_file, "/etc/keys");
  EXPECT_EQ(settings.control_socket, "/data/c.sock");
  EXPECT_EQ(settings.seed_file, folder / "a/b.seed");
  EXPECT_EQ(settings.master_key, "credential:m");
  EXPECT_EQ(settings.acquirer_timeout_us, 1'500'000);
  EXPECT_EQ(settings.limits.frame_timeout_us, 5'000'000);
  EXPECT_EQ(settings.limits.idle_timeout_us, 120'000'000);
  EXPECT_EQ(settings.limits.in_flight, 8u);
  EXPECT_EQ(settings.limits.connections, 9u);
  EXPECT_EQ(settings.limits.batch, 10u);
  EXPECT_EQ(settings.limits.output_bytes, 20'000u);
  EXPECT_EQ(settings.ledger.window_us, 2'000'000);
  EXPECT_EQ(settings.ledger.overlay_bytes, 3u << 20);
  EXPECT_EQ(settings.ledger.segment_bytes, 4u << 20);
  EXPECT_EQ(settings.ledger.journal_bytes, 16u << 20);
  EXPECT_EQ(settings.ledger.snapshot_limit_us, 7'000'000);
  EXPECT_EQ(settings.ledger.backup_limit_us, 8'000'000);
  EXPECT_EQ(settings.ledger.map_bytes, std::uint64_t{5} << 30);
  EXPECT_EQ(settings.ledger.slow_write_us, 6'000);
  EXPECT_EQ(settings.log.format, LogFormat::json);
  EXPECT_EQ(settings.log.level, LogLevel::debug);
  EXPECT_EQ(settings.log.file, "/data/x.log");
  EXPECT_EQ(settings.log.queue_lines, 100u);
  const Station& station = settings.stations.at(0);
  EXPECT_EQ(station.id, 65'535);
  EXPECT_EQ(station.role, Role::bank);
  EXPECT_EQ(to_text(station.role), "bank");
  EXPECT_EQ(station.port, 1);
  EXPECT_EQ(station.address, "::1");
  EXPECT_EQ(station.profile, &codec::kIso87Ascii);
  EXPECT_EQ(station.frame.kind, codec::HeaderKind::two_byte_inclusive);
  EXPECT_TRUE(station.frame.tpdu);
  EXPECT_EQ(station.mac, crypto::MacKind::cmac);
  EXPECT_FALSE(station.password_required);
  EXPECT_TRUE(station.sign_on_required);
  EXPECT_EQ(station.max_connections, 7u);
  EXPECT_EQ(station.key_form, crypto::KeyForm::key_block);
}

struct Refusal {
  std::string text, sentence;
};

TEST(Settings, EveryValueIsChecked) {
  const std::string time = " as a number with ms, s, m, h or d";
  const std::string ledger_data =
      "limits of money are ledger data: take this out; the seed's [limits] has the first ones, "
      "`cpctl limits set` changes them";
  const Refusal cases[] = {
      {"demo = true\n", "conf:1: demo: true is not allowed: one of yes, no"},
      {"demo =\n", "conf:1: demo: an empty value is not allowed: one of yes, no"},
      {"bin = 94101\n",
       "conf:1: bin: 94101 is not allowed: six digits, not beginning with 0, with which our card "
       "numbers begin"},
      {"[limits]\nbatch = 0\n", "conf:2: limits.batch: 0 is not allowed: a number from 1 to 4096"},
      {"limits.batch = 4097\n",
       "conf:1: limits.batch: 4097 is not allowed: a number from 1 to 4096"},
      {"limits.batch = -1\n", "conf:1: limits.batch: -1 is not allowed: a number from 1 to 4096"},
      {"limits.batch = 1e3\n", "conf:1: limits.batch: 1e3 is not allowed: a number from 1 to 4096"},
      {"limits.batch = 99999999999999999999\n",
       "conf:1: limits.batch: 99999999999999999999 is not allowed: a number from 1 to 4096"},
      {"limits.in-flight = 0\n",
       "conf:1: limits.in-flight: 0 is not allowed: a number from 1 to 65536"},
      {"limits.connections = x\n",
       "conf:1: limits.connections: x is not allowed: a number from 1 to 65536"},
      {"limits.output-bytes = 1000\n",
       "conf:1: limits.output-bytes: 1000 is not allowed: a number from 16384 to 16777216"},
      {"limits.txn-won = 5\n", "conf:1: limits.txn-won: " + ledger_data},
      {"limits.day-won = 5\n", "conf:1: limits.day-won: " + ledger_data},
      {"[limits]\ncard-balance-won = 5\n", "conf:2: limits.card-balance-won: " + ledger_data},
      {"limits.frame-timeout = 10\n",
       "conf:1: limits.frame-timeout: 10 is not allowed: a time from 100ms to 300s" + time},
      {"limits.frame-timeout = 0s\n",
       "conf:1: limits.frame-timeout: 0s is not allowed: a time from 100ms to 300s" + time},
      {"limits.idle-timeout = 25h\n",
       "conf:1: limits.idle-timeout: 25h is not allowed: a time from 1s to 86400s" + time},
      {"limits.idle-timeout = -5s\n",
       "conf:1: limits.idle-timeout: -5s is not allowed: a time from 1s to 86400s" + time},
      {"acquirers.timeout = 99999999999999999999d\n",
       "conf:1: acquirers.timeout: 99999999999999999999d is not allowed: a time from 100ms to "
       "300s" +
           time},
      {"ledger.window = 0s\n",
       "conf:1: ledger.window: 0s is not allowed: a time from 1s to 60s" + time},
      {"ledger.overlay-mib = 0\n",
       "conf:1: ledger.overlay-mib: 0 is not allowed: a number from 1 to 4096"},
      {"ledger.segment-mib = 0\n",
       "conf:1: ledger.segment-mib: 0 is not allowed: a number from 1 to 1024"},
      {"ledger.map-gib = 0\n",
       "conf:1: ledger.map-gib: 0 is not allowed: a number from 1 to 16384"},
      {"ledger.slow-write = 1d\n",
       "conf:1: ledger.slow-write: 1d is not allowed: a time from 1ms to 10s" + time},
      {"log.format = xml\n", "conf:1: log.format: xml is not allowed: one of text, json"},
      {"log.level = loud\n",
       "conf:1: log.level: loud is not allowed: one of debug, info, warning, error"},
      {"log.queue-lines = 1\n",
       "conf:1: log.queue-lines: 1 is not allowed: a number from 64 to 1048576"},
      {"log.file =\n", "conf:1: log.file: an empty value is not allowed: the name of a file"},
      {"keys.file =\n", "conf:1: keys.file: an empty value is not allowed: the name of a file"},
      {"limits.hold = 1500ms\n", "conf:1: limits.hold: a hold lasts whole seconds"},
      {"demo = yes\nclock.offset = 2w\n",
       "conf:2: clock.offset: 2w is not allowed: at most 3650 days, as +31d, -2h or +30s"},
      {"demo = yes\nclock.offset = +3651d\n",
       "conf:2: clock.offset: +3651d is not allowed: at most 3650 days, as +31d, -2h or +30s"},
  };
  const Folder folder;
  for (const Refusal& each : cases) EXPECT_EQ(folder.refusal(each.text + kStation), each.sentence);
}

TEST(Settings, EveryStationKeyIsChecked) {
  struct Change {
    std::string from, to, sentence;
  };
  const std::string base =
      "[station.S-1]\nid = 1\nrole = terminal\nport = 9000\naddress = 127.0.0.1\n"
      "[station.S-2]\nid = 2\nrole = agent\nport = 9001\n";
  const std::string loopback =
      " is not allowed: only a loopback address (127.0.0.1 or another of 127.0.0.0/8, or ::1), "
      "since whoever reaches a listener without TLS is taken for its station; others come to a "
      "[listener.NAME] with a certificate-name";
  const Change cases[] = {
      {"id = 1\n", "", "conf:1: station.S-1.id is missing: a number from 1 to 65535"},
      {"id = 1\n", "id = 0\n",
       "conf:2: station.S-1.id: 0 is not allowed: a number from 1 to 65535"},
      {"id = 2\n", "id = 65536\n",
       "conf:7: station.S-2.id: 65536 is not allowed: a number from 1 to 65535"},
      {"id = 2\n", "id = 1\n",
       "conf:7: station.S-2.id: 1 is S-1's already; ledger records tell stations apart by it"},
      {"role = agent\n", "",
       "conf:6: station.S-2.role is missing: one of terminal, telephone, agent, site, bank, "
       "cardco, operator"},
      {"role = agent\n", "role = shop\n",
       "conf:8: station.S-2.role: shop is not allowed: one of terminal, telephone, agent, site, "
       "bank, cardco, operator"},
      {"port = 9001\n", "", "conf:6: station.S-2.port is missing: a number from 1 to 65535"},
      {"port = 9001\n", "port = 99999\n",
       "conf:9: station.S-2.port: 99999 is not allowed: a number from 1 to 65535"},
      {"port = 9001\n", "port = 9000\n",
       "conf:9: station.S-2.port: is S-1's already; a listener belongs to one station"},
      {"address = 127.0.0.1\n", "address = 0.0.0.0\n",
       "conf:5: station.S-1.address: 0.0.0.0" + loopback},
      {"address = 127.0.0.1\n", "address = ::\n", "conf:5: station.S-1.address: ::" + loopback},
      {"address = 127.0.0.1\n", "address = 192.168.0.1\n",
       "conf:5: station.S-1.address: 192.168.0.1" + loopback},
      {"address = 127.0.0.1\n", "address = localhost\n",
       "conf:5: station.S-1.address: localhost" + loopback},
      {"address = 127.0.0.1\n", "profile = iso93\n",
       "conf:5: station.S-1.profile: iso93 is not allowed: one of iso87-binary, iso87-ascii, "
       "iso87-ascii-binary, or the name of a packager file, NAME.xml, beside the configuration "
       "file"},
      {"address = 127.0.0.1\n", "header = 3-byte\n",
       "conf:5: station.S-1.header: 3-byte is not allowed: one of 2-byte, 2-byte-inclusive, "
       "4-ascii, 2-bcd"},
      {"address = 127.0.0.1\n", "tpdu = 1\n",
       "conf:5: station.S-1.tpdu: 1 is not allowed: one of yes, no"},
      {"address = 127.0.0.1\n", "mac = hmac\n",
       "conf:5: station.S-1.mac: hmac is not allowed: one of none, x9.19, cmac"},
      {"address = 127.0.0.1\n", "password = no\n",
       "conf:5: station.S-1.password: no is not allowed: one of required, optional"},
      {"address = 127.0.0.1\n", "sign-on = yes\n",
       "conf:5: station.S-1.sign-on: yes is not allowed: one of required, not-required"},
      {"address = 127.0.0.1\n", "max-connections = 0\n",
       "conf:5: station.S-1.max-connections: 0 is not allowed: a number from 1 to 65535"},
      {"station.S-2", "station.shop",
       "conf: [station.shop]: a station's name is 1 to 16 of A-Z, 0-9 and -"},
      {"station.S-2", "station.S1234567890123456",
       "conf: [station.S1234567890123456]: a station's name is 1 to 16 of A-Z, 0-9 and -"},
  };
  const Folder folder;
  EXPECT_EQ(folder.refusal(base), "");
  for (const Change& each : cases) {
    std::string text = base;
    ASSERT_NE(text.find(each.from), text.npos);
    text.replace(text.find(each.from), each.from.size(), each.to);
    EXPECT_EQ(folder.refusal(text), each.sentence);
  }
}

TEST(Settings, AProfileFromAFileIsReadOnceAndLivesAsLongAsTheSettings) {
  const Folder folder;
  std::filesystem::create_directory(folder / "packagers");
  const std::filesystem::path shipped = CYBERPASS_SOURCE_DIR "/config/packagers/iso87-ascii.xml";
  std::filesystem::copy_file(shipped, folder / "packagers/vendor.xml");
  const std::string station = "role = terminal\nprofile = packagers/vendor.xml\n";
  std::optional<Settings> settings =
      folder.settings("[station.S-1]\nid = 1\nport = 9000\n" + station +
                      "[station.S-2]\nid = 2\nport = 9001\n" + station);
  const codec::Profile* const profile = settings->stations.at(0).profile;
  EXPECT_EQ(profile->name, (folder / "packagers/vendor.xml").string());
  EXPECT_EQ(profile->digits, codec::Digits::ascii);
  EXPECT_EQ(settings->stations.at(1).profile, profile);
  EXPECT_EQ(settings->file_profiles.size(), 1u);
  const Settings copy = *settings;
  settings.reset();
  EXPECT_EQ(copy.stations.at(0).profile->bitmap, codec::Binary::hex);
  EXPECT_EQ(codec::longest(*copy.stations.at(0).profile, 48), 999u);
}

TEST(Settings, AProfileFromAFileIsCheckedAtTheStart) {
  const Folder folder;
  const std::string conf =
      "[station.S-1]\nid = 1\nport = 9000\nrole = terminal\nprofile = vendor.xml\n";
  const std::string at = "conf:5: station.S-1.profile: vendor.xml";
  EXPECT_EQ(folder.refusal(conf), at + ": cannot be opened; name a file that can be read");
  folder.write("vendor.xml", "<isopackager>\n<isofield id=\"200\"/>\n</isopackager>\n");
  EXPECT_EQ(folder.refusal(conf), at + ":2: id 200 is not allowed: a number from 0 to 128");
  folder.write("vendor.xml", std::string(262'145, ' '));
  EXPECT_EQ(folder.refusal(conf), at + ": is larger than 262144 bytes; this is no packager file");
}

TEST(Settings, WithoutStationsNobodyCanConnect) {
  const Folder folder;
  EXPECT_EQ(folder.refusal(""),
            "conf: there is no [station.NAME] section; without one nobody can connect");
}

TEST(Settings, OtherLoopbackAddressesMaySharePorts) {
  const Folder folder;
  EXPECT_EQ(
      folder.refusal(kStation +
                     "[station.S-2]\nid = 2\nrole = agent\nport = 9000\naddress = 127.0.0.2\n"),
      "");
}

TEST(Settings, SomeRolesNeedAMacOutsideTheDemoWorld) {
  const Folder folder;
  const std::string allowed =
      "x9.19 or cmac, since operator, site and bank stations must have a MAC or come over TLS only "
      "(a certificate-name and no port), on loopback too";
  for (const std::string role : {"operator", "site", "bank"}) {
    const std::string text = "[station.S-1]\nid = 1\nport = 9000\nrole = " + role + "\n";
    EXPECT_EQ(folder.refusal(text), "conf:1: station.S-1.mac is missing: " + allowed);
    EXPECT_EQ(folder.refusal(text + "mac = none\n"),
              "conf:5: station.S-1.mac: none is not allowed: " + allowed);
    EXPECT_EQ(folder.refusal(text + "mac = x9.19\n"), "");
    EXPECT_EQ(folder.refusal(kDemo + text), "");
  }
  for (const std::string role : {"terminal", "telephone", "agent", "cardco"})
    EXPECT_EQ(folder.refusal("[station.S-1]\nid = 1\nport = 9000\nrole = " + role + "\n"), "");
}

TEST(Settings, SetComesOverTheFileAndTheLastCounts) {
  const Folder folder;
  const std::string text = kStation + "[limits]\nbatch = 5\n";
  EXPECT_EQ(folder.settings(text).limits.batch, 5u);
  EXPECT_EQ(folder.settings(text, {{"limits.batch", "6"}}).limits.batch, 6u);
  EXPECT_EQ(folder.settings(text, {{"limits.batch", "6"}, {"limits.batch", "7"}}).limits.batch, 7u);
  const Settings set = folder.settings(text, {{"limits.in-flight", "2"},
                                              {"station.S-1.port", "9100"},
                                              {"station.S-1.password", "optional"}});
  EXPECT_EQ(set.limits.in_flight, 2u);
  EXPECT_EQ(set.stations[0].port, 9'100);
  EXPECT_FALSE(set.stations[0].password_required);
}

TEST(Settings, SetIsCheckedToo) {
  const Folder folder;
  EXPECT_EQ(folder.refusal(kStation, {{"limits.batch", "0"}}),
            "--set limits.batch: 0 is not allowed: a number from 1 to 4096");
  EXPECT_EQ(folder.refusal(kStation, {{"limits.bach", "1"}}),
            "--set limits.bach: there is no such key; there are batch, connections, "
            "frame-timeout, guess-brake, hold, idle-timeout, in-flight, output-bytes");
  EXPECT_EQ(folder.refusal(kStation, {{"station.S-2.port", "9001"}}),
            "--set station.S-2.port: there is no such section or key");
  EXPECT_EQ(folder.refusal(kStation, {{"demo", "yes"}}), "--set demo: may only stand in conf");
  EXPECT_EQ(folder.refusal(kDemo + kStation, {{"keys.demo", "x"}}),
            "--set keys.demo: may only stand in conf");
}

TEST(Settings, ClockOffsetOnlyInTheDemoWorld) {
  const Folder folder;
  const auto offset = [&](const char* text) {
    return folder.settings(kDemo + kStation, {{"clock.offset", text}}).clock_offset_us;
  };
  EXPECT_EQ(offset("+31d"), 31 * base::kMicrosPerDay);
  EXPECT_EQ(offset("-2h"), -7'200 * base::kMicrosPerSecond);
  EXPECT_EQ(offset("+30s"), 30 * base::kMicrosPerSecond);
  EXPECT_EQ(offset("0s"), 0);
  EXPECT_EQ(offset("+315360000s"), 3'650 * base::kMicrosPerDay);
  EXPECT_EQ(folder.settings("clock.offset = -1d\n" + kDemo + kStation).clock_offset_us,
            -base::kMicrosPerDay);
  const std::string sentence = "only the demo world (demo = yes) may have another clock";
  EXPECT_EQ(folder.refusal(kStation, {{"clock.offset", "+1d"}}), "--set clock.offset: " + sentence);
  EXPECT_EQ(folder.refusal("clock.offset = +1d\ndemo = no\n" + kStation),
            "conf:1: clock.offset: " + sentence);
}

TEST(Settings, TheGuessBrakeIsOffOnlyInTheDemoWorld) {
  const Folder folder;
  EXPECT_TRUE(folder.settings(kStation).limits.guess_brake);
  EXPECT_TRUE(folder.settings(kStation, {{"limits.guess-brake", "yes"}}).limits.guess_brake);
  EXPECT_FALSE(
      folder.settings(kDemo + kStation, {{"limits.guess-brake", "no"}}).limits.guess_brake);
  EXPECT_EQ(folder.refusal(kStation, {{"limits.guess-brake", "no"}}),
            "--set limits.guess-brake: only the demo world (demo = yes) may let everybody guess at "
            "full speed");
}

TEST(Settings, AcquirersTimeoutBySetOnlyInTheDemoWorld) {
  const Folder folder;
  const test::Sets set = {{"acquirers.timeout", "3s"}};
  EXPECT_EQ(folder.settings(kDemo + kStation, set).acquirer_timeout_us, 3'000'000);
  EXPECT_EQ(folder.settings("acquirers.timeout = 30s\n" + kStation).acquirer_timeout_us,
            30'000'000);
  EXPECT_EQ(folder.refusal(kStation, set),
            "--set acquirers.timeout: only the demo world (demo = yes) may change it on the "
            "command line");
}

TEST(Settings, PublishedKeysOnlyInTheDemoWorld) {
  const Folder folder;
  EXPECT_EQ(folder.settings(kDemo + "keys.demo = demo.keys\n" + kStation).demo_key_file,
            folder / "demo.keys");
  EXPECT_EQ(folder.refusal("keys.demo = demo.keys\n" + kStation),
            "conf:1: keys.demo: published keys are for the demo world (demo = yes) only");
}

TEST(Settings, PortBaseMovesEveryPort) {
  CommandLine command = test::demo_command();
  command.port_base = 18'580;
  const Settings settings = load_settings(command);
  EXPECT_EQ(settings.find_station("DEMO-OPER")->port, 18'580);
  EXPECT_EQ(settings.find_station("DEMO-ASCII")->port, 18'589);
  command.port_base = 8'580;
  EXPECT_EQ(load_settings(command).stations[0].port, 8'580);
  command.port_base = 1;
  EXPECT_EQ(load_settings(command).stations[0].port, 1);

  const Folder folder;
  command.config = folder.write("conf", kStation);
  command.port_base = 65'535;
  EXPECT_EQ(folder.complaint([&] { (void)load_settings(command); }),
            "conf:4: station.S-1.port: --port-base moves 9000 to 65955, which is no port (1 to "
            "65535)");
}

TEST(Settings, TheControlSocketsPathHasTheSystemsBound) {
  const Folder folder;
  const std::string fits(107 - 6, 'x');  // behind `/data/`
  EXPECT_EQ(folder.refusal("control.socket = " + fits + "\n" + kStation), "");
  EXPECT_EQ(folder.refusal("control.socket = " + fits + "x\n" + kStation),
            "/data/" + fits +
                "x: is longer than the system's bound of 107 characters for a socket's path; take "
                "a shorter --data or control.socket");
}

}  // namespace
}  // namespace config
