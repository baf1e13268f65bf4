#include "config/ini.hpp"

#include <gtest/gtest.h>

#include "tests/config/config_support.hpp"

namespace config {
namespace {

using test::Folder;

const std::string kStation = "[station.S-1]\nid = 1\nrole = terminal\nport = 9000\n";

TEST(Ini, EveryBrokenLineIsNamed) {
  struct Case {
    std::string text, sentence;
  };
  const Case cases[] = {
      {"hello\n", "conf:1: neither [section] nor key = value nor # comment"},
      {"\n# x\n[limits\n", "conf:3: neither [section] nor key = value nor # comment"},
      {"= 5\n", "conf:1: not a name of a key"},
      {"two words = 5\n", "conf:1: not a name of a key"},
      {"limits. = 5\n", "conf:1: not a name of a key"},
      {"\xEF\xBB\xBF"
       "bin = 941012\n",
       "conf:1: not a name of a key"},
      {"[]\n", "conf:1: not a name of a section"},
      {"[limits.]\n", "conf:1: not a name of a section"},
      {"[ limits ]\n", "conf:1: not a name of a section"},
      {"[limits]\n[log]\n[limits]\n", "conf:3: [limits] has been given already, at line 1"},
      {"bin = 941012\nbin = 941012\n", "conf:2: bin: has been given already, at conf:1"},
      {"limits.batch = 1\n[limits]\nbatch = 1\n",
       "conf:3: limits.batch: has been given already, at conf:1"},
  };
  const Folder folder;
  for (const Case& each : cases) EXPECT_EQ(folder.refusal(each.text), each.sentence);
}

TEST(Ini, UnknownKeysAndSectionsAreNamed) {
  const Folder folder;
  EXPECT_EQ(folder.refusal("bim = 941012\n" + kStation),
            "conf:1: bim: there is no such key; there are bin, demo, seed");
  EXPECT_EQ(folder.refusal("[log]\n\nformat = text\nlevle = info\n" + kStation),
            "conf:4: log.levle: there is no such key; there are file, format, level, queue-lines");
  EXPECT_EQ(folder.refusal("[logs]\nlevel = info\n" + kStation),
            "conf:2: logs.level: there is no such section or key");
  EXPECT_EQ(folder.refusal("[logs]\n" + kStation), "conf:1: there is no section [logs]");
  EXPECT_EQ(folder.refusal(kStation + "prot = 1\n"),
            "conf:5: station.S-1.prot: there is no such key; there are address, certificate-name, "
            "header, id, key-exchange, mac, max-connections, password, port, profile, role, "
            "sign-on, tpdu");
  EXPECT_EQ(folder.refusal("[station]\nS-1.tls = yes\n" + kStation),
            "conf:2: station.S-1.tls: there is no such key; there are address, certificate-name, "
            "header, id, key-exchange, mac, max-connections, password, port, profile, role, "
            "sign-on, tpdu");
}

TEST(Ini, EmptySectionsAreFine) {
  const Folder folder;
  EXPECT_EQ(folder.refusal("[limits]\n[log]\n" + kStation), "");
}

TEST(Ini, FilesThatCannotBeReadAreNamed) {
  const Folder folder;
  CommandLine command;
  command.data = "/data";
  command.config = folder / "none";
  EXPECT_EQ(folder.complaint([&] { (void)load_settings(command); }),
            "none: cannot be opened; name a file that can be read");
  std::filesystem::create_directory(folder / "dir");
  command.config = folder / "dir";
  EXPECT_EQ(folder.complaint([&] { (void)load_settings(command); }),
            "dir: cannot be opened; name a file that can be read");
  EXPECT_EQ(folder.refusal(std::string(1'048'577, '\n')),
            "conf: is larger than 1048576 bytes; this is no configuration");
}

TEST(Ini, ASentenceShowsNoControlCharactersAndNoLongValues) {
  const Folder folder;
  EXPECT_EQ(folder.refusal("demo = a\x1B[2Jb\n"),
            "conf:1: demo: a?[2Jb is not allowed: one of yes, no");
  EXPECT_EQ(folder.refusal("demo = " + std::string(100, 'x') + "\n"),
            "conf:1: demo: " + std::string(60, 'x') + "... is not allowed: one of yes, no");
}

TEST(Duration, Units) {
  EXPECT_EQ(parse_duration("0s"), 0);
  EXPECT_EQ(parse_duration("500ms"), 500'000);
  EXPECT_EQ(parse_duration("10s"), 10'000'000);
  EXPECT_EQ(parse_duration("5m"), 300'000'000);
  EXPECT_EQ(parse_duration("2h"), 7'200'000'000);
  EXPECT_EQ(parse_duration("31d"), 31 * base::kMicrosPerDay);
  EXPECT_EQ(parse_duration("100000000d"), 100'000'000 * base::kMicrosPerDay);
  EXPECT_EQ(parse_duration("-5s", true), -5'000'000);
  EXPECT_EQ(parse_duration("+5s", true), 5'000'000);
  for (const char* text : {"", "s", "5", "5 s", "5S", "5w", "5sm", "+5s", "-5s", "1.5s",
                           "100000001d", "99999999999999999999s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  for (const char* text : {"+", "-", "+-5s", "--5s", "5"})
    EXPECT_EQ(parse_duration(text, true), std::nullopt) << text;
}

std::string command_refusal(std::vector<const char*> words) {
  words.insert(words.begin(), "cpswitch");
  return Folder().complaint(
      [&] { (void)parse_command_line(static_cast<int>(words.size()), words.data()); });
}

CommandLine command(std::vector<const char*> words) {
  words.insert(words.begin(), "cpswitch");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, IsTakenApart) {
  const CommandLine all = command(
      {"--config", "c.conf", "--data=d", "--set", "a.b=c=d", "--set=x=", "--port-base", "9"});
  EXPECT_EQ(all.config, "c.conf");
  EXPECT_EQ(all.data, "d");
  EXPECT_EQ(all.sets, (test::Sets{{"a.b", "c=d"}, {"x", ""}}));
  EXPECT_EQ(all.port_base, 9);
  EXPECT_FALSE(all.help || all.version);
  EXPECT_EQ(command({"--config", "c", "--data", "d"}).port_base, std::nullopt);
  EXPECT_TRUE(command({"--help"}).help);
  EXPECT_TRUE(command({"--version"}).version);
  EXPECT_FALSE(command({"--version", "--help"}).version);
}

TEST(CommandLine, EveryRefusalSaysWhatToDo) {
  const std::string help = "; --help lists the options";
  EXPECT_EQ(command_refusal({}), "--config is missing" + help);
  EXPECT_EQ(command_refusal({"--config", "c"}), "--data is missing" + help);
  EXPECT_EQ(command_refusal({"--config", "c", "--data", ""}), "--data is missing" + help);
  EXPECT_EQ(command_refusal({"--conf", "c"}), "unrecognised option '--conf'" + help);
  EXPECT_NE(command_refusal({"c.conf"}), "");
  EXPECT_NE(command_refusal({"--config", "c", "--config", "d", "--data", "e"}), "");
  EXPECT_NE(command_refusal({"--config", "c", "--data", "d", "--port-base", "x"}), "");
  EXPECT_EQ(command_refusal({"--config", "c", "--data", "d", "--port-base", "0"}),
            "--port-base: must be a number from 1 to 65535");
  EXPECT_EQ(command_refusal({"--config", "c", "--data", "d", "--set", "demo"}),
            "--set demo: must be of the form key=value");
  EXPECT_EQ(command_refusal({"--config", "c", "--data", "d", "--set", "=x"}),
            "--set =x: must be of the form key=value");
}

TEST(CommandLine, HelpListsEveryOption) {
  for (const char* option :
       {"--config FILE", "--data DIR", "--set KEY=VALUE", "--port-base N", "--help", "--version"})
    EXPECT_NE(help_text().find(option), std::string::npos) << option;
}

}  // namespace
}  // namespace config
