#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "crypto/key_store.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/master_key.hpp"
#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::complaint;
using test::write;

const std::string kPos = "1C5B2A79D0E34F86A8B3C49D5E6E7080";
const std::string kOther = "2A6E3D58C1F14A97B9C4D5AE6E708092";
constexpr base::TimeUs kNow = 1'763'800'000'500'000;

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  return status.st_mode & 07777;
}

std::string content(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

struct Safe {
  Safe() {
    store.put_station_key("DEMO-POS", KeyUse::pin, test::key(kPos), kNow);
    store.put_station_key("DEMO-BANG", KeyUse::pin, test::key(kOther), kNow);
    store.add_missing_storage_keys(random, kNow);
  }
  std::string load_complaint() const {
    return complaint([&] { (void)FileKeyStore::load(file, master); });
  }

  test::Folder folder;
  std::filesystem::path file = folder / "keys";
  test::CountingRandom random;
  MasterKeys master{draw_storage_key(random)};
  FileKeyStore store;
};

TEST(WrappedKeyFile, HoldsWhatWasPutThereAndNoKeyInClear) {
  Safe safe;
  safe.store.put_station_key("DEMO-POS", KeyUse::pin, test::key(kOther), kNow + 1'000'000);
  EXPECT_EQ(safe.store.add_storage_key(KeyUse::card_seal, safe.random, kNow), 2);
  EXPECT_EQ(safe.store.current_id(KeyUse::printer), 0) << "only the operator brings one";
  EXPECT_EQ(safe.store.add_printer_key(draw_storage_key(safe.random), kNow), 1);
  EXPECT_EQ(safe.store.add_printer_key(draw_storage_key(safe.random), kNow), 2);
  const ::mode_t before = ::umask(0377);
  safe.store.create(safe.file, safe.master);
  ::umask(before);
  EXPECT_EQ(mode_of(safe.file), 0600u);
  EXPECT_FALSE(std::filesystem::exists(safe.folder / "keys.new"));
  EXPECT_TRUE(FileKeyStore::is_wrapped(safe.file));

  const auto store = FileKeyStore::load(safe.file, safe.master);
  EXPECT_EQ(base::to_hex(store->station_key("DEMO-POS", KeyUse::pin)->bytes()), kOther);
  EXPECT_EQ(store->generation("DEMO-POS", KeyUse::pin), 2u);
  EXPECT_EQ(store->generation("DEMO-BANG", KeyUse::pin), 1u);
  EXPECT_EQ(store->station_keys().at({"DEMO-POS", KeyUse::pin}).since_us, 1'763'800'001'000'000);
  EXPECT_EQ(store->station_key("DEMO-POS", KeyUse::mac), nullptr);
  EXPECT_EQ(store->current_id(KeyUse::card_seal), 2);
  EXPECT_EQ(store->current_id(KeyUse::printer), 2);
  EXPECT_EQ(store->missing_from(safe.store), "");
  const std::string text = content(safe.file);
  for (const auto& [name, each] : store->storage_keys())
    EXPECT_EQ(text.find(base::to_hex(each.key.bytes())), text.npos);
  EXPECT_EQ(text.find(kOther), text.npos);
}

TEST(WrappedKeyFile, ChangedInAnyByteOrCutShortIsRefused) {
  Safe safe;
  safe.store.create(safe.file, safe.master);
  const std::string right = content(safe.file);
  for (std::size_t at = 0; at < right.size(); ++at) {
    std::string altered = right;
    altered[at] = altered[at] == '1' ? '2' : '1';
    write(safe.file, altered);
    EXPECT_NE(safe.load_complaint(), "") << "byte " << at;
    if (at % 16 == 0) {
      write(safe.file, right.substr(0, at));
      EXPECT_NE(safe.load_complaint(), "") << "cut at " << at;
    }
  }
  write(safe.file, right);
  EXPECT_EQ(safe.load_complaint(), "");
}

TEST(WrappedKeyFile, ALineCannotBeGivenToAnotherStationOrTakenAway) {
  Safe safe;
  safe.store.create(safe.file, safe.master);
  std::string text = content(safe.file);
  const auto line = [&](std::string_view begin) {
    const std::size_t at = text.find(begin);
    return std::pair(at, text.find('\n', at) + 1 - at);
  };
  const std::string refused =
      safe.file.string() +
      ": was altered, or cut short, by something else than this program; bring back a copy of it";
  const auto [bang, bang_size] = line("station DEMO-BANG");
  write(safe.file, std::string(text).erase(bang, bang_size));
  EXPECT_EQ(safe.load_complaint(), refused);
  std::string swapped = text;
  swapped.replace(swapped.find("DEMO-BANG"), 9, "DEMO-TELE");
  write(safe.file, swapped);
  EXPECT_EQ(safe.load_complaint(), refused);
}

TEST(WrappedKeyFile, IsReadWithItsOwnMasterKeyOnly) {
  Safe safe;
  safe.store.create(safe.file, safe.master);
  const MasterKeys other(draw_storage_key(safe.random));
  const std::string said = complaint([&] { (void)FileKeyStore::load(safe.file, other); });
  EXPECT_NE(said.find("bring back the master key that belongs to it"), said.npos) << said;
}

TEST(WrappedKeyFile, IsMadeOnceAndThenOnlyReplaced) {
  Safe safe;
  write(safe.folder / "keys.new", "half a fi");
  safe.store.create(safe.file, safe.master);
  EXPECT_EQ(complaint([&] { safe.store.create(safe.file, safe.master); }),
            safe.file.string() + ": there is a key file already; its keys are never overwritten");
  safe.store.put_station_key("DEMO-NEW", KeyUse::pin, test::key(kPos), kNow);
  safe.store.replace(safe.file, safe.master);
  EXPECT_NE(FileKeyStore::load(safe.file, safe.master)->station_key("DEMO-NEW", KeyUse::pin),
            nullptr);
}

TEST(WrappedKeyFile, HoldsABoundedNumberOfKeys) {
  Safe safe;
  for (int i = 0; i < 494; ++i)
    safe.store.put_station_key("STATION-" + std::to_string(10'000'000 + i), KeyUse::transport,
                               test::key(kPos), kNow);
  safe.store.create(safe.file, safe.master);
  EXPECT_EQ(safe.load_complaint(), "");
  safe.store.put_station_key("ONE-MORE", KeyUse::pin, test::key(kPos), kNow);
  EXPECT_EQ(complaint([&] { safe.store.replace(safe.file, safe.master); }),
            safe.file.string() + ": a key file holds at most 500 keys");
}

TEST(MasterKey, ItsChangeMayStopAfterEachStep) {
  Safe safe;
  const MasterKeySource source = find_master_key("master.key", safe.folder / "");
  MasterKeys::create(source.file, safe.random);
  EXPECT_EQ(mode_of(source.file), 0600u);
  EXPECT_NE(complaint([&] { MasterKeys::create(source.file, safe.random); }), "");
  safe.store.create(safe.file, MasterKeys::load(source));
  const auto readable = [&] {
    return FileKeyStore::load(safe.file, MasterKeys::load(source))->missing_from(safe.store) == "";
  };
  ASSERT_TRUE(readable());
  const std::string before = content(safe.file);
  const MasterKeys both = MasterKeys::put_in_front(source, safe.random);
  EXPECT_EQ(both.all().size(), 2u);
  EXPECT_TRUE(readable()) << "the new key is there, nothing is under it yet";
  safe.store.replace(safe.file, both);
  EXPECT_TRUE(readable()) << "wrapped anew, the old key still there";
  both.keep_first(source.file);
  EXPECT_TRUE(readable());
  EXPECT_EQ(MasterKeys::load(source).all().size(), 1u);
  write(safe.file, before);
  EXPECT_FALSE(complaint(readable).empty()) << "the old key opens nothing any more";
}

TEST(MasterKey, IsALineOfHexadecimalDigitsForItsOwnerOnly) {
  const test::Folder folder;
  const auto load = [&](std::string_view text) {
    const auto file = write(folder / "master.key", text);
    return complaint([&] { (void)MasterKeys::load({file, false}); });
  };
  const std::string name = (folder / "master.key").string();
  EXPECT_EQ(load("# comment\n" + std::string(64, 'A') + "\n" + std::string(64, 'b')), "");
  EXPECT_EQ(load(std::string(63, 'A')),
            name + ":1: a master key is a line of 64 hexadecimal digits");
  EXPECT_EQ(load("\n" + std::string(64, 'G')),
            name + ":2: a master key is a line of 64 hexadecimal digits");
  EXPECT_EQ(load("# nothing\n"),
            name + ": holds no master key; bring back the one that belongs to the data");
  const auto file = write(folder / "master.key", std::string(64, 'A'));
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_NE(complaint([&] { (void)MasterKeys::load({file, false}); }), "");
}

TEST(MasterKey, MayBeASystemdCredential) {
  const test::Folder folder;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_NE(complaint([&] { (void)find_master_key("credential:master", folder / ""); }), "");
  ::setenv("CREDENTIALS_DIRECTORY", (folder / "").c_str(), 1);
  const auto source = find_master_key("credential:master", "/nowhere");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(source.file, folder / "master");
  EXPECT_TRUE(source.is_credential);
  write(folder / "master", std::string(64, 'A'));
  ASSERT_EQ(::chmod(source.file.c_str(), 0440), 0);  // systemd lets its user read it by an ACL
  EXPECT_EQ(MasterKeys::load(source).all().size(), 1u);
}

}  // namespace
}  // namespace crypto
