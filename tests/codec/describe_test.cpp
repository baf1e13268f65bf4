// Descriptions: what is shown, what is masked, and that nothing masked is ever shown.

#include "codec/describe.hpp"

#include <random>
#include <sstream>

#include "codec/de48.hpp"
#include "tests/codec/support.hpp"

namespace {

using codec::Message;
using codec::Writer;
using codec_test::Bytes;
using codec_test::kProfiles;
using codec_test::write_message;

template <class Fill>
std::string described(codec::Mti mti, Fill&& fill,
                      const codec::Profile& profile = codec::kIso87Binary) {
  const Bytes bytes = write_message(profile, mti, fill);
  Message message;
  EXPECT_TRUE(read_message(profile, bytes, message));
  return codec::describe(message);
}

std::string element_line(int element, std::string_view value) {
  const std::string text =
      described({200}, [&](Writer& w) { codec_test::write_value(w, element, value); });
  return text.substr(text.find('\n') + 1);
}

TEST(MaskCard, ByLength) {
  EXPECT_EQ(codec::mask_card("9410129900000011"), "941012******0011");
  EXPECT_EQ(codec::mask_card("903456781234"), "90345678****");
  EXPECT_EQ(codec::mask_card("4123412341234"), "412341***1234");
  EXPECT_EQ(codec::mask_card("4000123412341234567"), "400012*********4567");
  EXPECT_EQ(codec::mask_card("12345678901"), "***********");
  EXPECT_EQ(codec::mask_card(""), "");
}

TEST(Describe, LineByLine) {
  const auto fill = [](Writer& w) {
    w.digits(2, "9410129900000011");
    w.number(3, 0);
    w.number(4, 5'000);
    w.number(14, 3'109);
    w.signed_number(28, 'C', 0);
    w.digits(35, "9410129900000011=31092010000000000000");
    w.text(41, "POS1");
    w.text(48, "0002016202609050000001700040129034567812340012006HONG01");
    w.bytes(52, Bytes(8, 0x55));
    w.bytes(55, Bytes(3, 0x9F));
    w.text(102, "110-200-300400");
  };
  for (const codec::Profile& profile : kProfiles)
    EXPECT_EQ(described({200}, fill, profile),
              "MTI 0200 financial request\n"
              "DE 002 primary account number | 941012******0011\n"
              "DE 003 processing code | 000000\n"
              "DE 004 amount, transaction | 000000005000\n"
              "DE 014 date, expiration | [masked 4]\n"
              "DE 028 amount, transaction fee | C00000000\n"
              "DE 035 track 2 data | [masked 37]\n"
              "DE 041 card acceptor terminal identification | POS1\n"
              "DE 048 additional data, private | [tags]\n"
              "48.0002 order id | 2026090500000017\n"
              "48.0004 PIN# | 90345678****\n"
              "48.0012 customer id | [masked 6]\n"
              "DE 052 PIN data | [masked 8]\n"
              "DE 055 integrated circuit card data | [masked 3]\n"
              "DE 102 account identification 1 | **********0400\n");
}

TEST(Describe, Accounts) {
  EXPECT_EQ(element_line(103, "12345"), "DE 103 account identification 2 | *2345\n");
  EXPECT_EQ(element_line(103, "1234"), "DE 103 account identification 2 | 1234\n");
  EXPECT_EQ(element_line(103, ""), "DE 103 account identification 2 | \n");
  EXPECT_EQ(element_line(102, "1234567\x1B[2J"), "DE 102 account identification 1 | *******?[2J\n");
}

TEST(Describe, WhatAScreenCouldObeyBecomesAQuestionMark) {
  EXPECT_EQ(element_line(43, "A\x1B[2J\r\nB\x7F\x80\xEA~ "),
            "DE 043 card acceptor name and location | A?[2J??B???~\n");
  EXPECT_EQ(element_line(48, "0002003A\nB"),
            "DE 048 additional data, private | [tags]\n48.0002 order id | A?B\n");
}

TEST(Describe, BrokenTagsAreMasked) {
  EXPECT_EQ(element_line(48, "0002009SECRET"), "DE 048 additional data, private | [masked 13]\n");
}

TEST(Describe, APinNumberThatIsNoneIsMasked) {
  EXPECT_EQ(element_line(48, "00040089034567800040129034567812AB"),
            "DE 048 additional data, private | [tags]\n"
            "48.0004 PIN# | [masked 8]\n48.0004 PIN# | [masked 12]\n");
}

/// Content that does not occur by chance in names, numbers or other values.
std::string secret_for(int element, std::mt19937& random) {
  const auto lengths = codec_test::sample_lengths(element);
  const std::size_t length = lengths.size() == 1 ? lengths[0] : 10 + random() % 15;
  const codec::Content content = codec::field(element).content;
  std::string secret;
  for (std::size_t i = 0; i < length; ++i)
    secret += static_cast<char>(content == codec::Content::n || content == codec::Content::z
                                    ? '0' + random() % 10
                                    : 'G' + random() % 20);
  return secret;
}

bool is_masked(int element) {
  return codec_test::is_defined(element) &&
         codec::field(element).sensitivity == codec::Sensitivity::masked;
}

TEST(Describe, NothingMaskedIsEverShown) {
  std::mt19937 random(20'260'905);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> secrets;
    const codec::Profile& profile = kProfiles[round % 3];
    const std::string text = described(
        {200},
        [&](Writer& w) {
          for (int element = 2; element <= 128; ++element) {
            if (!is_masked(element) || random() % 3 == 0) continue;
            secrets.push_back(secret_for(element, random));
            codec_test::write_value(w, element, secrets.back());
          }
        },
        profile);
    for (const std::string& secret : secrets) {
      if (secret.size() < 5) continue;  // four digits occur by chance
      EXPECT_EQ(text.find(secret), std::string::npos) << secret << "\n" << text;
      EXPECT_EQ(text.find(base::to_hex(base::as_bytes(secret))), std::string::npos);
      EXPECT_EQ(text.find(secret.substr(0, 5)), std::string::npos) << secret << "\n" << text;
    }
  }
}

TEST(Describe, NoMaskedTagIsEverShown) {
  for (int tag = 0; tag <= 9'999; ++tag) {
    if (codec::tag_info(tag).sensitivity != codec::Sensitivity::masked) continue;
    std::array<char, 60> space;
    codec::TagWriter tags(space);
    tags.add(tag, "QZX-SECRET-77");
    const std::string text = element_line(48, tags.content());
    ASSERT_EQ(text.find("QZX"), std::string::npos) << text;
    ASSERT_NE(text.find("| [masked 13]\n"), std::string::npos) << text;
  }
}

TEST(Describe, NoCardNumberIsShownWhole) {
  std::mt19937 random(5);
  for (std::size_t length = 1; length <= 19; ++length) {
    std::string number;
    for (std::size_t i = 0; i < length; ++i) number += static_cast<char>('0' + random() % 10);
    const std::string line = element_line(2, number);
    const auto shown = static_cast<std::size_t>(
        std::count_if(line.begin() + 6, line.end(), [](char c) { return c >= '0' && c <= '9'; }));
    EXPECT_EQ(shown, length == 12 ? 8u : length >= 13 ? 10u : 0u) << line;
  }
}

struct Named {
  int mti;
  int processing;  // -1: without DE 3
  int network;     // -1: without DE 70
  std::string_view name;
};

TEST(MessageName, ByMtiProcessingCodeAndNetworkCode) {
  constexpr Named kNames[] = {{100, 330000, -1, "verify"},
                              {100, 310000, -1, "balance inquiry"},
                              {110, 310000, -1, "balance inquiry"},
                              {100, 380000, -1, "statement"},
                              {101, 0, -1, "hold"},
                              {220, 0, -1, "completion"},
                              {230, 0, -1, "completion"},
                              {220, 200000, -1, "unknown"},
                              {200, 0, -1, "purchase"},
                              {210, 0, -1, "purchase"},
                              {200, 200000, -1, "refund"},
                              {200, 282000, -1, "recharge"},
                              {200, 210000, -1, "bank deposit"},
                              {200, 903000, -1, "sale"},
                              {100, 910000, -1, "collect"},
                              {200, 920000, -1, "activation"},
                              {200, 930000, -1, "password change"},
                              {200, 940000, -1, "owner registration"},
                              {200, 950020, -1, "close"},
                              {200, 960000, -1, "block"},
                              {200, 980000, -1, "unblock"},
                              {200, 970000, -1, "points"},
                              {200, 400020, -1, "pay-out"},
                              {200, 990000, -1, "unknown"},
                              {100, 200000, -1, "unknown"},
                              {200, -1, -1, "unknown"},
                              {400, 0, -1, "reversal"},
                              {401, 200000, -1, "reversal"},
                              {410, -1, -1, "reversal"},
                              {420, 0, -1, "reversal advice"},
                              {421, 0, -1, "reversal advice"},
                              {430, 0, -1, "reversal advice"},
                              {500, -1, -1, "reconciliation"},
                              {530, -1, -1, "reconciliation"},
                              {800, -1, 1, "sign-on"},
                              {800, -1, 2, "sign-off"},
                              {810, -1, 161, "key exchange"},
                              {800, -1, 201, "cutover"},
                              {800, -1, 301, "echo"},
                              {800, -1, 3, "unknown"},
                              {800, -1, -1, "unknown"},
                              {600, 0, -1, "unknown"},
                              {820, -1, 301, "unknown"}};
  for (const Named& expected : kNames) {
    const Bytes bytes = write_message(
        codec::kIso87Binary, {static_cast<std::uint16_t>(expected.mti)}, [&](Writer& w) {
          if (expected.processing >= 0)
            w.number(3, static_cast<std::uint64_t>(expected.processing));
          if (expected.network >= 0) w.number(70, static_cast<std::uint64_t>(expected.network));
        });
    Message message;
    ASSERT_TRUE(read_message(codec::kIso87Binary, bytes, message));
    EXPECT_EQ(codec::to_text(codec::message_kind(message)), expected.name)
        << expected.mti << " " << expected.processing << " " << expected.network;
  }
}

TEST(MessageName, OfTheMti) {
  EXPECT_EQ(codec::mti_name({421}), "reversal advice");
  EXPECT_EQ(codec::mti_name({810}), "network management answer");
  EXPECT_EQ(codec::mti_name({300}), "unknown");
}

}  // namespace
