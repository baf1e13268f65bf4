#include "switch/control.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "crypto/master_key.hpp"
#include "ledger/cards.hpp"
#include "operator.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;
namespace json = boost::json;

TEST(Control, ABackupTellsItsProgressAndItsEndAndIsTakenOnceAtATime) {
  TestSwitch tested;
  EXPECT_EQ(kinds(ask(tested, R"({"command":"backup","folder":"here"})")), "error ");
  Operator client(tested);
  client.send("{\"command\":\"backup\",\"folder\":\"/elsewhere/b\"}\n");
  ASSERT_TRUE(tested.becomes([&] { return tested.store.backup.has_value(); }));
  EXPECT_EQ(tested.store.backup->folder, "/elsewhere/b");
  EXPECT_EQ(kinds(ask(tested, R"({"command":"backup","folder":"/elsewhere/c"})")), "error ");
  tested.store.backup->progress(500, "copying the tables");
  ledger::Manifest manifest;
  manifest.first_sequence = 7;
  manifest.last_sequence = 9;
  tested.store.backup->done("", manifest);
  const auto lines = client.receive_all();
  EXPECT_EQ(kinds(lines), "progress progress backup end ");
  EXPECT_EQ(lines[1].at("done"), 500);
  EXPECT_EQ(lines[2].at("restorable_from"), "#7");
  EXPECT_EQ(lines[2].at("restorable_to"), "#9");
}

TEST(Control, ABackupThatFailsSaysWhyAndOneWhoseClientLeftIsEnded) {
  TestSwitch tested;
  Operator client(tested);
  client.send("{\"command\":\"backup\",\"folder\":\"/elsewhere/b\"}\n");
  ASSERT_TRUE(tested.becomes([&] { return tested.store.backup.has_value(); }));
  tested.store.backup->done("there is no room", {});
  EXPECT_EQ(client.receive_all().back().at("text"), "there is no room");
  tested.on_thread([&] { return tested.store.backup.reset(), 0; });
  {
    Operator leaving(tested);
    leaving.send("{\"command\":\"backup\",\"folder\":\"/elsewhere/b\"}\n");
    ASSERT_TRUE(tested.becomes([&] { return tested.store.backup.has_value(); }));
  }
  bool is_ended = false;
  for (int i = 0; i < 1'000 && !is_ended; ++i) {
    try {
      tested.store.backup->progress(i, "copying the tables");
      std::this_thread::sleep_for(5ms);
    } catch (const std::runtime_error&) {
      is_ended = true;
    }
  }
  EXPECT_TRUE(is_ended);
  tested.store.backup->done("the client has left", {});
}

TEST(Control, StatusSaysHowTheSwitchIs) {
  TestSwitch tested;
  Client client(tested.port("DEMO-POS"));
  client.send(echo(1));
  client.receive();
  const auto lines = ask(tested, R"({"command":"status"})");
  ASSERT_EQ(kinds(lines), "status end ");
  const json::object& status = lines[0];
  EXPECT_EQ(status.at("writable").as_string(), "yes");
  EXPECT_EQ(status.at("connections").to_number<int>(), 1);
  EXPECT_EQ(status.at("business_day").as_string().size(), 10u);
  EXPECT_EQ(status.at("messages").at("answered").to_number<int>(), 1);
  EXPECT_TRUE(status.at("store").as_object().contains("backlog_entries"));
  EXPECT_EQ(status.at("log_lines_dropped").to_number<int>(), 0);
}

TEST(Control, StationsAreALineEach) {
  TestSwitch tested;
  Client client(tested.port("DEMO-POS"));
  client.send(echo(1) + unknown_card_purchase(2));
  client.receive();
  client.receive();
  const auto lines = ask(tested, R"({"command":"stations"})");
  ASSERT_EQ(lines.size(), 10u);
  const auto pos = std::find_if(lines.begin(), lines.end(), [](const json::object& line) {
    return line.contains("station") && line.at("station").as_string() == "DEMO-POS";
  });
  ASSERT_NE(pos, lines.end());
  EXPECT_EQ(pos->at("connections").to_number<int>(), 1);
  EXPECT_EQ(pos->at("messages").to_number<int>(), 2);
  EXPECT_EQ(pos->at("approved").to_number<int>(), 1);
  EXPECT_EQ(pos->at("declined").to_number<int>(), 1);
  EXPECT_EQ(pos->at("mac").as_string(), "none");
  EXPECT_EQ(pos->at("header").as_string(), "2-byte");
  EXPECT_TRUE(pos->at("last_message").is_string());
}

TEST(Control, ACardIsShownMaskedByItsNumber) {
  TestSwitch tested;
  const auto lines = ask(tested, R"({"command":"card","number":")" + std::string(kLotCard) + "\"}");
  ASSERT_EQ(kinds(lines), "card end ");
  EXPECT_EQ(lines[0].at("card").as_string(), "941012******0011");
  EXPECT_EQ(lines[0].at("state").as_string(), "stock");
  EXPECT_EQ(lines[0].at("face_won").to_number<int>(), 10'000);
  EXPECT_EQ(lines[0].at("balance_won").to_number<int>(), 0);
  EXPECT_FALSE(lines[0].at("owner_registered").as_bool());
  EXPECT_TRUE(lines[0].at("valid_until").is_null());
  EXPECT_EQ(json::serialize(lines[0]).find(kLotCard), std::string::npos);
}

TEST(Control, ACardThatIsNotThereOrNoNumberIsASentence) {
  TestSwitch tested;
  for (const char* number : {"9410129999999995", "903456781234", "12345", "94101299000000x1", "",
                             "12345678901234567890"}) {
    const auto lines = ask(tested, std::string(R"({"command":"card","number":")") + number + "\"}");
    EXPECT_EQ(kinds(lines), "error ") << number;
    EXPECT_FALSE(lines.at(0).at("text").as_string().empty());
  }
  EXPECT_EQ(kinds(ask(tested, R"({"command":"card","number":9410})")), "error ");
  EXPECT_EQ(kinds(ask(tested, R"({"command":"card"})")), "error ");
}

TEST(Control, WhatIsNoRequestIsASentence) {
  TestSwitch tested;
  for (const char* request : {"", "status", "[]", "{", "{}", R"({"command":7})",
                              R"({"command":"drop tables"})", "\xff\xfe"})
    EXPECT_EQ(kinds(ask(tested, request)), "error ") << request;
}

TEST(Control, TheCheckReportsFromASettledSnapshot) {
  TestSwitch tested;
  const auto lines = ask(tested, R"({"command":"check"})");
  ASSERT_GE(lines.size(), 3u);
  EXPECT_EQ(lines.front().at("kind").as_string(), "progress");
  const json::object& report = lines[lines.size() - 2];
  EXPECT_EQ(report.at("kind").as_string(), "check");
  EXPECT_TRUE(report.at("right").as_bool());
  EXPECT_FALSE(report.at("text").as_string().empty());
  EXPECT_EQ(lines.back().at("kind").as_string(), "end");
}

TEST(Control, OneCheckAtATime) {
  TestSwitch tested;
  tested.on_thread([&] { return tested.store.snapshots_allowed = false; });
  EXPECT_EQ(kinds(ask(tested, R"({"command":"check"})")), "error ");
  tested.on_thread([&] { return tested.store.snapshots_allowed = true; });
  EXPECT_NE(kinds(ask(tested, R"({"command":"check"})")).find("check end "), std::string::npos);
}

TEST(Control, ACheckThatSeesNoDataSaysWhyAndIsOver) {
  TestSwitch tested;
  tested.on_thread([&] { return tested.store.no_snapshot_because = "no reader is free"; });
  const auto lines = ask(tested, R"({"command":"check"})");
  EXPECT_EQ(kinds(lines), "progress error ");
  EXPECT_EQ(lines.back().at("text").as_string(), "no reader is free");
  tested.on_thread([&] { return tested.store.no_snapshot_because = ""; });
  EXPECT_NE(kinds(ask(tested, R"({"command":"check"})")).find("check end "), std::string::npos);
}

TEST(Control, RatesAreShownAndLoadedWithoutARestart) {
  TestSwitch tested;
  const auto seeded = ask(tested, R"({"command":"rates"})");
  EXPECT_EQ(kinds(seeded), "rates rate rate rate rate end ");
  EXPECT_EQ(seeded[0].at("from"), "the beginning");
  EXPECT_EQ(seeded[2].at("prefix"), "00");
  EXPECT_EQ(seeded[2].at("won"), 680);
  EXPECT_EQ(seeded[2].at("connection_won"), 200);
  const std::string table = R"("table":"prefix,won,unit_s,connection_won\n,50,60,0\n")";
  const std::string load = R"({"command":"rates-load",)" + table;
  EXPECT_EQ(kinds(ask(tested, load + R"(,"from":"2099-01-01 00:00"})")), "rates end ");
  EXPECT_EQ(kinds(ask(tested, load + "}")), "rates end ");
  const auto lines = ask(tested, R"({"command":"rates"})");
  ASSERT_EQ(kinds(lines), "rates rate rates rate end ");
  EXPECT_EQ(lines[0].at("in_force"), true);
  EXPECT_EQ(lines[1].at("won"), 50);
  EXPECT_EQ(lines[2].at("in_force"), false);
  EXPECT_EQ(lines[2].at("from"), "2099-01-01 00:00:00");
}

TEST(Control, ARateTableThatIsWrongIsASentenceAndNothingIsTaken) {
  TestSwitch tested;
  const auto sentence = [&](const std::string& request) {
    const auto lines = ask(tested, request);
    return kinds(lines) == "error " ? std::string(lines[0].at("text").as_string()) : "";
  };
  const std::string head = R"({"command":"rates-load","table":"prefix,won,unit_s,connection_won\n)";
  EXPECT_EQ(sentence(head + R"(,50,60,0\n02,0,60,0\n"})"),
            "line 3: the won for a unit must be a number from 1 to 1000000");
  EXPECT_EQ(sentence(head + R"(,50,60,0","from":"tomorrow"})"),
            "`from` must be a moment of the form 2026-11-23 12:00");
  EXPECT_EQ(sentence(head + R"(,50,60,0","from":"0000-01-01 00:00"})").substr(0, 19),
            "that moment is past");
  EXPECT_NE(sentence(R"({"command":"rates-load"})"), "");
  EXPECT_EQ(ask(tested, R"({"command":"rates"})").at(0).at("from"), "the beginning");
}

TEST(Control, ATableOfAThousandRowsIsTakenAndShownWhole) {
  TestSwitch tested;
  std::string rows = ",1000000,3600,1000000\\n";
  for (int i = 1; i < 1'000; ++i)
    rows += std::to_string(10'000 + i) + "123456789012345,1000000,3600,1000000\\n";
  const auto loaded =
      ask(tested,
          R"({"command":"rates-load","table":"prefix,won,unit_s,connection_won\n)" + rows + "\"}");
  EXPECT_EQ(kinds(loaded), "rates end ");
  EXPECT_EQ(ask(tested, R"({"command":"rates"})").size(), 1'002u);
}

TEST(Control, ManyRequestsInARowAreAllAnswered) {
  TestSwitch tested;
  for (int i = 0; i < 60; ++i)
    ASSERT_EQ(kinds(ask(tested, R"({"command":"status"})")), "status end ") << i;
}

TEST(Control, TheLogLevelChangesAtOnce) {
  TestSwitch tested;
  EXPECT_EQ(kinds(ask(tested, R"({"command":"log-level","level":"error"})")), "log-level end ");
  EXPECT_EQ(tested.log().level(), config::LogLevel::error);
  EXPECT_EQ(kinds(ask(tested, R"({"command":"log-level","level":"loud"})")), "error ");
  EXPECT_EQ(tested.log().level(), config::LogLevel::error);
}

TEST(Control, ARequestMayComeByteByByteButNotWithoutEnd) {
  TestSwitch tested;
  Operator slow(tested);
  for (const char c : std::string("{\"command\":\"status\"}\n")) slow.send({&c, 1});
  EXPECT_EQ(kinds(slow.receive_all()), "status end ");
  Operator endless(tested);
  endless.send(std::string(core::kMaxControlRequest, ' '));
  EXPECT_EQ(kinds(endless.receive_all()), "error ");
}

TEST(Control, OnlySoManyClientsAtOnceAndTheSwitchGoesOn) {
  TestSwitch tested;
  std::vector<std::unique_ptr<Operator>> waiting;
  for (std::size_t i = 0; i < core::kMaxControlClients; ++i)
    waiting.push_back(std::make_unique<Operator>(tested));
  Operator one_more(tested);
  EXPECT_TRUE(one_more.receive_all().empty());
  Client client(tested.port("DEMO-POS"));
  client.send(echo(1));
  EXPECT_EQ(code_of(client.receive()), "00");
  waiting.clear();
  for (int i = 0; i < 100; ++i) {
    const auto lines = ask(tested, R"({"command":"status"})");
    if (!lines.empty()) return;
    std::this_thread::sleep_for(20ms);
  }
  FAIL() << "no client was served after the others had left";
}

TEST(Control, TheSocketIsItsOwnersOnlyAndGoesWithTheSwitch) {
  TestSwitch tested;
  struct stat what {};
  ASSERT_EQ(::stat(tested.control_socket().c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0600u);
  tested.log_text();
  EXPECT_FALSE(std::filesystem::exists(tested.control_socket()));
}

TEST(Control, ASocketLeftByADeadSwitchIsReplaced) {
  char folder[] = "/tmp/cyberpass-control-XXXXXX";
  const std::filesystem::path path = std::filesystem::path(::mkdtemp(folder)) / "control.sock";
  boost::asio::io_context io;
  { boost::asio::local::stream_protocol::acceptor dead(io, path.string()); }
  ASSERT_TRUE(std::filesystem::exists(path));
  {
    core::ControlServer replaced(io, path, [](core::ControlClient, std::string_view) {});
  }
  EXPECT_THROW(
      core::ControlServer(io, std::string(200, 'x'), [](core::ControlClient, std::string_view) {}),
      std::runtime_error);
  std::filesystem::remove_all(folder);
}

TEST(Control, TheDoorOpensAgainAfterDescriptorsRanOut) {
  char folder[] = "/tmp/cyberpass-control-XXXXXX";
  const std::filesystem::path path = std::filesystem::path(::mkdtemp(folder)) / "control.sock";
  boost::asio::io_context io;
  int asked = 0;
  core::ControlServer door(io, path, [&](core::ControlClient, std::string_view) { ++asked; });
  using Protocol = boost::asio::local::stream_protocol;
  Protocol::socket first(io), early(io), late(io);
  first.connect(Protocol::endpoint(path.string()));
  io.poll();  // the undefined-behaviour sanitizer needs descriptors for what it sees first
  early.open();
  late.open();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{static_cast<rlim_t>(late.native_handle()), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  early.connect(Protocol::endpoint(path.string()));
  for (int i = 0; i < 20; ++i) io.poll(), std::this_thread::sleep_for(1ms);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  late.connect(Protocol::endpoint(path.string()));
  for (auto* client : {&early, &late}) client->write_some(boost::asio::buffer("x\n", 2));
  for (int i = 0; i < 200 && asked < 2; ++i) {
    door.tick(base::steady_now());
    io.poll();
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(asked, 2);
  std::filesystem::remove_all(folder);
}

TEST(Control, AClientThatAsksNothingOrReadsNothingIsDropped) {
  char folder[] = "/tmp/cyberpass-control-XXXXXX";
  const std::filesystem::path path = std::filesystem::path(::mkdtemp(folder)) / "control.sock";
  boost::asio::io_context io;
  core::ControlClient seen = 0;
  core::ControlServer door(io, path,
                           [&](core::ControlClient client, std::string_view) { seen = client; });
  using Protocol = boost::asio::local::stream_protocol;
  Protocol::socket silent(io), deaf(io);
  silent.connect(Protocol::endpoint(path.string()));
  deaf.connect(Protocol::endpoint(path.string()));
  deaf.write_some(boost::asio::buffer("x\n", 2));
  for (int i = 0; i < 100 && seen == 0; ++i) io.poll(), std::this_thread::sleep_for(1ms);
  ASSERT_NE(seen, 0u);
  const json::object line{{"kind", "progress"}, {"text", std::string(10'000, 'x')}};
  std::size_t taken = 0;
  while (door.send(seen, line) && ++taken < 1'000) io.poll();
  EXPECT_LT(taken, 1'000u) << "what it does not read has a bound";
  EXPECT_FALSE(door.send(seen, line)) << "it is gone";
  door.tick(base::steady_now() + core::kControlPatience + 1);
  io.poll();
  boost::system::error_code error;
  char byte;
  silent.non_blocking(true);
  silent.read_some(boost::asio::buffer(&byte, 1), error);
  EXPECT_EQ(error, boost::asio::error::eof);
  std::filesystem::remove_all(folder);
}

std::string check_value_of(const std::vector<json::object>& lines, std::string_view of,
                           std::string_view use) {
  for (const auto& line : lines)
    if (line.contains("of") && line.at("of").as_string() == of && line.at("use").as_string() == use)
      return std::string(line.at("check_value").as_string());
  return "";
}

TEST(ControlDesk, KeysAreListedByCheckValueAndReadAgainBetweenTwoRounds) {
  TestSwitch tested;
  const auto before = ask(tested, R"({"command":"keys"})");
  EXPECT_EQ(check_value_of(before, "DEMO-POS", "pin"), "654532") << "by openssl";
  EXPECT_EQ(json::serialize(json::array(before.begin(), before.end())).find("1C5B2A79"),
            std::string::npos);

  const auto& settings = tested.settings();
  const auto master =
      crypto::MasterKeys::load(crypto::find_master_key(settings.master_key, settings.data_folder));
  const auto changed = crypto::FileKeyStore::load(settings.key_file, master);
  changed->put_station_key("DEMO-POS", crypto::KeyUse::pin,
                           crypto::Key(std::vector<std::uint8_t>(16, 1)), base::system_now());
  changed->replace(settings.key_file, master);
  const auto reloaded = ask(tested, R"({"command":"key-reload"})");
  EXPECT_EQ(kinds(reloaded), "key-reload end ");
  const auto after = ask(tested, R"({"command":"keys"})");
  EXPECT_NE(check_value_of(after, "DEMO-POS", "pin"), "654532");
  EXPECT_EQ(check_value_of(after, "DEMO-BANG", "mac"), check_value_of(before, "DEMO-BANG", "mac"));

  std::ofstream(settings.key_file) << "nonsense";
  EXPECT_EQ(kinds(ask(tested, R"({"command":"key-reload"})")), "error ");
  EXPECT_EQ(check_value_of(ask(tested, R"({"command":"keys"})"), "DEMO-POS", "pin"),
            check_value_of(after, "DEMO-POS", "pin"));
  EXPECT_NE(tested.log_text().find("nothing was changed, the switch goes on as before"),
            std::string::npos);
}

}  // namespace
