/// What of the TLS listeners cannot be seen from outside of the process; tests/tls has the rest.

#include "switch/tls_gate.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "switch_support.hpp"

namespace {

using namespace core::test;

constexpr const char* kMakeCertificates = R"(
  new="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
  $new -keyout ca.key -out ca.crt -subj /CN=ca &&
  $new -CA ca.crt -CAkey ca.key -keyout server.key -out server.crt -subj /CN=switch \
    -addext basicConstraints=critical,CA:FALSE &&
  $new -CA ca.crt -CAkey ca.key -keyout shop.key -out shop.crt -subj /CN=Shop \
    -addext basicConstraints=critical,CA:FALSE)";

class TlsGateTest : public testing::Test {
 protected:
  TlsGateTest() {
    char name[] = "/tmp/cyberpass-tls-gate-XXXXXX";
    folder_ = ::mkdtemp(name);
    run("cd " + folder_.string() + " && { " + kMakeCertificates + "; } 2>/dev/null");
    ::signal(SIGPIPE, SIG_IGN);  // as the program does
    listener_.name = "GATE";
    listener_.address = "127.0.0.1";
    listener_.certificate = folder_ / "server.crt";
    listener_.key = folder_ / "server.key";
    listener_.client_ca = folder_ / "ca.crt";
    core::StationSettings station;
    station.link.station.name = "SHOP";
    station.link.station.id = 99;
    station.certificate_name = "shop";
    tested_.on_thread([&] {
      tested_.server().add(std::move(station));
      return true;
    });
  }
  ~TlsGateTest() override {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }

  static void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0); }

  void open(const core::TlsGateOptions& options) {
    gate_ = std::make_unique<core::TlsGate>(tested_.io(), tested_.server(), tested_.log(),
                                            std::vector{listener_}, options);
  }
  /// `openssl s_client` with the shop's certificate, until the test ends.
  void connect() {
    const std::string to = "127.0.0.1:" + std::to_string(gate_->ports().front());
    const std::string certificate = folder_ / "shop.crt", key = folder_ / "shop.key";
    const pid_t child = ::fork();
    if (child == 0) {
      ::close_range(3, ~0U, 0);  // else it would hold the listeners open
      if (!std::freopen("/dev/null", "w", stdout) || !std::freopen("/dev/null", "w", stderr))
        ::_exit(99);
      ::execlp("openssl", "openssl", "s_client", "-quiet", "-connect", to.c_str(), "-cert",
               certificate.c_str(), "-key", key.c_str(), nullptr);
      ::_exit(98);
    }
    children_.push_back(child);
  }
  /// Waits until the log says so; the answering thread need not run.
  bool is_logged(std::string_view words) const {
    for (int i = 0; i < kPatienceMs / 5; ++i) {
      std::ifstream file(tested_.settings().log.file);
      const std::string text(std::istreambuf_iterator<char>(file), {});
      if (text.find(words) != text.npos) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }

  std::filesystem::path folder_;
  config::TlsListener listener_;
  TestSwitch tested_;
  std::unique_ptr<core::TlsGate> gate_;
  std::vector<pid_t> children_;
};

TEST_F(TlsGateTest, WhileTheAnsweringThreadIsBusyHandshakesGoOnAndItsInboxHasABound) {
  open({.handed_over = 2});
  std::promise<void> go_on;
  boost::asio::post(tested_.io(), [&] { go_on.get_future().wait(); });
  for (int i = 0; i < 3; ++i) connect();
  EXPECT_TRUE(is_logged("too many connections wait for the switch to take them"));
  const std::vector<core::TlsFigures> figures = gate_->figures();
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].listener, "GATE");
  EXPECT_EQ(figures[0].admitted, 2u);
  EXPECT_EQ(figures[0].refused[static_cast<std::size_t>(core::TlsRefusal::busy)], 1u);
  const base::TimeUs left_us = figures[0].valid_until_us - base::system_now();
  EXPECT_GT(left_us, base::kMicrosPerDay) << "issued for two days";
  EXPECT_LE(left_us, 2 * base::kMicrosPerDay);
  go_on.set_value();
  EXPECT_TRUE(tested_.becomes([&] { return tested_.server().connections() == 2; }));
  EXPECT_EQ(tested_.figures("SHOP").accepted, 2u);
  connect();
  EXPECT_TRUE(tested_.becomes([&] { return tested_.server().connections() == 3; }));
}

TEST_F(TlsGateTest, AClosedGateLeavesItsConnectionsOpen) {
  open({});
  connect();
  ASSERT_TRUE(tested_.becomes([&] { return tested_.server().connections() == 1; }));
  tested_.on_thread([&] {
    gate_->close();
    return true;
  });
  EXPECT_FALSE(Client(gate_->ports().front()).is_connected());
  EXPECT_EQ(tested_.figures("SHOP").connections, 1u);
}

TEST_F(TlsGateTest, APortInUseIsASentenceThatNamesTheListener) {
  listener_.port = tested_.port("DEMO-POS");
  try {
    open({});
    FAIL() << "it listens";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("listener GATE: cannot listen on 127.0.0.1"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
