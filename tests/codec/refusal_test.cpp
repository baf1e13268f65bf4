// Why bytes are no message: every reason, with its element and its place, and the same answer as a
// reader that is as plain as the contract.

#include <random>

#include "codec/error.hpp"
#include "codec/message.hpp"
#include "tests/codec/reference_reader.hpp"
#include "tests/codec/support.hpp"

namespace {

using codec::Message;
using codec::ParseError;
using codec::Reason;
using codec_test::Bytes;
using codec_test::ExactBuffer;
using codec_test::from_hex;
using codec_test::from_text;
using codec_test::kProfiles;

struct Case {
  const char* what;
  const codec::Profile* profile;
  Bytes bytes;
  Reason reason;
  int element;
  std::size_t offset;
};

constexpr const codec::Profile* kBcd = &codec::kIso87Binary;
constexpr const codec::Profile* kText = &codec::kIso87Ascii;

const Case kCases[] = {
    {"nothing", kBcd, {}, Reason::bad_mti, 0, 0},
    {"half an MTI", kBcd, from_hex("02"), Reason::bad_mti, 0, 0},
    {"a nibble above 9 in the MTI", kBcd, from_hex("020A 0000000000000000"), Reason::bad_mti, 0, 1},
    {"a version that is not 0", kBcd, from_hex("1200 0000000000000000"), Reason::bad_mti, 0, 0},
    {"letters as MTI", kText, from_text("02X00000000000000000"), Reason::bad_mti, 0, 2},
    {"half a bitmap", kBcd, from_hex("0200 00000000"), Reason::bad_bitmap, 0, 2},
    {"no second bitmap", kBcd, from_hex("0200 8000000000000000"), Reason::bad_bitmap, 0, 10},
    {"a bitmap that is no hexadecimal", kText, from_text("020000000x0000000000"),
     Reason::bad_bitmap, 0, 9},
    {"ends in a fixed element", kBcd, from_hex("0200 1000000000000000 0000000050"),
     Reason::truncated, 4, 10},
    {"ends before a length", kBcd, from_hex("0200 4000000000000000"), Reason::truncated, 2, 10},
    {"ends after a length", kBcd, from_hex("0200 4000000000000000 1694101299000000"),
     Reason::truncated, 2, 10},
    {"twenty digits of nineteen", kBcd, from_hex("0200 4000000000000000 2000000000000000000000"),
     Reason::length_too_long, 2, 10},
    {"a length of four digits", kBcd, from_hex("0200 0000000000010000 1000"),
     Reason::length_too_long, 48, 10},
    {"a length that is no digit", kBcd, from_hex("0200 4000000000000000 1A94"), Reason::not_a_digit,
     2, 10},
    {"a length of letters", kText, from_text("020040000000000000001x9"), Reason::not_a_digit, 2,
     21},
    {"no digit, fixed", kBcd, from_hex("0200 1000000000000000 00000000A000"), Reason::not_a_digit,
     4, 14},
    {"no digit, variable", kBcd, from_hex("0200 4000000000000000 0412B4"), Reason::not_a_digit, 2,
     12},
    {"F in track 2", kBcd, from_hex("0200 0000000020000000 0412F4"), Reason::not_a_digit, 35, 12},
    {"a letter in a number", kText,
     from_text("0200"
               "1000000000000000"
               "00000000x000"),
     Reason::not_a_digit, 4, 28},
    {"a letter in track 2", kText,
     from_text("0200"
               "0000000020000000"
               "0412E4"),
     Reason::not_a_digit, 35, 24},
    {"no 0 on the left", kBcd, from_hex("0200 0000040000000000 1051"), Reason::bad_padding, 22, 10},
    {"no 0 on the right", kBcd, from_hex("0200 4000000000000000 03123F"), Reason::bad_padding, 2,
     12},
    {"no 0 right of track 2", kBcd, from_hex("0200 0000000020000000 03123D"), Reason::bad_padding,
     35, 12},
    {"a minus", kBcd, from_hex("0200 0000001000000000 2D00000150"), Reason::bad_sign, 28, 10},
    {"a small d", kText,
     from_text("0200"
               "0000001000000000"
               "d00000150"),
     Reason::bad_sign, 28, 20},
    {"no digit after the sign", kBcd, from_hex("0200 0000001000000000 440000015B"),
     Reason::not_a_digit, 28, 14},
    {"no hexadecimal", kText,
     from_text("0200"
               "0000000000001000"
               "0123456789ABCDEG"),
     Reason::bad_hex, 52, 35},
    {"element 65", kBcd, from_hex("0200 8000000000000000 8000000000000000 00"), Reason::not_defined,
     65, 18},
    {"one byte more", kBcd, from_hex("0200 0020000000000000 00000100"), Reason::trailing_bytes, 0,
     13},
};

TEST(Refusal, EveryReasonWithItsPlace) {
  for (const Case& expected : kCases) {
    SCOPED_TRACE(expected.what);
    const ExactBuffer buffer(expected.bytes);
    Message message;
    const auto result = read_message(*expected.profile, buffer.view(), message);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, expected.reason) << to_text(result.error().reason);
    EXPECT_EQ(result.error().element, expected.element);
    EXPECT_EQ(result.error().offset, expected.offset);
    EXPECT_EQ(result.error().answerable(),
              expected.reason != Reason::bad_mti && expected.reason != Reason::bad_bitmap);
    EXPECT_FALSE(expected.element != 0 && message.has(expected.element));
  }
}

TEST(Refusal, TrailingBytesKeepAllElements) {
  Message message;
  ASSERT_FALSE(read_message(*kBcd, from_hex("0200 0020000000000000 00000100"), message));
  EXPECT_TRUE(message.has(11));
}

TEST(Refusal, AnErrorNamesThePlaceAndNothingElse) {
  const ParseError error{Reason::not_a_digit, 4, 21};
  EXPECT_EQ(error.describe(), "DE004 at offset 21: not a digit");
  const ParseError rest{Reason::trailing_bytes, 0, 130};
  EXPECT_EQ(rest.describe(), "DE000 at offset 130: bytes after the last element");
}

TEST(Refusal, EveryReasonHasWordsOfItsOwn) {
  std::vector<std::string_view> texts;
  for (int reason = 0; reason <= static_cast<int>(Reason::broken_tags); ++reason) {
    const std::string_view text = to_text(static_cast<Reason>(reason));
    EXPECT_NE(text, "unknown");
    EXPECT_EQ(std::count(texts.begin(), texts.end(), text), 0) << text;
    texts.push_back(text);
  }
}

/// Both readers on the same bytes.
void expect_same(const codec::Profile& profile, const Bytes& bytes) {
  const ExactBuffer buffer(bytes);
  const auto expected = codec_test::reference_read(profile, buffer.view());
  Message message;
  const auto result = read_message(profile, buffer.view(), message);
  ASSERT_EQ(result.has_value(), !expected.has_value())
      << profile.name << " " << base::to_hex(bytes) << " "
      << (expected ? expected->describe() : result.error().describe());
  if (!expected) return;
  EXPECT_EQ(result.error().describe(), expected->describe())
      << profile.name << " " << base::to_hex(bytes);
}

constexpr std::string_view kSecondElement = "forty bytes that keep the end far away..";

/// One element alone, at the end of the message or with bytes after it: near the end and far from
/// it the reader goes different ways.
Bytes with_one(const codec::Profile& profile, int element, std::size_t length, bool more) {
  return codec_test::write_message(profile, {200}, [&](codec::Writer& writer) {
    codec_test::write_value(writer, element, codec_test::sample_value(element, length));
    if (more && element < 127) writer.text(127, kSecondElement);
  });
}

TEST(Refusal, EveryByteOfEveryElementReplaced) {
  for (const codec::Profile& profile : kProfiles)
    for (int element = 2; element <= 128; ++element) {
      if (!codec_test::is_defined(element)) continue;
      for (const std::size_t length : codec_test::sample_lengths(element)) {
        if (length > 60) continue;  // nothing new, and many
        for (const bool more : {false, true}) {
          Bytes bytes = with_one(profile, element, length, more);
          expect_same(profile, bytes);
          // Of the second element its own bytes are always the same.
          const std::size_t end =
              bytes.size() - (more && element < 127 ? kSecondElement.size() : 0);
          for (std::size_t at = 0; at < end; ++at)
            for (const int flip : {0x01, 0x0A, 0x70, 0xA0, 0xFF}) {
              bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ flip);
              expect_same(profile, bytes);
              bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ flip);
            }
        }
      }
      ASSERT_FALSE(testing::Test::HasFailure());
    }
}

TEST(Refusal, RandomMessagesWithRandomFaults) {
  std::mt19937 random(20'260'905);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  int refused = 0;
  for (int round = 0; round < 10'000; ++round) {
    const codec::Profile& profile = kProfiles[round % 3];
    Bytes bytes = codec_test::write_message(profile, {200}, [&](codec::Writer& writer) {
      for (int element = 2; element <= 128; ++element) {
        if (!codec_test::is_defined(element) || below(8) != 0) continue;
        const auto lengths = codec_test::sample_lengths(element);
        const std::size_t length = std::min<std::size_t>(lengths[below(lengths.size())], 40);
        const std::size_t exact = lengths.size() == 1 ? lengths[0] : length;
        codec_test::write_value(writer, element, codec_test::sample_value(element, exact));
      }
    });
    for (std::size_t faults = below(4); faults > 0; --faults)
      bytes[below(bytes.size())] = static_cast<std::uint8_t>(random());
    if (below(4) == 0) bytes.resize(below(bytes.size() + 3));
    expect_same(profile, bytes);
    refused += codec_test::reference_read(profile, bytes).has_value() ? 1 : 0;
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(refused, 2'500);  // else it has tried nothing
  EXPECT_LT(refused, 9'500);
}

}  // namespace
