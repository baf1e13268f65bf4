#include "ledger/lmdb_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>

#include "ledger/crc32c.hpp"
#include "tests/ledger/store_support.hpp"

namespace ledger {
namespace {

using test::TempFolder;
using test::value_of;

LmdbOptions options_in(const TempFolder& folder, std::uint64_t map_bytes = 64 << 20) {
  return {.file = folder.path() / "ledger.mdb", .map_bytes = map_bytes};
}

void put(LmdbFile& file, Table table, std::string_view key, std::string_view value) {
  LmdbWriter writer(file);
  ASSERT_EQ(writer.begin(), 0);
  ASSERT_EQ(writer.put(table, key, value), 0);
  ASSERT_EQ(writer.commit(), 0);
}

std::string keys_from(const LmdbReader& reader, Table table, std::string_view first) {
  std::string keys;
  LmdbCursor cursor(reader, table);
  for (bool found = cursor.seek(first); found; found = cursor.next())
    keys += std::string(cursor.key()) + "=" + std::string(cursor.value()) + " ";
  return keys;
}

/// Changes the closed file.
void patch(const TempFolder& folder, const std::string& from, const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  ASSERT_GE(test::change_in_file(folder.path() / "ledger.mdb", from, to), 1);
}

TEST(LmdbFile, KeepsTablesApartAndInOrder) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  {
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    ASSERT_EQ(writer.put(Table::cards, "b", "2"), 0);
    ASSERT_EQ(writer.put(Table::cards, "a", ""), 0);
    ASSERT_EQ(writer.put(Table::cards, "\xff", "high"), 0);
    ASSERT_EQ(writer.put(Table::holds, "a", "hold"), 0);
    ASSERT_EQ(writer.put(Table::cards, "a", "1"), 0);
    ASSERT_EQ(writer.put(Table::cards, "c", "3"), 0);
    ASSERT_EQ(writer.erase(Table::cards, "c"), 0);
    ASSERT_EQ(writer.erase(Table::cards, "never there"), 0);
    ASSERT_EQ(writer.set_mark({7, 3}), 0);
    ASSERT_EQ(writer.commit(), 0);
  }
  LmdbReader reader(file);
  EXPECT_EQ(value_of(reader, Table::cards, "a"), "1");
  EXPECT_EQ(value_of(reader, Table::cards, "c"), "-");
  EXPECT_EQ(keys_from(reader, Table::cards, ""), "a=1 b=2 \xff=high ");
  EXPECT_EQ(keys_from(reader, Table::cards, "aa"), "b=2 \xff=high ");
  EXPECT_EQ(keys_from(reader, Table::holds, ""), "a=hold ");
  EXPECT_EQ(keys_from(reader, Table::totals, ""), "");
  EXPECT_EQ(file.mark().sequence, 7u);
  EXPECT_EQ(file.mark().epoch, 3u);
  EXPECT_GT(file.used_bytes(), 0u);
}

/// A power cut in the very first start: the name is there only when the whole file is.
TEST(LmdbFile, ANewFileThatWasNotFinishedIsMadeAgain) {
  TempFolder folder;
  const auto unfinished = folder.path() / "ledger.mdb.new";
  test::write_file(unfinished, std::string(8'192, '\0'));
  {
    LmdbFile file(options_in(folder));
    put(file, Table::cards, "a", "1");
  }
  EXPECT_FALSE(std::filesystem::exists(unfinished));
  LmdbFile file(options_in(folder));
  EXPECT_EQ(LmdbReader(file).get(Table::cards, "a"), "1");
}

TEST(LmdbFile, AReaderStaysAtItsCommitUntilItIsRenewed) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  put(file, Table::cards, "a", "1");
  LmdbReader reader(file);
  const std::uint64_t seen = file.commits();
  put(file, Table::cards, "a", "2");
  EXPECT_GT(file.commits(), seen);
  EXPECT_EQ(value_of(reader, Table::cards, "a"), "1");
  for (int i = 3; i < 10; ++i) {
    EXPECT_TRUE(reader.renew());
    EXPECT_EQ(value_of(reader, Table::cards, "a"), std::to_string(i - 1));
    put(file, Table::cards, "a", std::to_string(i));
  }
}

TEST(LmdbFile, AKeyBehindTheLastIsAbsentUntilARenewalBringsIt) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  LmdbReader reader(file);
  const auto values = [&] {
    EXPECT_TRUE(reader.renew());
    return value_of(reader, Table::cards, "b") + value_of(reader, Table::cards, "c") +
           value_of(reader, Table::cards, std::string(511, '\xff'));
  };
  EXPECT_EQ(values(), "---") << "of an empty table";
  put(file, Table::cards, "b", "2");
  EXPECT_EQ(value_of(reader, Table::cards, "b"), "-") << "not yet renewed";
  EXPECT_EQ(values(), "2--");
  put(file, Table::cards, "c", "3");
  put(file, Table::cards, std::string(511, '\xff'), "x");
  EXPECT_EQ(values(), "23x");
  for (const std::string& key : {std::string(511, '\xff'), std::string("c")}) {
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    ASSERT_EQ(writer.erase(Table::cards, key), 0);
    ASSERT_EQ(writer.commit(), 0);
  }
  EXPECT_EQ(values(), "2--");
}

TEST(LmdbFile, WhatIsNoLongerMappedIsReadAllTheSame) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  put(file, Table::cards, "a", std::string(20'000, 'v'));
  LmdbReader reader(file);
  const std::string_view before = reader.get(Table::cards, "a").value();
  file.unmap_pages();
  EXPECT_EQ(before, std::string(20'000, 'v')) << "a view from before";
  EXPECT_EQ(value_of(reader, Table::cards, "a"), std::string(20'000, 'v'));
  put(file, Table::cards, "a", "w");
  file.unmap_pages();
  EXPECT_TRUE(reader.renew());
  EXPECT_EQ(value_of(reader, Table::cards, "a"), "w");
}

TEST(LmdbFile, AWriterThatIsNotCommittedHasDoneNothing) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  {
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    ASSERT_EQ(writer.put(Table::cards, "a", "1"), 0);
  }
  put(file, Table::cards, "b", "2");
  LmdbReader reader(file);
  EXPECT_EQ(keys_from(reader, Table::cards, ""), "b=2 ");
}

TEST(LmdbFile, LargeValuesAndLongKeysComeBack) {
  TempFolder folder;
  const std::string large(100'000, 'L'), key(511, 'k');
  {
    LmdbFile file(options_in(folder));
    put(file, Table::meta, key, large);
    put(file, Table::meta, key, large + "+");
  }
  LmdbFile file(options_in(folder));
  LmdbReader reader(file);
  EXPECT_EQ(value_of(reader, Table::meta, key), large + "+");
}

TEST(LmdbFile, ADamagedValueIsThrownWithTableAndKeyByGetAndByCursor) {
  TempFolder folder;
  {
    LmdbFile file(options_in(folder));
    put(file, Table::cards, "good", "value-good");
    put(file, Table::cards, "k1", "value-to-be-damaged");
  }
  patch(folder, "value-to-be-damaged", "value-to-be-damageD");
  LmdbFile file(options_in(folder));
  LmdbReader reader(file);
  EXPECT_EQ(value_of(reader, Table::cards, "good"), "value-good");
  try {
    (void)reader.get(Table::cards, "k1");
    FAIL();
  } catch (const DamagedRecord& damaged) {
    EXPECT_EQ(damaged.table(), Table::cards);
    EXPECT_EQ(damaged.key_hex(), "6B31");
  }
  EXPECT_THROW(keys_from(reader, Table::cards, ""), DamagedRecord);
}

TEST(LmdbFile, AValueUnderAnotherKeyIsDamageToo) {
  TempFolder folder;
  {
    LmdbFile file(options_in(folder));
    put(file, Table::cards, "key-one-one", "value");
  }
  patch(folder, "key-one-one", "key-one-two");
  LmdbFile file(options_in(folder));
  LmdbReader reader(file);
  EXPECT_THROW((void)reader.get(Table::cards, "key-one-two"), DamagedRecord);
}

TEST(LmdbFile, AnotherFormatVersionIsRefused) {
  TempFolder folder;
  { LmdbFile file(options_in(folder)); }
  const auto stored = [](char version) {
    std::string value{version, 0, 0, 0};
    std::uint32_t sum = crc32c(0, "\0", 1);
    sum = crc32c(sum, "version", 7);
    sum = crc32c(sum, value.data(), 4);
    return "version" + value + std::string(reinterpret_cast<char*>(&sum), 4);
  };
  patch(folder, stored(4), stored(5));
  try {
    LmdbFile file(options_in(folder));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("format version 5"), std::string::npos);
  }
  std::string damaged = stored(5);
  damaged.back() ^= 1;
  patch(folder, stored(5), damaged);
  EXPECT_THROW(LmdbFile(options_in(folder)), std::runtime_error);
}

TEST(LmdbFile, WhatIsNoLmdbFileOrIsCutIsRefusedWithASentence) {
  TempFolder folder;
  test::write_file(folder.path() / "ledger.mdb", std::string(20'000, 'x'));
  EXPECT_THROW(LmdbFile(options_in(folder)), std::runtime_error);
  std::filesystem::remove(folder.path() / "ledger.mdb");
  {
    LmdbFile file(options_in(folder));
    for (int i = 0; i < 50; ++i) {
      LmdbWriter writer(file);
      ASSERT_EQ(writer.begin(), 0);
      ASSERT_EQ(writer.put(Table::cards, std::to_string(i), std::string(3'000, 'v')), 0);
      ASSERT_EQ(writer.set_mark({static_cast<std::uint64_t>(i), 1}), 0);
      ASSERT_EQ(writer.commit(), 0);
    }
  }
  const auto path = folder.path() / "ledger.mdb";
  std::filesystem::resize_file(path, 40 * 4096);
  try {
    LmdbFile file(options_in(folder));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("is cut"), std::string::npos) << error.what();
  }
}

TEST(LmdbFile, ReadOnlyChangesNothingAndShowsEverything) {
  TempFolder folder;
  {
    LmdbFile file(options_in(folder));
    put(file, Table::cards, "a", "1");
  }
  const std::string before = test::read_file(folder.path() / "ledger.mdb");
  std::filesystem::remove(folder.path() / "ledger.mdb-lock");
  {
    LmdbOptions options = options_in(folder);
    options.read_only = true;
    LmdbFile file(options);
    LmdbReader reader(file);
    EXPECT_EQ(value_of(reader, Table::cards, "a"), "1");
  }
  EXPECT_EQ(test::read_file(folder.path() / "ledger.mdb"), before);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "ledger.mdb-lock"));
}

TEST(LmdbFile, AFullMapIsNoRoomAndTheFileGoesOn) {
  TempFolder folder;
  LmdbFile file(options_in(folder, 64 * 4096));
  int error = 0, written = 0;
  while (error == 0) {
    LmdbWriter writer(file);
    error = writer.begin();
    if (error == 0)
      error = writer.put(Table::cards, "k" + std::to_string(written), std::string(1'500, 'v'));
    if (error == 0) error = writer.commit();
    if (error == 0) ++written;
  }
  EXPECT_TRUE(lmdb_no_room(error)) << lmdb_error_text(error);
  EXPECT_FALSE(lmdb_must_restart(error));
  EXPECT_GT(written, 10);
  LmdbReader reader(file);
  EXPECT_EQ(value_of(reader, Table::cards, "k" + std::to_string(written - 1)),
            std::string(1'500, 'v'));
}

/// The system's own refusal to make the file longer, as a full disk gives it.
TEST(LmdbFile, AFileThatCannotGrowIsNoRoomAndTheFileGoesOn) {
  const auto child = [] {
    TempFolder folder;
    std::signal(SIGXFSZ, SIG_IGN);
    LmdbFile file(options_in(folder));
    put(file, Table::cards, "first", "1");
    const rlimit limit{64 * 4096, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    int error = 0;
    for (int i = 0; i < 1'000 && error == 0; ++i) {
      LmdbWriter writer(file);
      error = writer.begin();
      if (error == 0)
        error = writer.put(Table::cards, "k" + std::to_string(i), std::string(1'500, 'v'));
      if (error == 0) error = writer.commit();
    }
    if (!lmdb_no_room(error)) return 3;
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &none) != 0) return 4;
    put(file, Table::cards, "last", "2");
    LmdbReader reader(file);
    return value_of(reader, Table::cards, "first") == "1" &&
                   value_of(reader, Table::cards, "last") == "2"
               ? 0
               : 5;
  };
  EXPECT_EXIT(::_exit(child()), testing::ExitedWithCode(0), "");
}

TEST(LmdbFile, ACommitsErrorCanBeInjected) {
  TempFolder folder;
  LmdbOptions options = options_in(folder);
  int fault = ENOSPC;
  options.commit_fault = [&] { return fault; };
  LmdbFile file(options);
  LmdbWriter writer(file);
  ASSERT_EQ(writer.begin(), 0);
  ASSERT_EQ(writer.put(Table::cards, "a", "1"), 0);
  EXPECT_EQ(writer.commit(), ENOSPC);
  EXPECT_TRUE(lmdb_no_room(ENOSPC));
}

TEST(LmdbFile, CountsAboutThePagesItDirties) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  {
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    for (int i = 0; i < 20'000; ++i) {
      char key[16];
      std::snprintf(key, sizeof key, "%08d", i);
      ASSERT_EQ(writer.put(Table::cards, key, std::string(80, 'v')), 0);
    }
    ASSERT_EQ(writer.commit(), 0);
  }
  const auto pages_of = [&](int step) {
    LmdbWriter writer(file);
    EXPECT_EQ(writer.begin(), 0);
    for (int i = 0; i < 20'000; i += step) {
      char key[16];
      std::snprintf(key, sizeof key, "%08d", i);
      EXPECT_EQ(writer.put(Table::cards, key, std::string(80, 'w')), 0);
    }
    return writer.pages();
  };
  // Some 36 entries a page, 550 pages in all: each on a page of its own, or all on all pages.
  // Within a factor of two, however the pages lie in memory.
  EXPECT_GE(pages_of(200), 50u);
  EXPECT_LE(pages_of(200), 150u);
  EXPECT_GE(pages_of(1), 275u);
  EXPECT_LE(pages_of(1), 1'200u);
}

TEST(LmdbFile, ErasesWhileItWalks) {
  TempFolder folder;
  LmdbFile file(options_in(folder));
  {
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    for (int i = 0; i < 300; ++i) {
      char key[16];
      std::snprintf(key, sizeof key, "%04d", i);
      ASSERT_EQ(writer.put(Table::duplicates, key, "v"), 0);
    }
    ASSERT_EQ(writer.commit(), 0);
  }
  {
    LmdbWriter writer(file);
    ASSERT_EQ(writer.begin(), 0);
    bool found = false;
    ASSERT_EQ(writer.seek(Table::duplicates, "0010", found), 0);
    for (int i = 10; i < 300; ++i) {
      ASSERT_TRUE(found);
      ASSERT_EQ(std::atoi(std::string(writer.key()).c_str()), i);
      ASSERT_EQ(writer.value(), "v");
      ASSERT_EQ(i % 3 == 0 ? writer.next(found) : writer.erase_and_next(found), 0);
    }
    EXPECT_FALSE(found);
    ASSERT_EQ(writer.commit(), 0);
  }
  LmdbReader reader(file);
  int left = 0;
  LmdbCursor cursor(reader, Table::duplicates);
  for (bool found = cursor.seek(""); found; found = cursor.next()) {
    const int i = std::atoi(std::string(cursor.key()).c_str());
    EXPECT_TRUE(i < 10 || i % 3 == 0) << i;
    ++left;
  }
  EXPECT_EQ(left, 10 + 96) << "0 to 9, and 12, 15 … 297";
}

}  // namespace
}  // namespace ledger
