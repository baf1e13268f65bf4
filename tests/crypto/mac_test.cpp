#include "crypto/mac.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "tests/crypto/crypto_support.hpp"

namespace crypto {
namespace {

using test::hex;
using test::key;

std::string mac_hex(MacKind kind, const Key& with, base::ByteView message) {
  return base::to_hex(compute_mac(kind, with, message));
}

TEST(Mac, NamesAreThoseOfTheContract) {
  EXPECT_EQ(find_mac("none"), MacKind::none);
  EXPECT_EQ(find_mac("x9.19"), MacKind::x9_19);
  EXPECT_EQ(find_mac("cmac"), MacKind::cmac);
  EXPECT_EQ(find_mac("CMAC"), std::nullopt);
  EXPECT_EQ(find_mac(""), std::nullopt);
}

// RFC 4493, section 4: the first eight bytes of each example.
TEST(Mac, CmacOfRfc4493) {
  const Key with = key("2B7E151628AED2A6ABF7158809CF4F3C");
  const auto text =
      hex("6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
          "30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710");
  const base::ByteView all(text);
  EXPECT_EQ(mac_hex(MacKind::cmac, with, {}), "BB1D6929E9593728");
  EXPECT_EQ(mac_hex(MacKind::cmac, with, all.first(16)), "070A16B46B4D4144");
  EXPECT_EQ(mac_hex(MacKind::cmac, with, all.first(40)), "DFA66747DE9AE630");
  EXPECT_EQ(mac_hex(MacKind::cmac, with, all), "51F0BEBF7E3B9D92");
}

// ISO/IEC 9797-1, the informative annex: MAC algorithm 3 with DES and padding method 1.
TEST(Mac, RetailMacOfIso9797) {
  const Key with = key("0123456789ABCDEFFEDCBA9876543210");
  EXPECT_EQ(mac_hex(MacKind::x9_19, with, base::as_bytes("Now is the time for all ")),
            "A1C72E74EA3FA9B6");
  EXPECT_EQ(mac_hex(MacKind::x9_19, with, base::as_bytes("Now is the time for it")),
            "2E2B1428CC78254F");
}

// Made with Python's cryptography package.
TEST(Mac, AnyLength) {
  const Key left = key("31F7A2C84CB597E0C2D9B5E07A6E8034");
  const Key right = key("603DEB1015CA71BE2B73AEF0857D7781");
  std::vector<std::uint8_t> bytes(768);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(mac_hex(MacKind::x9_19, left, {}), "734D2F104BB650F4");
  EXPECT_EQ(mac_hex(MacKind::cmac, right, {}), "74B0F29FADB16B8C");
  EXPECT_EQ(mac_hex(MacKind::x9_19, left, base::as_bytes("A")), "7F29BCB16804212F");
  EXPECT_EQ(mac_hex(MacKind::x9_19, left, base::as_bytes("12345678")), "172BEC223BAEBC5F");
  EXPECT_EQ(mac_hex(MacKind::x9_19, left, base::as_bytes("123456789")), "DCD03D707682326A");
  EXPECT_EQ(mac_hex(MacKind::cmac, right, base::as_bytes("123456789")), "67950DFC0D09DC32");
  EXPECT_EQ(mac_hex(MacKind::x9_19, left, bytes), "1041620FD4F68521");
  EXPECT_EQ(mac_hex(MacKind::cmac, right, bytes), "395AD76D163977BA");
}

TEST(Mac, ComparesAllEightBytes) {
  const Mac mac{1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_TRUE(mac_matches(mac, hex("0102030405060708")));
  EXPECT_FALSE(mac_matches(mac, hex("0102030405060709")));
  EXPECT_FALSE(mac_matches(mac, hex("8102030405060708")));
  EXPECT_FALSE(mac_matches(mac, hex("01020304050607")));
  EXPECT_FALSE(mac_matches(mac, hex("010203040506070800")));
  EXPECT_FALSE(mac_matches(mac, {}));
}

TEST(Mac, OneKeyServesManyThreads) {
  const Key with = key("31F7A2C84CB597E0C2D9B5E07A6E8034");
  const auto work = [](const Key& mine) {
    for (int i = 0; i < 500; ++i)
      ASSERT_EQ(mac_hex(MacKind::x9_19, mine, base::as_bytes("123456789")), "DCD03D707682326A");
  };
  std::thread other(work, std::cref(with));
  work(with);
  other.join();
}

TEST(MacDeathTest, WantsAKindAndSixteenBytes) {
  EXPECT_DEATH((void)compute_mac(MacKind::none, key("00112233445566778899AABBCCDDEEFF"), {}),
               "none");
  EXPECT_DEATH((void)compute_mac(MacKind::cmac, key("0011"), {}), "16");
  EXPECT_DEATH((void)compute_mac(MacKind::cmac, Key(), {}), "material");
}

/// The lines `name: value` of a golden message.
std::map<std::string, std::string> read_golden(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::map<std::string, std::string> lines;
  for (std::string line; std::getline(in, line) && line != "fields:";) {
    const std::size_t colon = line.find(": ");
    if (line[0] != '#' && colon != line.npos) lines[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return lines;
}

// Every golden message with a MAC ends in it; its bytes come from the independent codec.
TEST(Mac, GoldenMessages) {
  const std::map<std::string, std::pair<MacKind, Key>> macs = {
      {"x9.19 DEMO-BANG", {MacKind::x9_19, key("31F7A2C84CB597E0C2D9B5E07A6E8034")}},
      {"cmac DEMO-TEL", {MacKind::cmac, key("603DEB1015CA71BE2B73AEF0857D7781")}}};
  int seen = 0;
  const std::filesystem::path folder(CYBERPASS_SOURCE_DIR "/tests/golden");
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".txt") continue;
    auto lines = read_golden(file.path());
    if (!lines.contains("mac")) continue;
    ++seen;
    const auto& [kind, with] = macs.at(lines["mac"]);
    const auto frame = hex(lines["hex"]);
    const bool text_mac = lines["profile"] == "iso87-ascii";
    const std::size_t mac_size = text_mac ? 16 : 8;
    const std::size_t head =
        (lines["header"] == "4-ascii" ? 4u : 2u) + (lines.contains("tpdu") ? 5u : 0u);
    const base::ByteView message = base::ByteView(frame).subspan(head);
    const base::ByteView tail = message.last(mac_size);
    const auto mac = text_mac ? hex(base::as_text(tail)) : std::vector(tail.begin(), tail.end());
    EXPECT_TRUE(mac_matches(compute_mac(kind, with, message.first(message.size() - mac_size)), mac))
        << file.path();
  }
  EXPECT_GE(seen, 40);
}

}  // namespace
}  // namespace crypto
