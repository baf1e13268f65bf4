/// The real program: started, asked, stopped, killed, started again.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include "crypto/master_key.hpp"
#include "ledger/durable_store.hpp"
#include "switch_support.hpp"

namespace {

using namespace core::test;

constexpr int kPortBases[] = {41'580, 42'580, 43'580, 44'580, 45'580, 46'580, 47'580};

/// A `cpswitch` child with its output in files; never outlives the test.
class Process {
 public:
  explicit Process(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~Process() { end(SIGKILL); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// True once it said that it is ready.
  bool start(int port_base, std::vector<std::string> more = {}) {
    port_base_ = port_base;
    std::vector<std::string> words{CYBERPASS_BIN_DIR "/cpswitch",
                                   "--config",
                                   CYBERPASS_SOURCE_DIR "/config/demo.conf",
                                   "--data",
                                   data().string(),
                                   "--port-base",
                                   std::to_string(port_base)};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::filesystem::remove(out());
    std::filesystem::remove(err());
    child_ = ::fork();
    if (child_ == 0) {
      const rlimit descriptors{descriptor_limit, descriptor_limit};
      if (descriptor_limit != 0) ::setrlimit(RLIMIT_NOFILE, &descriptors);
      if (!std::freopen(out().c_str(), "w", stdout) || !std::freopen(err().c_str(), "w", stderr))
        ::_exit(99);
      ::execv(arguments[0], arguments.data());
      ::_exit(98);
    }
    for (int i = 0; i < 6'000; ++i) {
      if (text(out()).find("cpswitch ready: ") != std::string::npos) return true;
      if (has_ended()) return false;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  /// The first of several port ranges that is free. A first start whose ports were not leaves
  /// nothing behind, so that what it writes does not depend on who else runs.
  bool start_somewhere(const std::vector<std::string>& more = {}) {
    const bool is_first = !std::filesystem::exists(data());
    for (const int base : kPortBases) {
      if (start(base, more)) return true;
      if (text(err()).find("in use") == std::string::npos) return false;
      if (is_first) std::filesystem::remove_all(data());
    }
    return false;
  }
  /// Its exit status; 128 and the signal when one ended it.
  int end(int signal) {
    if (child_ > 0 && !has_ended()) {
      ::kill(child_, signal);
      int status = 0;
      ::waitpid(child_, &status, 0);
      note(status);
    }
    child_ = 0;
    return status_;
  }
  int status() const { return status_; }
  pid_t pid() const { return child_; }
  std::uint16_t port(int demo_port) const {
    return static_cast<std::uint16_t>(port_base_ + demo_port - 8'580);
  }
  std::string errors() const { return text(err()); }
  std::string output() const { return text(out()); }
  std::filesystem::path data() const { return folder_ / "data"; }

  rlim_t descriptor_limit = 0;  ///< 0: as this process has it

 private:
  bool has_ended() {
    int status = 0;
    if (child_ == 0) return true;
    if (::waitpid(child_, &status, WNOHANG) != child_) return false;
    note(status);
    child_ = 0;
    return true;
  }
  void note(int status) {
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  std::filesystem::path out() const { return folder_ / "stdout"; }
  std::filesystem::path err() const { return folder_ / "stderr"; }
  static std::string text(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
  }

  const std::filesystem::path folder_;
  pid_t child_ = 0;
  int port_base_ = 0;
  int status_ = -1;
};

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() {
    char name[] = "/tmp/cyberpass-process-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~ProcessTest() override { std::filesystem::remove_all(folder_); }

  static std::string ask(const Process& process, const std::string& request) {
    Client client(process.port(8'583));
    client.send(request);
    return client.receive();
  }

  std::filesystem::path folder_;
};

TEST_F(ProcessTest, StartsAnswersStopsAndStartsAgain) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  struct stat what {};
  ASSERT_EQ(::stat(process.data().c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat((process.data() / "keys").c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0600u);
  EXPECT_EQ(code_of(ask(process, echo(1))), "00");
  const std::string first = ask(process, unknown_card_purchase(2));
  EXPECT_EQ(code_of(first), "14");

  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(process.end(SIGTERM), 0) << process.errors();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_FALSE(std::filesystem::exists(process.data() / "control.sock"));

  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(ask(process, unknown_card_purchase(2)), first) << "remembered over the restart";
  EXPECT_EQ(process.end(SIGINT), 0);
}

TEST_F(ProcessTest, WhatWasAnsweredSurvivesAKill) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  const std::string first = ask(process, unknown_card_purchase(7));
  EXPECT_EQ(process.end(SIGKILL), 128 + SIGKILL);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(ask(process, unknown_card_purchase(7)), first);
  EXPECT_NE(process.output().find("recovered"), std::string::npos);
  EXPECT_EQ(process.end(SIGTERM), 0);
}

TEST_F(ProcessTest, AnIdleConnectionDoesNotHoldUpTheStop) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  Client idle(process.port(8'583)), half(process.port(8'583));
  half.send(echo(1).substr(0, 7));
  idle.send(echo(1));
  idle.receive();
  EXPECT_EQ(process.end(SIGTERM), 0);
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(half.is_closed());
}

TEST_F(ProcessTest, ASecondSwitchIsRefusedAndNamesTheFirst) {
  Process first(folder_);
  ASSERT_TRUE(first.start_somewhere()) << first.errors();
  const std::filesystem::path other = folder_ / "second";
  std::filesystem::create_directory(other);
  std::filesystem::create_directory_symlink(first.data(), other / "data");
  Process second(other);
  EXPECT_FALSE(second.start(48'580));
  EXPECT_EQ(second.status(), 2);
  EXPECT_NE(second.errors().find(std::to_string(first.pid())), std::string::npos)
      << second.errors();
  EXPECT_EQ(code_of(ask(first, echo(1))), "00");
}

TEST_F(ProcessTest, WhatStopsTheStartIsOneSentenceAndExitCodeTwo) {
  Process process(folder_);
  EXPECT_FALSE(process.start(41'580, {"--set", "no.such.key=1"}));
  EXPECT_EQ(process.status(), 2);
  EXPECT_TRUE(process.errors().starts_with("cpswitch: "));
  EXPECT_EQ(process.errors().find("\n"), process.errors().size() - 1) << process.errors();
}

TEST_F(ProcessTest, DataWithoutItsKeysIsNotTouched) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(process.end(SIGTERM), 0);
  std::filesystem::rename(process.data() / "keys", folder_ / "kept");
  EXPECT_FALSE(process.start_somewhere());
  EXPECT_EQ(process.status(), 2);
  EXPECT_NE(process.errors().find("put the key file back"), std::string::npos) << process.errors();
  std::filesystem::rename(folder_ / "kept", process.data() / "keys");
  EXPECT_TRUE(process.start_somewhere()) << process.errors();
}

/// The key file as the version before had it: every key in clear.
std::string keys_in_clear(const std::filesystem::path& data) {
  const auto store = crypto::FileKeyStore::load(
      data / "keys", crypto::MasterKeys::load(crypto::find_master_key("master.key", data)));
  std::string text;
  for (const auto& [name, each] : store->station_keys())
    text += "station " + name.first + " " + std::string(crypto::to_text(name.second)) + " " +
            base::to_hex(each.key.bytes()) + "\n";
  for (const auto& [name, each] : store->storage_keys())
    if (name.first != crypto::KeyUse::exchanged &&
        name.first != crypto::KeyUse::printer)  // it had none
      text += "storage " + std::string(crypto::to_text(name.first)) + " " +
              std::to_string(name.second) + " " + base::to_hex(each.key.bytes()) + "\n";
  return text;
}

TEST_F(ProcessTest, AnotherDatasKeysAreNoticedAtTheStart) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(process.end(SIGTERM), 0);
  const std::filesystem::path keys = process.data() / "keys";
  const std::string right = keys_in_clear(process.data());
  for (const std::string use : {"card_index", "card_seal", "password"}) {
    std::string wrong = right;
    char& digit = wrong[wrong.find("storage " + use) + use.size() + 11];
    digit = digit == '0' ? '1' : '0';
    std::ofstream(keys) << wrong;
    EXPECT_FALSE(process.start_somewhere()) << use;
    EXPECT_EQ(process.status(), 2);
    EXPECT_NE(process.errors().find("bring back the key file"), std::string::npos)
        << process.errors();
  }
  std::ofstream(keys) << right;
  EXPECT_TRUE(process.start_somewhere()) << process.errors();
}

TEST_F(ProcessTest, AKeyFileInClearOfTheVersionBeforeIsWrappedByTheStart) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  const std::string first = ask(process, unknown_card_purchase(2));
  EXPECT_EQ(process.end(SIGTERM), 0);
  const std::string clear = keys_in_clear(process.data());
  std::ofstream(process.data() / "keys") << clear;
  std::filesystem::remove(process.data() / "master.key");
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(ask(process, unknown_card_purchase(2)), first);
  EXPECT_EQ(process.end(SIGKILL), 128 + SIGKILL);
  EXPECT_TRUE(crypto::FileKeyStore::is_wrapped(process.data() / "keys"));
  EXPECT_EQ(keys_in_clear(process.data()), clear);
  EXPECT_TRUE(process.start_somewhere()) << process.errors();
}

TEST_F(ProcessTest, WithoutItsMasterKeyItSaysSo) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(process.end(SIGTERM), 0);
  std::filesystem::rename(process.data() / "master.key", folder_ / "kept");
  EXPECT_FALSE(process.start_somewhere());
  EXPECT_EQ(process.status(), 2);
  EXPECT_NE(process.errors().find("there is no master key"), std::string::npos) << process.errors();
  EXPECT_FALSE(std::filesystem::exists(process.data() / "master.key")) << "no other one is made";
  EXPECT_TRUE(process.start_somewhere({"--set", "keys.master=" + (folder_ / "kept").string()}))
      << process.errors();
}

TEST_F(ProcessTest, ASecondSignalDuringTheStopChangesNothing) {
  for (int delay_ms = 0; delay_ms < 50; delay_ms += 5) {
    Process process(folder_);
    ASSERT_TRUE(process.start_somewhere()) << process.errors();
    Client idle(process.port(8'583));
    ::kill(process.pid(), SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    EXPECT_EQ(process.end(SIGTERM), 0) << delay_ms << " ms after the first";
  }
}

TEST_F(ProcessTest, TheReadyLineComesToStandardOutputWhenTheLogGoesToAFile) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere({"--set", "log.file=switch.log"})) << process.errors();
  EXPECT_EQ(code_of(ask(process, echo(1))), "00");
  EXPECT_EQ(process.end(SIGTERM), 0);
  const std::string output = process.output();
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  std::ifstream file(process.data() / "switch.log");
  std::ostringstream log;
  log << file.rdbuf();
  EXPECT_NE(log.str().find(" 0800 echo "), std::string::npos);
  EXPECT_NE(log.str().find("everything in flight was answered"), std::string::npos);
}

TEST_F(ProcessTest, WithoutADescriptorLeftItServesThoseItHasAndAcceptsAgainLater) {
  Process process(folder_);
  process.descriptor_limit = 64;
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  Client first(process.port(8'583));
  first.send(echo(1));
  EXPECT_EQ(code_of(first.receive()), "00");
  {
    std::vector<std::unique_ptr<Client>> many;
    for (int i = 0; i < 100; ++i) many.push_back(std::make_unique<Client>(process.port(8'583)));
    for (std::uint32_t i = 2; i < 30; ++i) {
      first.send(echo(i));
      ASSERT_EQ(stan_of(first.receive()), i);
    }
  }
  EXPECT_EQ(code_of(ask(process, echo(30))), "00");
  EXPECT_EQ(process.end(SIGTERM), 0);
  EXPECT_NE(process.output().find("accept failed"), std::string::npos);
  EXPECT_NE(process.output().find("descriptors are allowed"), std::string::npos);
}

/// `cpctl` with these words, its output and exit status.
std::pair<std::string, int> run_cpctl(const std::string& words) {
  const std::string command = std::string(CYBERPASS_BIN_DIR "/cpctl ") + words + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4'096> bytes;
  for (std::size_t got; (got = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
    output.append(bytes.data(), got);
  const int status = ::pclose(pipe);
  return {output, WEXITSTATUS(status)};
}

TEST_F(ProcessTest, DamageInTheMiddleOfTheJournalStopsTheStartUntilItIsRepaired) {
  Process process(folder_);
  ASSERT_TRUE(
      process.start_somewhere({"--set", "ledger.window=60s", "--set", "ledger.segment-mib=1"}))
      << process.errors();
  std::vector<std::string> first(6);
  for (std::uint32_t stan = 1; stan <= 5; ++stan)
    first[stan] = ask(process, unknown_card_purchase(stan));
  const std::string data = process.data().string();
  auto [refusal, refused] = run_cpctl("repair --data " + data);
  EXPECT_EQ(refused, 1) << "a switch runs";
  EXPECT_NE(refusal.find("is in use by process " + std::to_string(process.pid())),
            std::string::npos)
      << refusal;
  EXPECT_EQ(process.end(SIGKILL), 128 + SIGKILL);

  // Batch 1 is the start, 2 the seed; 5 is the third purchase.
  const auto segment = process.data() / "journal/segment-0000000000000001";
  std::fstream file(segment, std::ios::binary | std::ios::in | std::ios::out);
  std::string bytes(1 << 20, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::size_t offset = 0;
  for (int record = 1; record <= 5; ++record) offset = bytes.find("CPJR", offset + 1);
  file.clear();
  file.seekp(static_cast<std::streamoff>(offset + 100));
  file.put(static_cast<char>(bytes[offset + 100] ^ 1));
  file.close();

  EXPECT_FALSE(process.start_somewhere());
  EXPECT_EQ(process.status(), 2);
  const std::string errors = process.errors();
  for (const std::string& part : {segment.string() + " at offset " + std::to_string(offset),
                                  std::string("record 5 cannot"), "cpctl repair --data " + data})
    EXPECT_NE(errors.find(part), std::string::npos) << part << errors;
  EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1);

  const auto [account, shown] = run_cpctl("repair --data " + data);
  EXPECT_EQ(shown, 1);
  const std::string command = "repair --data " + data + " --drop-from 5";
  for (const std::string& part :
       {std::string("Nothing was changed"), "cpctl " + command, std::string("1 batch cannot"),
        std::string("DEMOMART0000001"), std::string("2 batches behind the damage can")})
    EXPECT_NE(account.find(part), std::string::npos) << part << " in\n" << account;
  EXPECT_FALSE(process.start_somewhere()) << "only shown";

  EXPECT_EQ(run_cpctl("repair --data " + data + " --drop-from 4").second, 2);
  const auto [done, status] = run_cpctl(command);
  EXPECT_EQ(status, 0) << done;
  EXPECT_NE(done.find(data + "/repair-2"), std::string::npos) << done;
  const auto [checked, right] = run_cpctl("check --data " + data);
  EXPECT_EQ(right, 0) << checked;
  EXPECT_EQ(run_cpctl("repair --data " + data).second, 0);

  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  EXPECT_EQ(ask(process, unknown_card_purchase(2)), first[2]) << "before the damage";
  EXPECT_NE(ask(process, unknown_card_purchase(4)), first[4]) << "decided anew";
  EXPECT_EQ(process.end(SIGTERM), 0);
}

TEST_F(ProcessTest, NoSecretIsInAnyLogOrFileName) {
  Process process(folder_);
  ASSERT_TRUE(process.start_somewhere()) << process.errors();
  ask(process, unknown_card_purchase(1));
  EXPECT_EQ(process.end(SIGTERM), 0);
  const std::string all = process.output() + process.errors();
  EXPECT_NE(all.find("941012******9995"), std::string::npos);
  EXPECT_EQ(all.find("9410129999999995"), std::string::npos);
}

}  // namespace
