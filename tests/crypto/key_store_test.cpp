#include "crypto/key_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::complaint;
using test::write;

const std::string kPos = "1C5B2A79D0E34F86A8B3C49D5E6E7080";
const std::string kStorage(64, 'A');
const std::string kStorageLines = "storage card_index 1 " + kStorage + "\nstorage card_seal 1 " +
                                  kStorage + "\nstorage password 1 " + kStorage + "\n";

std::string load_complaint(const std::filesystem::path& file) {
  return complaint([&] { (void)FileKeyStore::load_clear(file); });
}

TEST(KeyFile, IsRead) {
  const test::Folder folder;
  const auto store = FileKeyStore::load_clear(
      write(folder / "keys", "# the keys\n\nstation DEMO-POS pin " + kPos + "  # a comment\r\n" +
                                 "\tstation  DEMO-POS\tmac 000102030405060708090a0b0c0d0e0f\n" +
                                 kStorageLines + "storage password 12 " + std::string(64, 'B')));
  const Key* pin = store->station_key("DEMO-POS", KeyUse::pin);
  ASSERT_NE(pin, nullptr);
  EXPECT_EQ(base::to_hex(pin->bytes()), kPos);
  EXPECT_EQ(base::to_hex(store->station_key("DEMO-POS", KeyUse::mac)->bytes()),
            "000102030405060708090A0B0C0D0E0F");
  EXPECT_EQ(store->station_key("DEMO-POS", KeyUse::transport), nullptr);
  EXPECT_EQ(store->station_key("DEMO-PO", KeyUse::pin), nullptr);
  EXPECT_EQ(store->current_id(KeyUse::card_index), 1);
  EXPECT_EQ(store->current_id(KeyUse::card_seal), 1);
  EXPECT_EQ(store->current_id(KeyUse::password), 12);
  EXPECT_EQ(store->current_id(KeyUse::pin), 0);
  EXPECT_NE(store->storage_key(KeyUse::password, 1), nullptr);
  EXPECT_EQ(base::to_hex(store->storage_key(KeyUse::password, 12)->bytes()), std::string(64, 'B'));
  EXPECT_EQ(store->storage_key(KeyUse::password, 2), nullptr);
  EXPECT_EQ(store->storage_key(KeyUse::card_seal, 12), nullptr);
}

TEST(KeyFile, MayBeReadByItsOwnerOnly) {
  const test::Folder folder;
  const auto file = write(folder / "keys", kStorageLines);
  for (const unsigned mode : {0640u, 0620u, 0610u, 0604u, 0602u, 0601u, 0644u, 0666u}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode);
    EXPECT_EQ(load_complaint(file),
              file.string() + ": others than its owner have access to it (mode " + text +
                  "); run chmod 600 on it, and replace its keys if they may be known");
  }
  for (const unsigned mode : {0600u, 0400u, 0700u}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_EQ(load_complaint(file), "");
  }
}

TEST(KeyFile, MustBelongToTheSwitchsUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const test::Folder folder;
  const auto file = write(folder / "keys", kStorageLines);
  ASSERT_EQ(::chown(file.c_str(), 12'345, 12'345), 0);
  EXPECT_EQ(load_complaint(file),
            file.string() +
                ": belongs to user 12345, not to the switch's user 0; a key file must "
                "belong to the user that the switch runs as");
}

TEST(KeyFile, MustBeAFileOfSensibleSize) {
  const test::Folder folder;
  EXPECT_EQ(
      load_complaint(folder / "keys"),
      (folder / "keys").string() + ": the key file cannot be opened (No such file or directory)");
  std::filesystem::create_directory(folder / "dir");
  EXPECT_EQ(load_complaint(folder / "dir"), (folder / "dir").string() + ": is no regular file");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(load_complaint(folder / "pipe"), (folder / "pipe").string() + ": is no regular file");
  const auto large = write(folder / "large", std::string(65'537, '\n'));
  EXPECT_EQ(load_complaint(large),
            large.string() + ": is too large for a key file (at most 65536 bytes)");
}

TEST(KeyFile, EveryMalformedLineIsNamedWithoutItsContent) {
  struct Case {
    std::string line, complaint;
  };
  const std::string station_form = "not of the form `station NAME USE HEX`";
  const std::string storage_form = "not of the form `storage USE ID HEX`";
  const std::string id = "ID must be a number from 1 to 65535";
  const std::vector<Case> cases = {
      {"stations DEMO-POS pin " + kPos,
       "it begins with none of `station`, `storage` and `printer`"},
      {kPos, "it begins with none of `station`, `storage` and `printer`"},
      {"station", station_form},
      {"station DEMO-POS pin", station_form},
      {"station DEMO-POS pin " + kPos + " " + kPos, station_form},
      {"station DEMO-POS pin 1C5B2A79D0E34F86 A8B3C49D5E6E7080", station_form},
      {"station DEMO-POS PIN " + kPos, "USE must be pin, mac or transport"},
      {"station DEMO-POS password " + kPos, "USE must be pin, mac or transport"},
      {"station DEMO-POS pin " + kPos.substr(1), "HEX must be 32 hexadecimal digits"},
      {"station DEMO-POS pin " + kPos.substr(2), "HEX must be 32 hexadecimal digits"},
      {"station DEMO-POS pin " + kPos + "00", "HEX must be 32 hexadecimal digits"},
      {"station DEMO-POS pin X" + kPos.substr(1), "HEX must be 32 hexadecimal digits"},
      {"station DEMO-POS mac " + kPos, "this key has been given already"},
      {"storage card_index 1", storage_form},
      {"storage card_index 1 " + kStorage + " 1", storage_form},
      {"storage pin 1 " + kStorage, "USE must be card_index, card_seal, password or exchanged"},
      {"storage card_index 0 " + kStorage, id},
      {"storage card_index -1 " + kStorage, id},
      {"storage card_index 1x " + kStorage, id},
      {"storage card_index 65536 " + kStorage, id},
      {"storage card_index 2 " + kStorage.substr(2), "HEX must be 64 hexadecimal digits"},
      {"storage card_index 2 " + kPos, "HEX must be 64 hexadecimal digits"},
      {"storage card_index 1 " + kStorage, "this key has been given already"},
      {"storage printer 1 " + kStorage, "USE must be card_index, card_seal, password or exchanged"},
      {"printer " + kStorage, "not of the form `printer ID HEX`"},
      {"printer 0 " + kStorage, id},
      {"printer 1 " + kPos, "HEX must be 64 hexadecimal digits"},
  };
  const test::Folder folder;
  for (const Case& each : cases) {
    const auto file = write(folder / "keys", kStorageLines + "station DEMO-POS mac " + kPos +
                                                 "\n# a comment\n" + each.line + "\n");
    EXPECT_EQ(load_complaint(file), file.string() + ":6: " + each.complaint);
  }
}

TEST(KeyFile, WithoutAStorageKeyIsRefused) {
  const test::Folder folder;
  const auto file = write(folder / "keys", "storage card_index 1 " + kStorage +
                                               "\nstorage card_seal 1 " + kStorage + "\n");
  EXPECT_EQ(load_complaint(file), file.string() +
                                      ": no storage key password; restore the file "
                                      "that the data was made with");
  EXPECT_NE(load_complaint(write(file, "")), "");
}

TEST(KeyFile, OfPublishedStationKeysHasNoStorageKeys) {
  const test::Folder folder;
  const auto load = [&](std::string_view lines) {
    const auto published = write(folder / "demo.keys", lines);
    EXPECT_EQ(::chmod(published.c_str(), 0644), 0);
    return FileKeyStore::load_published(published);
  };
  const std::string name = (folder / "demo.keys").string();
  EXPECT_EQ(complaint([&] { load(kStorageLines); }),
            name + ":1: a storage key must not be published");
  EXPECT_EQ(complaint([&] { load("\nstation DEMO-POS pin 12"); }),
            name + ":2: HEX must be 32 hexadecimal digits");
  const auto store = load("# published\nstation DEMO-POS pin " + kPos + " # till\nprinter 4 " +
                          std::string(64, 'B') + "\n");
  EXPECT_EQ(store->current_id(KeyUse::printer), 4);
  EXPECT_EQ(base::to_hex(store->storage_key(KeyUse::printer, 4)->bytes()), std::string(64, 'B'));
  EXPECT_EQ(base::to_hex(store->station_key("DEMO-POS", KeyUse::pin)->bytes()), kPos);
  EXPECT_EQ(store->current_id(KeyUse::card_seal), 0);
  test::CountingRandom random;
  store->add_missing_storage_keys(random, 0);
  for (const KeyUse use : kStorageUses) {
    EXPECT_EQ(store->current_id(use), 1);
    EXPECT_EQ(store->storage_key(use, 1)->bytes().size(), 32u);
  }
  EXPECT_EQ(store->storage_key(KeyUse::card_index, 1)->bytes()[0], 100);
  EXPECT_EQ(store->storage_key(KeyUse::card_seal, 1)->bytes()[0], 132);
}

TEST(Key, CopiesShareTheBytes) {
  const Key first = test::key(kPos);
  const Key second = first;
  EXPECT_EQ(first.bytes().data(), second.bytes().data());
  EXPECT_TRUE(Key().bytes().empty());
}

}  // namespace
}  // namespace crypto
