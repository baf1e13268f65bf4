#include "tools/terminal.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <thread>

#include "tools/sim_fields.hpp"

namespace tools {
namespace {

using boost::asio::ip::tcp;

World demo_world() {
  return load_world(std::string(CYBERPASS_SOURCE_DIR) + "/config/demo.conf", std::nullopt,
                    std::nullopt);
}

/// Listens for a station, and answers whole frames with what it is told, one connection long.
class FakeSwitch {
 public:
  using Answerer = std::function<std::vector<std::uint8_t>(const Received& request)>;

  FakeSwitch(World& world, std::string_view station, Answerer answerer) : acceptor_(io_) {
    config::Station& own = const_cast<config::Station&>(world.station(station));
    acceptor_.open(tcp::v4());
    acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
    acceptor_.listen();
    own.port = acceptor_.local_endpoint().port();
    thread_ = std::thread([this, &own, answerer] { serve(own, answerer); });
  }
  ~FakeSwitch() { thread_.join(); }

 private:
  void serve(const config::Station& station, const Answerer& answerer) {
    boost::system::error_code error;
    tcp::socket socket(io_);
    acceptor_.accept(socket, error);
    std::vector<std::uint8_t> bytes(4'096);
    while (!error) {
      const std::size_t size = socket.read_some(boost::asio::buffer(bytes), error);
      const codec::Frame frame = codec::read_frame(station.frame, {bytes.data(), size});
      if (error || frame.status != codec::FrameStatus::good) return;
      const auto answer =
          answerer(Received(*station.profile, {frame.message.begin(), frame.message.end()}));
      if (answer.empty()) return;
      boost::asio::write(socket, boost::asio::buffer(framed(station.frame, answer)), error);
    }
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

/// An 0810 to an 0800, sealed or not.
std::vector<std::uint8_t> echo_answer(const Received& request, const Seal& seal) {
  Draft draft;
  draft.mti.value = 810;
  draft.set(11, request.text(11));
  draft.set(39, "00");
  return encode(draft, codec::kIso87Binary, seal);
}

TEST(Terminal, DraftHasWhatEveryRequestNeeds) {
  const World world = demo_world();
  Terminal terminal(world, "DEMO-POS", "");
  const Draft draft = terminal.draft({200}, "000000");
  EXPECT_EQ(draft.get(41), "POS00001");
  EXPECT_EQ(draft.get(42), "DEMOMART0000001");
  for (const int element : {3, 7, 11, 12, 13, 37}) EXPECT_TRUE(draft.has(element)) << element;
  EXPECT_NE(terminal.draft({200}, "000000").get(11), draft.get(11));
  const Draft network = terminal.network("301");
  EXPECT_EQ(network.get(70), "301");
  EXPECT_FALSE(network.has(41));
}

TEST(Terminal, OfAStationWithoutTerminalsSendsNetworkMessages) {
  World world = demo_world();
  world.seed.terminals.clear();
  Terminal terminal(world, "DEMO-POS", "");
  const Draft echo = terminal.network("301");
  EXPECT_EQ(echo.get(70), "301");
  EXPECT_FALSE(echo.has(41));
  EXPECT_THROW((void)terminal.draft({200}, "000000"), UsageError);
}

TEST(Terminal, UnknownStationAndTerminalAreToldWithNames) {
  const World world = demo_world();
  EXPECT_THROW(Terminal(world, "DEMO-NONE", ""), UsageError);
  EXPECT_THROW(Terminal(world, "DEMO-POS", "VEN00001"), UsageError);
}

TEST(Terminal, ReadsAnAnswerAndItsMac) {
  World world = demo_world();
  const crypto::Key key = world.keys.require("DEMO-BANG", crypto::KeyUse::mac);
  for (const auto& [broken, verdict] :
       {std::pair{false, MacVerdict::right}, std::pair{true, MacVerdict::wrong}}) {
    FakeSwitch fake(world, "DEMO-BANG", [&, bad = broken](const Received& request) {
      return echo_answer(request, {crypto::MacKind::x9_19, &key, bad});
    });
    Terminal terminal(world, "DEMO-BANG", "");
    const auto answer = terminal.send(terminal.network("301"), 5 * base::kMicrosPerSecond);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->code(), "00");
    EXPECT_EQ(answer->mac, verdict);
  }
  FakeSwitch fake(world, "DEMO-BANG",
                  [](const Received& request) { return echo_answer(request, {}); });
  Terminal terminal(world, "DEMO-BANG", "");
  const auto answer = terminal.send(terminal.network("301"), 5 * base::kMicrosPerSecond);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->mac, MacVerdict::missing);
}

TEST(Terminal, NoAnswerIsNothingAndAClosedConnectionAnError) {
  World world = demo_world();
  {
    FakeSwitch fake(world, "DEMO-POS", [](const Received&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(150));
      return std::vector<std::uint8_t>();
    });
    Terminal terminal(world, "DEMO-POS", "");
    EXPECT_FALSE(terminal.send(terminal.network("301"), 20'000));
  }
  FakeSwitch fake(world, "DEMO-POS", [](const Received&) { return std::vector<std::uint8_t>(); });
  Terminal terminal(world, "DEMO-POS", "");
  EXPECT_THROW(terminal.send(terminal.network("301"), base::kMicrosPerSecond), LinkError);
}

TEST(Terminal, NobodyListensIsAnError) {
  World world = demo_world();
  const_cast<config::Station&>(world.station("DEMO-POS")).port = 1;
  Terminal terminal(world, "DEMO-POS", "");
  EXPECT_THROW(terminal.send(terminal.network("301"), 1'000), LinkError);
}

TEST(StationKeys, RefusesAWrongLineByItsNumber) {
  const std::string file = testing::TempDir() + "/station_keys_test";
  std::ofstream(file) << "# comment\n\nstation A pin 00112233445566778899AABBCCDDEEFF\n"
                      << "storage password 1 00\nstation A mac 0011\n";
  try {
    StationKeys::load(file);
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find(":5: not of the form"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("0011"), std::string::npos);
  }
  EXPECT_THROW(StationKeys::load("/nowhere"), UsageError);
}

/// What `cpsim terminal MESSAGE` makes of its options.
Draft draft_from(Terminal& terminal, std::string_view message, const Words& words) {
  boost::program_options::options_description description;
  add_field_options(description);
  return draft_of(terminal, *find_sim_message(message), parse_words(words, description));
}

TEST(SimFields, PurchaseFromOptions) {
  const World world = demo_world();
  Terminal terminal(world, "DEMO-POS", "");
  const Draft draft = draft_from(terminal, "purchase",
                                 {"--card", "9410129900000011", "--amount", "5000", "--pin", "1234",
                                  "--mcc", "5411", "--field", "22=021", "--drop", "37"});
  EXPECT_EQ(draft.mti.value, 200);
  EXPECT_EQ(draft.get(3), "000000");
  EXPECT_EQ(draft.get(4), "5000");
  EXPECT_EQ(draft.get(49), "410");
  EXPECT_EQ(draft.get(18), "5411");
  EXPECT_EQ(draft.get(22), "021");
  EXPECT_EQ(open_pin_block_hex(terminal.pin_key(), draft.get(52), "9410129900000011"), "1234");
  EXPECT_FALSE(draft.has(37));
  EXPECT_THROW(draft_from(terminal, "purchase", {"--pin", "1234"}), UsageError) << "no card";
  EXPECT_THROW(draft_from(terminal, "purchase", {"--card", "9410129900000011", "--pin", "12"}),
               UsageError);
}

TEST(SimFields, OfACallTheSwitchSaysWhatItCosts) {
  const World world = demo_world();
  Terminal terminal(world, "DEMO-TEL", "");
  const Words card{"--card", "9410129900000011"};
  Words call = card, end = card;
  call.insert(call.end(), {"--called", "0212345678"});
  end.insert(end.end(), {"--seconds", "61", "--rrn", "CALL00000001", "--approval", "000001"});
  EXPECT_EQ(draft_from(terminal, "hold", call).get(4), "0");
  EXPECT_EQ(draft_from(terminal, "completion", end).get(4), "0");
  EXPECT_FALSE(draft_from(terminal, "hold", card).has(4));
}

TEST(SimFields, OtherMessagesFromOptions) {
  const World world = demo_world();
  Terminal terminal(world, "DEMO-AGENT", "");
  const Draft sale = draft_from(terminal, "sale", {"--order", "10000x2", "--paid-by", "card"});
  EXPECT_EQ(sale.get(3), "900030");
  EXPECT_EQ(sale.get(4), "20000");
  EXPECT_EQ(sale.tag(1), "01000002");
  const Draft reversal =
      draft_from(terminal, "reversal",
                 {"--original", "0200,1,0905013000", "--actual", "3000", "--mti", "401"});
  EXPECT_EQ(reversal.mti.value, 401);
  EXPECT_FALSE(reversal.has(37)) << "would name another original";
  EXPECT_EQ(reversal.get(95), "000000003000000000000000000000000000000000");
  const Draft totals =
      draft_from(terminal, "reconciliation", {"--field", "88=5000", "--field", "86=7000"});
  EXPECT_EQ(totals.get(97), "D2000");
  EXPECT_FALSE(totals.has(3));
  const Draft close = draft_from(terminal, "close", {"--account", "1100000001"});
  EXPECT_EQ(close.get(103), "1100000001");
  EXPECT_EQ(draft_from(terminal, "echo", {}).get(70), "301");
  for (const SimMessage& message : sim_messages())
    EXPECT_FALSE(terminal.encode(draft_from(terminal, message.name, {})).empty()) << message.name;
}

TEST(SimFields, RawMessageHasNothingAdded) {
  boost::program_options::options_description description;
  add_field_options(description);
  const Draft draft = raw_draft_of(parse_words({"0300", "11=000001", "48.0052=P"}, description));
  EXPECT_EQ(draft.mti.value, 300);
  EXPECT_EQ(draft.elements().size(), 1u);
  EXPECT_EQ(draft.tag(52), "P");
  EXPECT_THROW(raw_draft_of(parse_words({}, description)), UsageError);
  EXPECT_THROW(raw_draft_of(parse_words({"1200"}, description)), UsageError);
}

}  // namespace
}  // namespace tools
