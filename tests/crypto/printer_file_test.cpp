#include "crypto/printer_file.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "crypto/random.hpp"
#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::complaint;

constexpr std::size_t kTag = 16;

const Key kKey(std::vector<std::uint8_t>(32, 0x11));
const Key kOther(std::vector<std::uint8_t>(32, 0x12));

PrinterFileHead head_of_lot(std::uint32_t lot) {
  PrinterFileHead head;
  head.lot = lot;
  head.key_id = 3;
  head.face_won = 10'000;
  head.made_s = 1'795'309'200;
  return head;
}

std::string number_of(int card) { return std::to_string(9'410'120'000'000'000 + card); }

/// The file's parts: head, then chunks.
std::vector<std::string> parts_of(int cards) {
  SystemRandom random;
  PrinterFileWriter writer(kKey, head_of_lot(7), random);
  std::vector<std::string> parts{writer.head()};
  for (int card = 0; card < cards; ++card) {
    if (writer.has_chunk()) parts.push_back(writer.seal(Chunk::more));
    writer.add(number_of(card), "123456789012", "12345678");
  }
  parts.push_back(writer.seal(Chunk::last));
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

/// All of its text, or the complaint.
std::string read(const std::string& file, const Key& key = kKey) {
  std::string text;
  const std::string said = complaint([&] {
    std::istringstream in(file);
    PrinterFileReader reader(in);
    reader.use(key);
    while (reader.next()) text += reader.text();
  });
  return said.empty() ? text : said;
}

TEST(PrinterFile, GivesBackWhatWasAddedInChunks) {
  constexpr int kCards = 2'000;
  const auto parts = parts_of(kCards);
  EXPECT_EQ(parts.size(), 4u) << "78,000 characters";
  std::string wanted(kPrinterTitles);
  for (int card = 0; card < kCards; ++card) wanted += number_of(card) + ",123456789012,12345678\n";
  EXPECT_EQ(read(joined(parts)), wanted);
  EXPECT_EQ(joined(parts).find(number_of(0)), std::string::npos);
  EXPECT_EQ(read(joined(parts_of(0))), kPrinterTitles);
}

TEST(PrinterFile, SaysInClearWhatItIsAndNoMore) {
  std::istringstream in(joined(parts_of(1)));
  const PrinterFileReader reader(in);
  EXPECT_EQ(reader.head().lot, 7u);
  EXPECT_EQ(reader.head().key_id, 3);
  EXPECT_EQ(reader.head().face_won, 10'000);
  EXPECT_EQ(reader.head().made_s, 1'795'309'200);
}

/// Whoever opens a file reckons with its moment before anything is proved.
TEST(PrinterFile, MadeAtNoTimeThereIsIsRefusedAtOnce) {
  for (const char byte : {'\x80', '\x7f', '\x01'}) {
    std::string altered = joined(parts_of(1));
    altered[24] = byte;
    std::istringstream in(altered);
    EXPECT_THROW(PrinterFileReader{in}, std::runtime_error);
  }
}

TEST(PrinterFile, AlteredInAnyByteIsRefused) {
  const std::string right = joined(parts_of(2));
  for (std::size_t at = 0; at < right.size(); ++at) {
    std::string altered = right;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    EXPECT_EQ(read(altered).find(number_of(0)), std::string::npos) << "byte " << at;
    EXPECT_NE(read(altered), "") << "byte " << at;
  }
}

TEST(PrinterFile, CutShortAnywhereIsRefused) {
  const auto parts = parts_of(1'000);
  const std::string right = joined(parts);
  ASSERT_EQ(parts.size(), 3u);
  for (const std::size_t size :
       {right.size() - 1, right.size() - parts[2].size(), right.size() - parts[2].size() + 5,
        kPrinterFileHead, kPrinterFileHead + 1, kPrinterFileHead + kPrinterChunkHead})
    EXPECT_TRUE(read(right.substr(0, size)).starts_with("the file is cut short")) << size;
  EXPECT_NE(read(right.substr(0, kPrinterFileHead - 1)), "");
  EXPECT_EQ(read(right + "x"), "there is more behind the last chunk: the file was altered");
}

TEST(PrinterFile, ChunksThatWereMovedTakenAwayOrOfAnotherFileAreRefused) {
  const auto a = parts_of(2'000), b = parts_of(2'000);
  ASSERT_EQ(a.size(), 4u);
  const auto refused = [](const std::vector<std::string>& parts) {
    return read(joined(parts)).find("is not what the switch wrote") != std::string::npos;
  };
  EXPECT_FALSE(refused(a));
  EXPECT_TRUE(refused({a[0], a[2], a[1], a[3]})) << "exchanged";
  EXPECT_TRUE(refused({a[0], a[1], a[3]})) << "one is gone";
  EXPECT_TRUE(refused({a[0], a[1], a[1], a[2], a[3]})) << "one twice";
  EXPECT_TRUE(refused({a[0], a[1], b[2], a[3]})) << "one of another file";
  EXPECT_TRUE(refused({b[0], a[1], a[2], a[3]})) << "another head";
  std::string renumbered = a[2];
  renumbered[3] = 1;
  EXPECT_TRUE(refused({a[0], renumbered, a[3]})) << "with the number of the one that is gone";
  std::string last = a[2];
  last[7] = 1;
  EXPECT_TRUE(refused({a[0], a[1], last})) << "said to be the last";
}

TEST(PrinterFile, OpensUnderItsOwnKeyOnly) {
  const std::string file = joined(parts_of(1));
  EXPECT_NE(read(file, kOther).find("or this is not the printer key"), std::string::npos);
}

TEST(PrinterFile, TwoFilesOfOneLotHaveNoChunkInCommon) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) seen.insert(parts_of(1)[1]);
  EXPECT_EQ(seen.size(), 50u) << "a key of its own each, so that a nonce is never used twice";
}

TEST(PrinterFile, WhatIsNoneIsSaidToBeNone) {
  for (const std::string& text : {std::string(), std::string("CPLOT001"), std::string(100, 'x')})
    EXPECT_NE(read(text).find("begins with CPLOT001"), std::string::npos);
  std::string large = joined(parts_of(1));
  large[kPrinterFileHead + 8] = '\x7f';
  EXPECT_NE(read(large).find("is not what the switch wrote"), std::string::npos) << "no 2 GB taken";
}

}  // namespace
}  // namespace crypto
