#include <gtest/gtest.h>

#include "config_support.hpp"

namespace config::test {
namespace {

const std::string kTlsStation =
    "[station.S-1]\nid = 1\nrole = terminal\ncertificate-name = Shop-1.Example\n";
const std::string kListener =
    "[listener.L-1]\naddress = 0.0.0.0\nport = 9443\ncertificate = a.crt\nkey = a.key\n"
    "client-ca = ca.crt\n";

TEST(Listeners, EveryKeyIsRead) {
  const Folder folder;
  const Settings settings =
      folder.settings(kTlsStation + kListener + "crl = /etc/ca.crl\nmax-handshakes = 7\n");
  ASSERT_EQ(settings.tls_listeners.size(), 1u);
  const TlsListener& listener = settings.tls_listeners[0];
  EXPECT_EQ(listener.name, "L-1");
  EXPECT_EQ(listener.address, "0.0.0.0");
  EXPECT_EQ(listener.port, 9'443);
  EXPECT_EQ(listener.certificate, folder / "a.crt");
  EXPECT_EQ(listener.key, folder / "a.key");
  EXPECT_EQ(listener.client_ca, folder / "ca.crt");
  EXPECT_EQ(listener.crl, "/etc/ca.crl");
  EXPECT_EQ(listener.max_handshakes, 7u);
  EXPECT_EQ(settings.stations[0].certificate_name, "shop-1.example");
  EXPECT_EQ(settings.stations[0].port, 0);
}

TEST(Listeners, AStationMayHaveBothWaysIn) {
  const Folder folder;
  const Settings settings = folder.settings(kTlsStation + "port = 9000\n" + kListener);
  EXPECT_EQ(settings.stations[0].port, 9'000);
  EXPECT_EQ(settings.stations[0].address, "127.0.0.1");
}

TEST(Listeners, PortBaseMovesThemToo) {
  const Folder folder;
  CommandLine command;
  command.config = folder.write("conf", kTlsStation + kListener);
  command.data = "/data";
  command.port_base = 8'600;
  EXPECT_EQ(load_settings(command).tls_listeners[0].port, 9'463);
}

TEST(Listeners, EveryValueIsChecked) {
  struct Change {
    std::string from, to, sentence;
  };
  const Change cases[] = {
      {"address = 0.0.0.0\n", "",
       "conf:5: listener.L-1.address is missing: an IPv4 or IPv6 address in digits"},
      {"0.0.0.0", "localhost",
       "conf:6: listener.L-1.address: localhost is not allowed: an IPv4 or IPv6 address in digits"},
      {"port = 9443\n", "", "conf:5: listener.L-1.port is missing: a number from 1 to 65535"},
      {"certificate = a.crt\n", "",
       "conf:5: listener.L-1.certificate is missing: the name of a PEM file"},
      {"key = a.key\n", "", "conf:5: listener.L-1.key is missing: the name of a PEM file"},
      {"client-ca = ca.crt\n", "",
       "conf:5: listener.L-1.client-ca is missing: the name of a PEM file"},
      {"a.crt", "",
       "conf:8: listener.L-1.certificate: an empty value is not allowed: the name of a PEM file"},
      {"client-ca = ca.crt\n", "client-ca = ca.crt\nmax-handshakes = 0\n",
       "conf:11: listener.L-1.max-handshakes: 0 is not allowed: a number from 1 to 4096"},
      {"listener.L-1", "listener.l",
       "conf: [listener.l]: a listener's name is 1 to 16 of A-Z, 0-9 and -"},
      {"Shop-1.Example", "a b",
       "conf:4: station.S-1.certificate-name: a b is not allowed: 1 to 253 letters, digits, dots, "
       "- and _, as the certificate names the station"},
      {"Shop-1.Example", std::string(254, 'a'),
       "conf:4: station.S-1.certificate-name: " + std::string(60, 'a') +
           "... is not allowed: 1 to 253 letters, digits, dots, - and _, as the certificate names "
           "the station"},
      {"certificate-name = Shop-1.Example\n", "",
       "conf:1: station.S-1.port is missing: a number from 1 to 65535"},
  };
  const Folder folder;
  const std::string base = kTlsStation + kListener;
  EXPECT_EQ(folder.refusal(base), "");
  for (const Change& each : cases) {
    std::string text = base;
    ASSERT_NE(text.find(each.from), text.npos);
    text.replace(text.find(each.from), each.from.size(), each.to);
    EXPECT_EQ(folder.refusal(text), each.sentence);
  }
}

TEST(Listeners, NamesAndPortsAreUnique) {
  const Folder folder;
  const std::string other =
      "[station.S-2]\nid = 2\nrole = agent\ncertificate-name = SHOP-1.example\n";
  EXPECT_EQ(folder.refusal(kTlsStation + other + kListener),
            "conf:8: station.S-2.certificate-name: is S-1's already; a certificate names one "
            "station");
  const std::string second =
      "[listener.L-2]\naddress = 0.0.0.0\nport = 9443\ncertificate = b\nkey = b\nclient-ca = b\n";
  EXPECT_EQ(folder.refusal(kTlsStation + kListener + second),
            "conf:13: listener.L-2.port: is L-1's already");
  std::string local = kListener;
  local.replace(local.find("0.0.0.0"), 7, "127.0.0.1");
  EXPECT_EQ(folder.refusal(kTlsStation + "port = 9443\n" + local),
            "conf:8: listener.L-1.port: is S-1's already");
}

TEST(Listeners, ACertificateNameNeedsAListener) {
  const Folder folder;
  EXPECT_EQ(folder.refusal(kTlsStation),
            "conf:4: station.S-1.certificate-name: there is no [listener.NAME] section, so that "
            "nobody can come with a certificate");
}

TEST(Listeners, TheDemoWorldStaysOnLoopback) {
  const Folder folder;
  EXPECT_EQ(folder.refusal("demo = yes\n" + kTlsStation + kListener),
            "conf:7: listener.L-1.address: 0.0.0.0 is not allowed: only a loopback address, since "
            "the demo world's keys are published");
}

TEST(Listeners, TlsOnlyIsAsGoodAsAMac) {
  const Folder folder;
  for (const std::string role : {"operator", "site", "bank"}) {
    const std::string station =
        "[station.S-1]\nid = 1\nrole = " + role + "\ncertificate-name = name\n";
    EXPECT_EQ(folder.refusal(station + kListener), "");
    EXPECT_NE(folder.refusal(station + "port = 9000\n" + kListener).find("must have a MAC"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace config::test
