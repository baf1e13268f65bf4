#include "tools/decode.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>

namespace tools {
namespace {

/// `hex:` of a golden message.
std::string golden_hex(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line))
    if (line.starts_with("hex: ")) return line.substr(5);
  ADD_FAILURE() << file << " has no hex";
  return {};
}

std::filesystem::path golden_folder() {
  return std::filesystem::path(CYBERPASS_SOURCE_DIR) / "tests/golden/iso87-binary";
}

DecodeOutcome decode_bare(std::string_view hex) {
  DecodeOptions options;
  options.bare = true;
  return decode_dump(hex, options);
}

/// The error that decoding one bare message ends with.
std::string error_of(std::string_view hex) {
  const DecodeOutcome outcome = decode_bare(hex);
  EXPECT_EQ(outcome.errors, 1) << outcome.text;
  const std::size_t at = outcome.text.find("error: ");
  return at == std::string::npos ? outcome.text : outcome.text.substr(at);
}

TEST(Decode, ShowsNamesAndMasks) {
  const std::string hex = golden_hex(golden_folder() / "0200-purchase.txt");
  const DecodeOutcome outcome = decode_dump(hex, {});
  EXPECT_EQ(outcome.messages, 1);
  EXPECT_EQ(outcome.errors, 0);
  EXPECT_NE(outcome.text.find("frame 1 at byte 0"), std::string::npos);
  EXPECT_NE(outcome.text.find(", purchase\n"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("DE 002 primary account number | 941012******0011"),
            std::string::npos);
  EXPECT_NE(outcome.text.find("DE 052 PIN data | [masked 8]"), std::string::npos);
}

TEST(Decode, NeverShowsACardNumber) {
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    const std::string text = decode_dump(golden_hex(entry.path()), {}).text;
    EXPECT_EQ(text.find("9410129900000011"), std::string::npos) << entry.path();
    EXPECT_EQ(text.find("903456781234"), std::string::npos) << entry.path();
  }
}

TEST(Decode, TakesBlanksLineEndsAndBothCases) {
  const std::string hex = golden_hex(golden_folder() / "0200-purchase.txt");
  std::string spread, lower;
  for (const char c : hex) {
    spread += c;
    spread += lower.size() % 3 == 0 ? " " : lower.size() % 5 == 0 ? "\r\n" : "";
    lower += static_cast<char>(std::tolower(c));
  }
  EXPECT_EQ(decode_dump(spread, {}).text, decode_dump(hex, {}).text);
  EXPECT_EQ(decode_dump(lower, {}).text, decode_dump(hex, {}).text);
}

TEST(Decode, ReadsSeveralFrames) {
  const std::string hex = golden_hex(golden_folder() / "0800-echo.txt");
  const DecodeOutcome right =
      decode_dump(hex + hex + golden_hex(golden_folder() / "0200-purchase.txt"), {});
  EXPECT_EQ(right.messages, 3);
  EXPECT_EQ(right.errors, 0);
  EXPECT_NE(right.text.find("frame 3 at byte"), std::string::npos);
}

TEST(Decode, GoesOnAfterAMessageThatIsNone) {
  const std::string echo = golden_hex(golden_folder() / "0800-echo.txt");
  const DecodeOutcome outcome = decode_dump("0002AAAA" + echo, {});
  EXPECT_EQ(outcome.errors, 1);
  EXPECT_EQ(outcome.messages, 1);
  EXPECT_NE(outcome.text.find("frame 2 at byte 4"), std::string::npos) << outcome.text;
}

TEST(Decode, OtherProfilesAndHeaders) {
  DecodeOptions options;
  options.profile = &codec::kIso87AsciiBinary;
  options.frame = {codec::HeaderKind::two_bcd, true};
  const auto folder = golden_folder().parent_path() / "iso87-ascii-binary";
  const DecodeOutcome outcome =
      decode_dump(golden_hex(folder / "0200-purchase-frame-2-bcd-tpdu.txt"), options);
  EXPECT_EQ(outcome.messages, 1) << outcome.text;
}

TEST(Decode, RefusesWhatIsNoDump) {
  EXPECT_EQ(decode_dump("", {}).text, "error: the input is empty\n");
  EXPECT_EQ(decode_dump(" \n", {}).text, "error: the input is empty\n");
  EXPECT_EQ(decode_dump("001", {}).text,
            "error: the input has an odd number of hexadecimal digits\n");
  EXPECT_EQ(decode_dump("00 1g", {}).text, "error: character 5 of the input is not hexadecimal\n");
}

TEST(Decode, RefusesWhatIsNoFrame) {
  EXPECT_EQ(decode_dump("0000", {}).text, "error: frame 1 at byte 0: length is zero\n");
  EXPECT_EQ(decode_dump("FFFF", {}).text,
            "error: frame 1 at byte 0: length is over the limit of 8192\n");
  EXPECT_EQ(decode_dump("0004 0800", {}).text,
            "error: frame 1 at byte 0: needs 6 bytes, and there are 4\n");
  DecodeOptions ascii;
  ascii.frame.kind = codec::HeaderKind::four_ascii;
  EXPECT_EQ(decode_dump("30303041", ascii).text,
            "error: frame 1 at byte 0: length is not digits\n");
}

// Each reason why a message cannot be read, with its element and its offset from the MTI.
TEST(Decode, NamesElementOffsetAndReason) {
  EXPECT_EQ(error_of("08"), "error: DE000 at offset 0: unreadable MTI\n");
  EXPECT_EQ(error_of("0A00 2000000000000000"), "error: DE000 at offset 0: unreadable MTI\n");
  EXPECT_EQ(error_of("0800 2000"), "error: DE000 at offset 2: unreadable bitmap\n");
  EXPECT_EQ(error_of("0200 1000000000000000 00000000"),
            "error: DE004 at offset 10: the message ends inside it\n");
  EXPECT_EQ(error_of("0200 1000000000000000 00000000000A"),
            "error: DE004 at offset 15: not a digit\n");
  EXPECT_EQ(error_of("0200 4000000000000000 20 0000000000"),
            "error: DE002 at offset 10: length over the maximum\n");
  EXPECT_EQ(error_of("0200 4000000000000000 03 1234"),
            "error: DE002 at offset 12: padding is not 0\n");
  EXPECT_EQ(error_of("0500 0000001000000000 58 00000001"),
            "error: DE028 at offset 10: neither C nor D\n");
  EXPECT_EQ(error_of("0800 0020000000000000 000101 FF"),
            "error: DE000 at offset 13: bytes after the last element\n");
  EXPECT_EQ(error_of("0200 0000000000010000 0006 303030313939"),
            "error: DE048 at offset 12: broken sequence of tags\n");
}

TEST(Decode, ShowsWhatCameBeforeTheError) {
  const DecodeOutcome outcome = decode_bare("0200 3000000000000000 000000 00000000000A");
  EXPECT_NE(outcome.text.find("DE 003 processing code | 000000"), std::string::npos);
  EXPECT_EQ(outcome.text.find("DE 004"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace tools
